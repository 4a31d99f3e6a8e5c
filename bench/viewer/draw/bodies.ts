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
import { type BodyColumns, BodyKind, ShapeKind } from '../../../core-wasm/host/types.ts';
import type { Paint } from './paint.ts';

/** Solid and see-through instances of each shape; walls are see-through. */
export interface BodyDrawing {
  readonly solid: Shapes;
  readonly clear: Shapes;
}

interface Shapes {
  readonly boxes: Instances;
  readonly balls: Instances;
  readonly tubes: Instances;
}

export function createBodyDrawing(parent: Object3D): BodyDrawing {
  const box = new BoxGeometry(2, 2, 2);
  const ball = new IcosahedronGeometry(1, 3);
  const tube = new CylinderGeometry(1, 1, 2, 20, 1, true);
  const shapes = (material: () => MeshLambertMaterial): Shapes => {
    const instances = (geometry: BufferGeometry) => createInstances(parent, geometry, material());
    return { boxes: instances(box), balls: instances(ball), tubes: instances(tube) };
  };
  return {
    solid: shapes(() => new MeshLambertMaterial()),
    clear: shapes(
      () => new MeshLambertMaterial({ transparent: true, opacity: 0.22, depthWrite: false }),
    ),
  };
}

export function drawBodies(drawing: BodyDrawing, bodies: BodyColumns, paint: Paint): void {
  const all = [drawing.solid, drawing.clear].flatMap(({ boxes, balls, tubes }) => [
    boxes,
    balls,
    tubes,
  ]);
  for (const instances of all) {
    reserve(instances, bodies.count * 2);
    instances.count = 0;
  }
  for (let row = 0; row < bodies.count; row++) {
    const shapes = bodies.kinds[row] === BodyKind.STATIC ? drawing.clear : drawing.solid;
    const [a, b, c] = bodies.sizes.subarray(row * 3, row * 3 + 3) as unknown as [
      number,
      number,
      number,
    ];
    paint(bodies, row, color);
    const shape = bodies.shapes[row];
    if (shape === ShapeKind.BOX) put(shapes.boxes, bodies, row, [a, b, c]);
    if (shape === ShapeKind.SPHERE) put(shapes.balls, bodies, row, [a, a, a]);
    if (shape === ShapeKind.CAPSULE) putCapsule(shapes, bodies, row, a, b);
  }
  for (const instances of all) commit(instances, true);
}

const color = new Color();

function put(
  into: Instances,
  bodies: BodyColumns,
  row: number,
  [x, y, z]: readonly [number, number, number],
): void {
  const at = into.count++;
  const { positions, rotations } = bodies;
  writeMatrix(into.matrices, at, positions, row * 3, rotations, row * 4, x, y, z);
  color.toArray(into.colors, at * 3);
}

/** A tube and two balls, which stand where the tube's second column, its half axis, leads. */
function putCapsule(
  { tubes, balls }: Shapes,
  bodies: BodyColumns,
  row: number,
  radius: number,
  half: number,
): void {
  put(tubes, bodies, row, [radius, half, radius]);
  const axis = (tubes.count - 1) * 16 + 4;
  for (const end of [1, -1]) {
    put(balls, bodies, row, [radius, radius, radius]);
    const place = (balls.count - 1) * 16 + 12;
    for (let k = 0; k < 3; k++) {
      const along = end * (tubes.matrices[axis + k] as number);
      balls.matrices[place + k] = (balls.matrices[place + k] as number) + along;
    }
  }
}
