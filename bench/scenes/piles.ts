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

function buildPile(core: Core, shape: ShapeKind, size: readonly [number, number, number]): void {
  core.reset(SCENE_SEED);
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
      core.addSpawnBody(bodyAt(entity, shape, size, [x, y, z]));
    }
  });
}
