import { bodyPose, meshPose } from '../host/core.ts';
import { type BodyKind, type CompoundChild, ShapeKind } from '../host/types.ts';
import { type Convex, convexOf, gapBetween, hullCore } from './gap.ts';
import { boxPoints } from './polyhedron.ts';
import { between, direction, integer, pick, type Random, rotation } from './random.ts';
import { anyShape, type Given } from './shapes.ts';
import { signedDistance } from './solid.ts';
import { addBody, play, type Rotation, rotate, UPRIGHT, type Vec3, type World } from './world.ts';

/** Random hulls and compounds, and in doubles what queries on them are judged by. */

/** A convex part of a body, in place. */
export interface Piece {
  readonly core: Convex;
  /** Distance from a point to the surface, negative inside. */
  signedDistance(p: Vec3): number;
}

/** What is defined under an id: a hull's points, or a compound's children. */
export interface Look {
  readonly id: number;
  readonly shape: typeof ShapeKind.HULL | typeof ShapeKind.COMPOUND;
  /** The pieces of a mesh that stands at a pose. */
  place(position: Vec3, turn: Rotation): Piece[];
}

/** The pieces of a body of that look whose own pose is given. */
export function placeBody(world: World, look: Look, position: Vec3, turn: Rotation): Piece[] {
  const frame = world.core.definitionFrame(look.id);
  if (!frame) throw new Error(`no definition ${look.id}`);
  const pose = meshPose(frame, position, turn);
  return look.place(pose.position, pose.rotation);
}

function moved(position: Vec3, turn: Rotation, v: Vec3): Vec3 {
  const [x, y, z] = rotate(turn, v);
  return [x + position[0], y + position[1], z + position[2]];
}

function composed(a: Rotation, b: Rotation): Rotation {
  return [
    a[3] * b[0] + a[0] * b[3] + a[1] * b[2] - a[2] * b[1],
    a[3] * b[1] + a[1] * b[3] + a[2] * b[0] - a[0] * b[2],
    a[3] * b[2] + a[2] * b[3] + a[0] * b[1] - a[1] * b[0],
    a[3] * b[3] - a[0] * b[0] - a[1] * b[1] - a[2] * b[2],
  ];
}

export function hullPiece(points: readonly Vec3[], position: Vec3, turn: Rotation): Piece {
  const core = hullCore(points.map((p) => moved(position, turn, p)));
  return {
    core,
    signedDistance: (p) => (core.heightOf(p) <= 0 ? core.heightOf(p) : core.distanceTo(p)),
  };
}

export function simplePiece(given: Given, position: Vec3): Piece {
  const solid = { id: 0, kind: 0, ...given, position };
  return {
    core: convexOf(solid),
    signedDistance: (p) => signedDistance(solid, p),
  };
}

const PRISM: readonly Vec3[] = Array.from({ length: 12 }, (_, i) => {
  const angle = ((i >> 1) / 6) * 2 * Math.PI;
  return [0.4 * Math.cos(angle), i & 1 ? 0.7 : -0.7, 0.4 * Math.sin(angle)];
});

/** Faces may bend by a thousandth of the extent: what is judged exactly must not come near it. */
const CLEARANCE_M = 0.05;

/** Four to nine corners about a tetrahedron, or a solid with whole faces. */
export function anyPoints(random: Random): Vec3[] {
  if (random() < 0.3) return [...(random() < 0.5 ? PRISM : boxPoints([0.6, 0.2, 1.1]))];
  for (;;) {
    const size = between(random, 0.3, 1.5);
    const points = Array.from({ length: integer(random, 4, 9) }, () => {
      const [x, y, z] = direction(random).map((c) => c * between(random, 0.8, 1) * size);
      return [Math.fround(x as number), Math.fround(y as number), Math.fround(z as number)] as Vec3;
    });
    const hull = hullCore(points);
    const corners = points.filter((p) => Math.abs(hull.heightOf(p)) < 1e-9);
    if (corners.length >= 4 && hull.clearance > CLEARANCE_M) return corners;
  }
}

