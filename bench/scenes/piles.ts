import type { Core } from '../../core-wasm/host/core.ts';
import { ShapeKind } from '../../core-wasm/host/types.ts';
import { addPen, bodyAt, command, idleFrame, SCENE_SEED, type Scene } from './scene.ts';

const BODY_COUNT = 1000;
const PER_SIDE = 10;
const HALF_SIZE_M = 0.25;
const PEN_HALF_M = 4;
/** Above the highest ground of the region, so that only the pen is met. */
const FLOOR_M = 150;

export const spherePile: Scene = {
  about: `${BODY_COUNT} spheres fall into a pen and come to rest`,
  build: (core) => buildPile(core, ShapeKind.SPHERE, [HALF_SIZE_M, 0, 0]),
  nextFrame: idleFrame,
};

export const boxPile: Scene = {
  about: `${BODY_COUNT} boxes fall into a pen and come to rest`,
  build: (core) => buildPile(core, ShapeKind.BOX, [HALF_SIZE_M, HALF_SIZE_M, HALF_SIZE_M]),
  nextFrame: idleFrame,
};

export const hullPile: Scene = {
  about: `${BODY_COUNT} rocks, wedges and things of several pieces fall into a pen`,
  build(core) {
    core.reset(SCENE_SEED);
    command(core, () => defineLooks(core));
    fill(core, (i) => (i % 4 === 3 ? ShapeKind.COMPOUND : ShapeKind.HULL), [0, 0, 0]);
  },
  nextFrame: idleFrame,
};

type Point = readonly [number, number, number];

/** Looks 1, 2 and 3: a wedge, a rock of 12 corners, a brick with its corners cut; 4 of pieces. */
function defineLooks(core: Core): void {
  const wedge = [-0.25, 0.25].flatMap((z): Point[] => [
    [-0.25, -0.2, z],
    [0.25, -0.2, z],
    [-0.25, 0.25, z],
  ]);
  const long = 0.26;
  const short = 0.16;
  const rock = [long, -long].flatMap((a) =>
    [short, -short].flatMap((b): Point[] => [
      [a, b, 0],
      [0, a, b],
      [b, 0, a],
    ]),
  );
  const brick = [-1, 1].flatMap((x) =>
    [-1, 1].flatMap((y) =>
      [-1, 1].flatMap((z): Point[] => [
        [0.2 * x, 0.25 * y, 0.25 * z],
        [0.25 * x, 0.2 * y, 0.25 * z],
        [0.25 * x, 0.25 * y, 0.2 * z],
      ]),
    ),
  );
  core.addDefineHull(1, wedge);
  core.addDefineHull(2, rock);
  core.addDefineHull(3, brick);
  const rotation = [0, 0, 0, 1] as const;
  core.addDefineCompound(4, [
    { shape: ShapeKind.BOX, size: [0.28, 0.06, 0.06], offset: [0, 0, 0], rotation },
    { shape: ShapeKind.SPHERE, size: [0.14, 0, 0], offset: [-0.16, 0, 0], rotation },
    { shape: ShapeKind.CAPSULE, size: [0.08, 0.14, 0], offset: [0.18, 0, 0], rotation },
  ]);
}

function buildPile(core: Core, shape: ShapeKind, size: Point): void {
  core.reset(SCENE_SEED);
  fill(core, () => shape, size);
}

/** Body i is a hull or compound of look 1 + i mod 4, or of the size that is given. */
function fill(core: Core, shapeOf: (i: number) => ShapeKind, size: Point): void {
  command(core, () => {
    let entity = addPen(core, PEN_HALF_M, FLOOR_M, 0);
    const pitch = HALF_SIZE_M * 2.4;
    for (let i = 0; i < BODY_COUNT; i++) {
      const layer = Math.floor(i / (PER_SIDE * PER_SIDE));
      const column = i % PER_SIDE;
      const row = Math.floor(i / PER_SIDE) % PER_SIDE;
      // Every layer is shifted a little, or the boxes would stand as ten perfect columns.
      const shift = (layer % 3) * 0.07;
      entity = core.nextEntity(entity);
      const x = (column - (PER_SIDE - 1) / 2) * pitch + shift;
      const z = (row - (PER_SIDE - 1) / 2) * pitch - shift;
      const y = FLOOR_M + HALF_SIZE_M * 1.2 + layer * pitch;
      const body = bodyAt(entity, shapeOf(i), size, [x, y, z]);
      core.addSpawnBody({ ...body, definition: 1 + (i % 4) });
    }
  });
}
