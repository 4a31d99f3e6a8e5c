import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { type Intent, ShapeKind, YAW_UNITS_PER_TURN } from '../../core-wasm/host/types.ts';
import { type Bench, type Figures, percentile, rounded } from '../bench.ts';
import { bodyAt, command, SCENE_SEED } from '../scenes/scene.ts';

const WARM_UP_FRAMES = 60;
const MEASURED_FRAMES = 200;
const BODIES_PER_PLAYER = 1;
const GHOST_BYTES = 60;
const PER_SQUARE_METRE = 3000 / 1e6;
/** Inside the region's rim. */
const HALF_MAX_M = 245;
const CROWD_PLAYERS = 300;
const CROWD_RADIUS_M = 30;
const FRAMES_PER_LEG = 40;
const SPAWNS_PER_FRAME = 500;

export interface Place {
  readonly players: number;
  readonly at: (index: number) => [x: number, z: number];
}

/** What it costs to know, each frame, what each client simulates. */
export const interest: Bench = {
  about: 'interest of all players in each other: ms a frame, spread out and in a crowd',
  async run(report, { quick }) {
    const artifact = `${dirname(dirname(import.meta.dir))}/build/core.wasm`;
    const core = await Core.create(await compileCore(new Uint8Array(readFileSync(artifact))));
    const results: Record<string, Figures> = {};
    for (const [name, place] of Object.entries(placesOf(core.interest.capacity))) {
      if (quick && place.players > CROWD_PLAYERS) continue;
      const figures = measure(core, place, quick ? 5 : MEASURED_FRAMES);
      results[name] = figures;
      report(name);
      for (const [figure, value] of Object.entries(figures)) report(`  ${figure} ${value}`);
    }
    return results;
  },
};

/** Players at the density of 3,000 in a square kilometre, and a crowd. */
export function placesOf(most: number): Record<string, Place> {
  const places: Record<string, Place> = {};
  for (const players of new Set([200, 1000, most])) {
    const half = Math.min(HALF_MAX_M, Math.sqrt(players / PER_SQUARE_METRE) / 2);
    const at = (index: number): [number, number] => [
      (spread(index, 3) - 0.5) * 2 * half,
      (spread(index, 5) - 0.5) * 2 * half,
    ];
    places[`spread-${players}`] = { players, at };
  }
  places[`crowd-${CROWD_PLAYERS}`] = { players: CROWD_PLAYERS, at: inCrowd };
  return places;
}

/** A place in the disc: angles without a sine would be no clearer here. */
function inCrowd(index: number): [number, number] {
  const radius = CROWD_RADIUS_M * Math.sqrt(spread(index, 3));
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

/** A world with the place's players, and loose boxes; gives their entities. */
export function build(core: Core, { players, at }: Place): number[] {
  core.reset(SCENE_SEED);
  const entities: number[] = [];
  let entity = 0;
  const next = () => {
    entity = core.nextEntity(entity);
    return entity;
  };
  const count = players * (1 + BODIES_PER_PLAYER);
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

function measure(core: Core, place: Place, frames: number): Figures {
  const { interest: observed } = core;
  const entities = build(core, place);
  for (let observer = 0; observer < observed.capacity; observer++) observed.forget(observer);
  entities.forEach((entity, observer) => {
    observed.observe(observer, entity, GHOST_BYTES);
  });
  const times: number[] = [];
  const sums = { members: 0, changed: 0, ghosts: 0 };
  for (let frame = 0; frame < WARM_UP_FRAMES + frames; frame++) {
    core.stepFrame(walk(core));
    const startedMs = performance.now();
    observed.run();
    const ms = performance.now() - startedMs;
    if (frame < WARM_UP_FRAMES) continue;
    times.push(ms);
    for (const observer of entities.keys()) {
      sums.members += observed.members(observer).length;
      sums.ghosts += observed.ghosts(observer).length / 2;
      sums.changed += observed.hasChanged(observer) ? 1 : 0;
    }
  }
  const looks = frames * entities.length;
  return {
    players: place.players,
    bodies: core.bodyCount,
    runP50Ms: rounded(percentile(times, 0.5)),
    runP99Ms: rounded(percentile(times, 0.99)),
    observerP50Us: rounded((percentile(times, 0.5) * 1000) / entities.length),
    membersMean: rounded(sums.members / looks),
    ghostsMean: rounded(sums.ghosts / looks),
    changedShare: rounded(sums.changed / looks),
  };
}

/** Everybody walks, and turns now and then, each at another moment. */
function walk(core: Core): Uint8Array {
  const { frame } = core;
  core.frameBegin(frame, 0n);
  for (const { entity, account } of core.playerAccounts()) {
    const leg = Math.floor((frame + account * 7) / FRAMES_PER_LEG);
    const yaw = (leg * 23_003 + account * 9_973) % YAW_UNITS_PER_TURN;
    const intent: Intent = { moveX: 0, moveZ: 127, yaw, pitch: 0, buttons: 0 };
    core.addInput(entity, core.encodeEntry({ intents: [intent, intent, intent], pose: null }));
  }
  return core.frameEnd();
}