export function defineHull(world: World, id: number, points: readonly Vec3[]): Look {
  world.commands.push((core) => core.addDefineHull(id, points));
  const rounded = points.map((p) => p.map(Math.fround) as unknown as Vec3);
  return {
    id,
    shape: ShapeKind.HULL,
    place: (position, turn) => [hullPiece(rounded, position, turn)],
  };
}

/** The hulls that it is made of are given with their ids. */
export function defineCompound(
  world: World,
  id: number,
  children: readonly CompoundChild[],
  hulls: readonly Look[] = [],
): Look {
  world.commands.push((core) => core.addDefineCompound(id, children));
  return {
    id,
    shape: ShapeKind.COMPOUND,
    place: (position, turn) =>
      children.flatMap((child) => {
        const at = moved(position, turn, child.offset);
        const turned = composed(turn, child.rotation);
        const hull = hulls.find((look) => look.id === child.definition);
        if (child.shape === ShapeKind.HULL && hull) return hull.place(at, turned);
        const size = (child.size as Vec3).map(Math.fround) as unknown as Vec3;
        return [simplePiece({ shape: child.shape, size, rotation: turned }, at)];
      }),
  };
}

function anyChild(random: Random, hulls: readonly Look[]): CompoundChild {
  const offset = direction(random).map((c) => Math.fround(c * between(random, 0, 1.5)));
  const place = { offset: offset as unknown as Vec3, rotation: anyTurn(random) };
  if (random() < 0.3) {
    return { shape: ShapeKind.HULL, definition: pick(random, hulls).id, ...place };
  }
  const { shape, size } = anyShape(random);
  return { shape: shape as CompoundChild['shape'], size, ...place };
}

export function anyTurn(random: Random): Rotation {
  return random() < 0.5 ? UPRIGHT : (rotation(random).map(Math.fround) as unknown as Rotation);
}

/** Hulls, and compounds of one to eight children some of which are those hulls. */
export function defineLooks(world: World, random: Random, hullCount = 4, count = 8): Look[] {
  const hulls = Array.from({ length: hullCount }, (_, i) =>
    defineHull(world, 100 + i * 3, anyPoints(random)),
  );
  const compounds = Array.from({ length: count - hullCount }, (_, i) => {
    const children = Array.from({ length: integer(random, 1, 8) }, () => anyChild(random, hulls));
    return defineCompound(world, 20 + i * 7, children, hulls);
  });
  play(world, 1);
  return [...hulls, ...compounds];
}

export interface LookTarget {
  readonly entity: number;
  readonly layer: number;
  readonly position: Vec3;
  readonly pieces: readonly Piece[];
}

/** Spawns the body whose mesh is to stand at a pose. */
export function addLook(
  world: World,
  look: Look,
  position: Vec3,
  turn: Rotation,
  given: { kind?: BodyKind; layer?: number } = {},
): LookTarget {
  const frame = world.core.definitionFrame(look.id);
  if (!frame) throw new Error(`no definition ${look.id}`);
  const pose = bodyPose(frame, position, turn);
  const entity = addBody(world, { ...given, shape: look.shape, definition: look.id, ...pose });
  return { entity, layer: given.layer ?? 1, position, pieces: look.place(position, turn) };
}

/** Bodies of the looks that stay where they are, high above the ground, on layers 1, 2 and 4. */
export function addLookTargets(world: World, random: Random, count: number): LookTarget[] {
  const looks = defineLooks(world, random);
  const targets = Array.from({ length: count }, () => {
    const place: Vec3 = [
      between(random, -10, 10),
      between(random, 290, 310),
      between(random, -10, 10),
    ];
    const kind = integer(random, 1, 2) as BodyKind;
    const layer = 1 << integer(random, 0, 2);
    return addLook(world, pick(random, looks), place, anyTurn(random), { kind, layer });
  });
  play(world, 1);
  return targets;
}

/** Distance of the surfaces, as `gapBetween` has it, of the nearest piece. */
export function gapTo(shape: Convex, { pieces }: LookTarget): number {
  return Math.min(...pieces.map(({ core }) => gapBetween(shape, core)));
}

/** Distance from a point to the surface; inside several pieces the deepest counts. */
export function distanceTo({ pieces }: LookTarget, p: Vec3): number {
  return Math.min(...pieces.map((piece) => piece.signedDistance(p)));
}
