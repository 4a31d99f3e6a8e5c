import type { Core } from '../../core-wasm/host/core.ts';
import { BodyKind, ShapeKind, WireFault } from '../../core-wasm/host/types.ts';
import { between, integer, pick, seeded } from '../../core-wasm/test/random.ts';
import { MOTIONS, type Motion, recordEntries } from '../pack/entries.ts';
import { type Look, playFrame } from './moments.ts';

/**
 * People of every motion among crates, as excerpts are taken of them: on the level clearing and on
 * the hills around, alone, in each other's way, and at piles.
 */
export interface CrowdOptions {
  readonly seed: number;
  readonly players: number;
  readonly crates: number;
  /** Half a side of where they are, m; beyond 22 the ground is not level. */
  readonly halfSideM: number;
  readonly frames: number;
  readonly motions?: readonly Motion[];
}

const CRATE_SIDES_M = [0.2, 0.3, 0.4, 0.5];

/** Lets `core` live `frames` frames and looks at every `every`-th once they have settled. */
export function lookAtCrowd(core: Core, options: CrowdOptions, every: number, look: Look): void {
  const random = seeded(options.seed);
  core.reset(integer(random, 1, 9));
  const entities = populate(core, options, random);
  const motions = options.motions ?? MOTIONS;
  const entries = entities.map((_, i) =>
    recordEntries(core, {
      motion: motions[i % motions.length] as Motion,
      frames: options.frames,
      seed: options.seed * 1000 + i,
      isSteady: i % 4 !== 0,
      noise: 1,
    }),
  );
  for (let frame = 0; frame < options.frames; frame++) {
    core.frameBegin(core.frame, 0n);
    for (const [i, entity] of entities.entries()) {
      core.addInput(entity, entries[i]?.[frame] as Uint8Array);
    }
    const isLooked = frame >= SETTLED_FRAMES && frame % every === 0;
    playFrame(core, core.frameEnd(), isLooked ? look : null);
  }
}

/** Crates have fallen asleep, and people go where they want to. */
const SETTLED_FRAMES = 60;

function populate(core: Core, options: CrowdOptions, random: () => number): number[] {
  let entity = 0;
  const next = () => {
    entity = core.nextEntity(entity);
    return entity;
  };
  const place = (): [number, number] => [
    between(random, -options.halfSideM, options.halfSideM),
    between(random, -options.halfSideM, options.halfSideM),
  ];
  core.frameBegin(core.frame, 0n);
  const players: number[] = [];
  for (let i = 0; i < options.players; i++) {
    const [x, z] = place();
    const id = next();
    players.push(id);
    core.addSpawnPlayer({
      entity: id,
      leftHand: next(),
      rightHand: next(),
      account: integer(random, 1, 1_000_000),
      foot: [x, core.terrainHeight(x, z), z],
      yaw: integer(random, 0, 0xffff),
    });
  }
  for (let i = 0; i < options.crates; ) {
    const [x, z] = place();
    const half = pick(random, CRATE_SIDES_M);
    const high = pick(random, [1, 1, 1, 2, 3]);
    for (let k = 0; k < high && i < options.crates; k++, i++) {
      const isBall = random() < 0.1;
      core.addSpawnBody({
        entity: next(),
        kind: BodyKind.DYNAMIC,
        shape: isBall ? ShapeKind.SPHERE : ShapeKind.BOX,
        size: isBall ? [half, 0, 0] : [half, half, half],
        position: [x, core.terrainHeight(x, z) + half * (1 + 2 * k) + 0.05, z],
        rotation: [0, 0, 0, 1],
        linearVelocity: [0, 0, 0],
        angularVelocity: [0, 0, 0],
        density: pick(random, [300, 500, 700]),
        friction: 0.6,
        restitution: 0,
      });
    }
  }
  if (core.stepFrame(core.frameEnd()).wire !== WireFault.NONE) throw new Error('refused');
  return players;
}
