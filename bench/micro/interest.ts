import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { type Intent, YAW_UNITS_PER_TURN } from '../../core-wasm/host/types.ts';
import { type Bench, type Figures, percentile, rounded } from '../bench.ts';
import { crowd, gather, type Place, spreadOut } from './gathering.ts';

const WARM_UP_FRAMES = 60;
const MEASURED_FRAMES = 200;
const BODIES_PER_PLAYER = 1;
const GHOST_BYTES = 60;
const CROWD_PLAYERS = 300;
const CROWD_RADIUS_M = 30;
const FRAMES_PER_LEG = 40;

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

function placesOf(most: number): Record<string, Place> {
  const places: Record<string, Place> = {};
  for (const players of new Set([200, 1000, most])) {
    places[`spread-${players}`] = spreadOut(players);
  }
  places[`crowd-${CROWD_PLAYERS}`] = crowd(CROWD_PLAYERS, CROWD_RADIUS_M);
  return places;
}

function measure(core: Core, place: Place, frames: number): Figures {
  const { interest: observed } = core;
  const entities = gather(core, place, BODIES_PER_PLAYER);
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
