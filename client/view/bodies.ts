import {
  BoxGeometry,
  CylinderGeometry,
  IcosahedronGeometry,
  MeshLambertMaterial,
  type Object3D,
} from 'three';
import { type BodyColumns, BodyKind, BodyRole, ShapeKind } from '../../core-wasm/host/types.ts';
import { paintBoxes, paintRounds } from './body-paint.ts';
import {
  commit,
  createInstances,
  disposeInstances,
  type Instances,
  reserve,
  writeMatrix,
} from './instances.ts';
import { writeLooseColor, writeStaticColor } from './palette.ts';

/**
 * Loose and static bodies, one draw call per shape. A capsule is a cylinder and two of the
 * spheres, so that its ends stay round whatever its length.
 */
export interface BodyView {
  readonly boxes: Instances;
  readonly balls: Instances;
  readonly tubes: Instances;
  /** Ids and kinds drawn last: colours are rewritten only when one differs. */
  drawn: Uint32Array;
}

export function createBodyView(parent: Object3D): BodyView {
  const rounds = (): MeshLambertMaterial => paintRounds(new MeshLambertMaterial());
  return {
    boxes: createInstances(parent, new BoxGeometry(2, 2, 2), paintBoxes(new MeshLambertMaterial())),
    balls: createInstances(parent, new IcosahedronGeometry(1, 3), rounds()),
    tubes: createInstances(parent, new CylinderGeometry(1, 1, 2, 24, 1, true), rounds()),
    drawn: new Uint32Array(0),
  };
}

/** Draws what is in the columns, players and their hands excepted: those are avatars. */
export function drawBodies(view: BodyView, bodies: BodyColumns): void {
  const recolor = noteDrawn(view, bodies);
  reserve(view.boxes, bodies.count);
  reserve(view.tubes, bodies.count);
  reserve(view.balls, bodies.count * 2);
  view.boxes.count = 0;
  view.balls.count = 0;
  view.tubes.count = 0;
  for (let i = 0; i < bodies.count; i++) {
    if (bodies.roles[i] !== BodyRole.LOOSE) continue;
    const a = bodies.sizes[i * 3] ?? 0;
    const b = bodies.sizes[i * 3 + 1] ?? 0;
    const c = bodies.sizes[i * 3 + 2] ?? 0;
    const shape = bodies.shapes[i];
    if (shape === ShapeKind.BOX) put(view.boxes, bodies, i, a, b, c);
    if (shape === ShapeKind.SPHERE) put(view.balls, bodies, i, a, a, a);
    if (shape === ShapeKind.CAPSULE) putCapsule(view, bodies, i, a, b);
  }
  commit(view.boxes, recolor);
  commit(view.balls, recolor);
  commit(view.tubes, recolor);
}

/** True when the columns hold other bodies, or other kinds of them, than were drawn last. */
function noteDrawn(view: BodyView, bodies: BodyColumns): boolean {
  let changed = view.drawn.length < bodies.count + 1;
  if (changed) view.drawn = new Uint32Array((bodies.count + 1) * 2);
  const { drawn } = view;
  if (drawn[0] !== bodies.count) {
    drawn[0] = bodies.count;
    changed = true;
  }
  for (let i = 0; i < bodies.count; i++) {
    // An id is 14 bits of index and 16 of generation, so the kind fits beside it.
    const key = (((bodies.ids[i] ?? 0) << 2) | (bodies.kinds[i] ?? 0)) >>> 0;
    if (drawn[i + 1] === key) continue;
    drawn[i + 1] = key;
    changed = true;
  }
  return changed;
}

function put(
  into: Instances,
  bodies: BodyColumns,
  body: number,
  scaleX: number,
  scaleY: number,
  scaleZ: number,
): void {
  const at = into.count++;
  writeMatrix(
    into.matrices,
    at,
    bodies.positions,
    body * 3,
    bodies.rotations,
    body * 4,
    scaleX,
    scaleY,
    scaleZ,
  );
  const entity = bodies.ids[body] ?? 0;
  if (bodies.kinds[body] === BodyKind.STATIC) writeStaticColor(entity, into.colors, at * 3);
  else writeLooseColor(entity, into.colors, at * 3);
}

function putCapsule(
  view: BodyView,
  bodies: BodyColumns,
  body: number,
  radius: number,
  halfLength: number,
): void {
  put(view.tubes, bodies, body, radius, halfLength, radius);
  putCap(view, bodies, body, radius, 1);
  putCap(view, bodies, body, radius, -1);
}

/** Moves a ball to one end of the tube put last: its second column is the axis, half as long. */
function putCap(
  view: BodyView,
  bodies: BodyColumns,
  body: number,
  radius: number,
  end: 1 | -1,
): void {
  put(view.balls, bodies, body, radius, radius, radius);
  const axis = (view.tubes.count - 1) * 16 + 4;
  const cap = (view.balls.count - 1) * 16 + 12;
  for (let k = 0; k < 3; k++) {
    view.balls.matrices[cap + k] =
      (view.balls.matrices[cap + k] ?? 0) + end * (view.tubes.matrices[axis + k] ?? 0);
  }
}

export function disposeBodyView(view: BodyView): void {
  disposeInstances(view.boxes);
  disposeInstances(view.balls);
  disposeInstances(view.tubes);
}
