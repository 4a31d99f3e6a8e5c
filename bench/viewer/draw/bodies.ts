import {
  BoxGeometry,
  type BufferGeometry,
  Color,
  CylinderGeometry,
  IcosahedronGeometry,
  MeshLambertMaterial,
  type Object3D,
} from 'three';
import {
  commit,
  createInstances,
  type Instances,
  reserve,
  writeMatrix,
} from '../../../client/view/instances.ts';
import type { Core } from '../../../core-wasm/host/core.ts';
import { type BodyColumns, BodyKind, ShapeKind } from '../../../core-wasm/host/types.ts';
import { createLooks, forgetLooks, hullOf, type Looks, piecesOf, placePiece } from './looks.ts';
import type { Paint } from './paint.ts';

/** Solid and see-through instances of each shape; walls are see-through. */
export interface BodyDrawing {
  readonly parent: Object3D;
  readonly looks: Looks;
  readonly solid: Shapes;
  readonly clear: Shapes;
}

interface Shapes {
  readonly name: string;
  readonly material: () => MeshLambertMaterial;
  readonly boxes: Instances;
  readonly balls: Instances;
  readonly tubes: Instances;
}

/** One simple shape where it is drawn. */
interface Solid {
  readonly shape: number;
  readonly size: ArrayLike<number>;
  readonly definition: number;
  readonly position: ArrayLike<number>;
  readonly rotation: ArrayLike<number>;
}

export function createBodyDrawing(parent: Object3D): BodyDrawing {
  const box = new BoxGeometry(2, 2, 2);
  const ball = new IcosahedronGeometry(1, 3);
  const tube = new CylinderGeometry(1, 1, 2, 20, 1, true);
  const shapes = (name: string, material: () => MeshLambertMaterial): Shapes => {
    const instances = (geometry: BufferGeometry) => createInstances(parent, geometry, material());
    const [boxes, balls, tubes] = [instances(box), instances(ball), instances(tube)];
    return { name, material, boxes, balls, tubes };
  };
  return {
    parent,
    looks: createLooks(),
    solid: shapes('solid', () => new MeshLambertMaterial()),
    clear: shapes(
      'clear',
      () => new MeshLambertMaterial({ transparent: true, opacity: 0.22, depthWrite: false }),
    ),
  };
}

/** Before another world is drawn. */
export function forgetBodies({ looks }: BodyDrawing): void {
  forgetLooks(looks);
}

export function drawBodies(
  drawing: BodyDrawing,
  core: Core,
  bodies: BodyColumns,
  paint: Paint,
): void {
  const room = roomFor(drawing, core, bodies);
  for (const instances of allOf(drawing)) {
    reserve(instances, room);
    instances.count = 0;
  }
  for (let row = 0; row < bodies.count; row++) {
    const shapes = bodies.kinds[row] === BodyKind.STATIC ? drawing.clear : drawing.solid;
    paint(bodies, row, color);
    const body = solidOf(bodies, row);
    const put = (solid: Solid): void => putSolid(drawing, shapes, core, room, solid);
    if (body.shape !== ShapeKind.COMPOUND) put(body);
    else {
      for (const piece of piecesOf(drawing.looks, core, body.definition)) {
        put({ ...piece, ...placePiece(piece, body.position, body.rotation) });
      }
    }
  }
  for (const instances of allOf(drawing)) commit(instances, true);
}

function allOf({ solid, clear, looks }: BodyDrawing): Instances[] {
  const simple = [solid, clear].flatMap(({ boxes, balls, tubes }) => [boxes, balls, tubes]);
  return [...simple, ...looks.hulls.values()];
}

/** Most instances that one kind may need: a capsule has two balls. */
function roomFor({ looks }: BodyDrawing, core: Core, bodies: BodyColumns): number {
  let room = bodies.count * 2;
  for (let row = 0; row < bodies.count; row++) {
    if (bodies.shapes[row] !== ShapeKind.COMPOUND) continue;
    room += piecesOf(looks, core, bodies.definitions[row] as number).length * 2;
  }
  return room;
}

function solidOf(bodies: BodyColumns, row: number): Solid {
  return {
    shape: bodies.shapes[row] as number,
    size: bodies.sizes.subarray(row * 3, row * 3 + 3),
    definition: bodies.definitions[row] as number,
    position: bodies.positions.subarray(row * 3, row * 3 + 3),
    rotation: bodies.rotations.subarray(row * 4, row * 4 + 4),
  };
}

const color = new Color();

function putSolid(
  { looks, parent }: BodyDrawing,
  shapes: Shapes,
  core: Core,
  room: number,
  solid: Solid,
): void {
  const [a, b, c] = solid.size as unknown as [number, number, number];
  if (solid.shape === ShapeKind.BOX) put(shapes.boxes, solid, [a, b, c]);
  if (solid.shape === ShapeKind.SPHERE) put(shapes.balls, solid, [a, a, a]);
  if (solid.shape === ShapeKind.CAPSULE) putCapsule(shapes, solid, a, b);
  if (solid.shape !== ShapeKind.HULL) return;
  const { name, material } = shapes;
  const hull = hullOf(looks, core, solid.definition, parent, name, material);
  if (hull.count === 0) reserve(hull, room);
  put(hull, solid, [1, 1, 1]);
}

function put(
  into: Instances,
  { position, rotation }: Solid,
  [x, y, z]: readonly [number, number, number],
): void {
  const at = into.count++;
  writeMatrix(into.matrices, at, position, 0, rotation, 0, x, y, z);
  color.toArray(into.colors, at * 3);
}

/** A tube and two balls, which stand where the tube's second column, its half axis, leads. */
function putCapsule({ tubes, balls }: Shapes, solid: Solid, radius: number, half: number): void {
  put(tubes, solid, [radius, half, radius]);
  const axis = (tubes.count - 1) * 16 + 4;
  for (const end of [1, -1]) {
    put(balls, solid, [radius, radius, radius]);
    const place = (balls.count - 1) * 16 + 12;
    for (let k = 0; k < 3; k++) {
      const along = end * (tubes.matrices[axis + k] as number);
      balls.matrices[place + k] = (balls.matrices[place + k] as number) + along;
    }
  }
}
