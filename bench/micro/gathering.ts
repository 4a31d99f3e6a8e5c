import type { Core } from '../../core-wasm/host/core.ts';
import { ShapeKind } from '../../core-wasm/host/types.ts';
import { bodyAt, command, SCENE_SEED } from '../scenes/scene.ts';

const PER_SQUARE_METRE = 3000 / 1e6;
/** Inside the region's rim. */
const HALF_MAX_M = 245;
const SPAWNS_PER_FRAME = 500;

/** Where players stand when a bench begins. */
export interface Place {
  readonly players: number;
  readonly at: (index: number) => [x: number, z: number];
}

/** As dense as 3,000 in a square kilometre, or as the region is full. */
export function spreadOut(players: number): Place {
  const half = Math.min(HALF_MAX_M, Math.sqrt(players / PER_SQUARE_METRE) / 2);
  const at = (index: number): [number, number] => [
    (spread(index, 3) - 0.5) * 2 * half,
    (spread(index, 5) - 0.5) * 2 * half,
  ];
  return { players, at };
}

/** All within a disc. */
export function crowd(players: number, radius: number): Place {
  return { players, at: (index) => inDisc(index, radius) };
}

/** A place in the disc: angles without a sine would be no clearer here. */
function inDisc(index: number, most: number): [number, number] {
  const radius = most * Math.sqrt(spread(index, 3));
  const angle = spread(index, 5) * 2 * Math.PI;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}

/** Low-discrepancy places: no chance, nothing on a line. Base 2 would put a phase into a slice. */
function spread(index: number, base: number): number {
  let value = 0;
  let share = 1 / base;
  for (let rest = index; rest > 0; rest = Math.floor(rest / base)) {
    value += (rest % base) * share;
    share /= base;
  }
  return value;
}

/** A world with those players, on foot, and crates between them; their entities. */
export function gather(core: Core, { players, at }: Place, bodiesPerPlayer: number): number[] {
  core.reset(SCENE_SEED);
  const entities: number[] = [];
  let entity = 0;
  const next = () => {
    entity = core.nextEntity(entity);
    return entity;
  };
  const count = players * (1 + bodiesPerPlayer);
  for (let first = 0; first < count; first += SPAWNS_PER_FRAME) {
    command(core, () => {
      for (let i = first; i < Math.min(count, first + SPAWNS_PER_FRAME); i++) {
        const [x, z] = at(i + 1);
        const ground = core.terrainHeight(x, z);
        if (i < players) {
          const one = next();
          entities.push(one);
          const [leftHand, rightHand] = [next(), next()];
          const foot: [number, number, number] = [x, ground, z];
          core.addSpawnPlayer({ entity: one, leftHand, rightHand, account: i + 1, foot, yaw: 0 });
        } else {
          core.addSpawnBody(bodyAt(next(), ShapeKind.BOX, [0.3, 0.3, 0.3], [x, ground + 0.5, z]));
        }
      }
    });
  }
  return entities;
}
