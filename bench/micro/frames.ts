import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import type { InterestSettings } from '../../core-wasm/host/interest.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { TIMING_INTERVAL_FRAMES } from '../../server/room/broadcast.ts';
import { FRAME_BYTES_PER_SECOND, GHOST_BYTES, INTEREST } from '../../server/room/observers.ts';
import { PROOF_INTERVAL_FRAMES } from '../../server/room/repair.ts';
import { type Bench, type Figures, percentile, rounded } from '../bench.ts';
import { CROWD } from '../pack/bench.ts';
import { recordEntries } from '../pack/entries.ts';
import { PART_NAMES, partsOf } from './frame-parts.ts';
import { crowd, gather, type Place, spreadOut } from './gathering.ts';

const WARM_UP_FRAMES = 40;
const MEASURED_FRAMES = 200;
const FRAMES_PER_SECOND = 20;
/** Different players in VR; the others do the same some seconds later. */
const RECORDINGS = 64;
const RECORDED_FRAMES = 300;
const SEED = 55_000;
const TIMING = { inputFrame: 1, slackMs: 10, replaced: 0 };
const PROOF = 1n;

const SCENES: Readonly<Record<string, Place>> = {
  'spread-1000': spreadOut(1000),
  'spread-3000': spreadOut(3000),
  'crowd-300': crowd(300, 30),
  'vr-32': crowd(33, 10),
};

/** What a server may be told by its environment. */
interface Choice {
  readonly nearestPlayers: number;
  readonly ghostBytes: number;
}

const CHOICES: Readonly<Record<string, Choice>> = {
  full: { nearestPlayers: 32, ghostBytes: GHOST_BYTES },
  tiers: { nearestPlayers: 12, ghostBytes: GHOST_BYTES },
  'no ghosts': { nearestPlayers: 32, ghostBytes: 0 },
};

/** What a client gets when all are in VR and move, and what it costs to write it. */
export const frames: Bench = {
  about: 'bytes a second for a client by part of its frames, and ms to write all clients’ frames',
  async run(report, { quick }) {
    const artifact = `${dirname(dirname(import.meta.dir))}/build/core.wasm`;
    const core = await Core.create(await compileCore(new Uint8Array(readFileSync(artifact))));
    const recordings = recordAll(core, quick ? 4 : RECORDINGS);
    const results: Record<string, Record<string, Figures>> = {};
    for (const [scene, place] of Object.entries(SCENES)) {
      if (quick && place.players > 100) continue;
      for (const [name, choice] of Object.entries(CHOICES)) {
        const figures = measure(core, place, choice, recordings, quick ? 5 : MEASURED_FRAMES);
        results[scene] = { ...results[scene], [name]: figures };
        report(`${scene}, ${name}`);
        for (const [figure, value] of Object.entries(figures)) report(`  ${figure} ${value}`);
      }
    }
    return results;
  },
};

function recordAll(core: Core, count: number): Uint8Array[][] {
  const motions = CROWD.flatMap(([motion, share]) => Array.from({ length: share }, () => motion));
  return Array.from({ length: count }, (_, i) => {
    const motion = motions[i % motions.length] as (typeof motions)[number];
    const given = { frames: RECORDED_FRAMES, isSteady: true, noise: 1 };
    return recordEntries(core, { ...given, motion, seed: SEED + i });
  });
}

function measure(
  core: Core,
  place: Place,
  { nearestPlayers, ghostBytes }: Choice,
  recordings: readonly Uint8Array[][],
  measured: number,
): Figures {
  const entities = gather(core, place, 0);
  const interest: Partial<InterestSettings> = { ...INTEREST, nearestPlayers };
  core.interest.set(interest);
  for (let observer = 0; observer < core.interest.capacity; observer++) {
    core.interest.forget(observer);
  }
  for (const [observer, entity] of entities.entries()) {
    core.interest.observe(observer, entity, ghostBytes, FRAME_BYTES_PER_SECOND);
  }
  const times: number[] = [];
  const sums = new Float64Array(PART_NAMES.length);
  let [ghosts, most] = [0, 0];
  for (let frame = 0; frame < WARM_UP_FRAMES + measured; frame++) {
    const ms = tellAll(core, entities, recordings);
    if (frame < WARM_UP_FRAMES) continue;
    times.push(ms);
    for (const observer of entities.keys()) {
      const message = core.bubbles.message(observer);
      if (message === null) throw new Error('who was to get a message got none');
      const parts = partsOf(message);
      for (let part = 0; part < sums.length; part++) {
        sums[part] = (sums[part] as number) + (parts[part] as number);
      }
      ghosts += core.interest.ghosts(observer).length / 2;
      most = Math.max(most, parts[PART_NAMES.indexOf('ghosts')] as number);
    }
  }
  const perSecond = FRAMES_PER_SECOND / (measured * entities.length);
  const bytes: Record<string, number> = {};
  PART_NAMES.forEach((name, part) => {
    bytes[`${name}BytesPerS`] = rounded((sums[part] as number) * perSecond);
  });
  return {
    players: place.players,
    bytesPerS: rounded(sums.reduce((sum, part) => sum + part, 0) * perSecond),
    ...bytes,
    ghostsPerS: rounded(ghosts * perSecond),
    ghostBytesMaxPerFrame: most,
    writeP50Ms: rounded(percentile(times, 0.5)),
    writeP99Ms: rounded(percentile(times, 0.99)),
  };
}

/** A frame in which everybody moves, told to all as the room does; ms to choose and write. */
function tellAll(
  core: Core,
  entities: readonly number[],
  recordings: readonly Uint8Array[][],
): number {
  const { frame } = core;
  const start = core.snapshot();
  core.frameBegin(frame, 0n);
  for (const [i, entity] of entities.entries()) {
    const entries = recordings[i % recordings.length] as Uint8Array[];
    core.addInput(entity, entries[(frame + i * 37) % entries.length] as Uint8Array);
  }
  core.loadFrame(core.frameEnd());
  const forced = core.openFrame().slice();
  for (let tick = 0; tick < TICKS_PER_FRAME; tick++) core.step();
  core.openSnapshot(start);
  for (const observer of entities.keys()) {
    const turn = frame + observer;
    const timing = turn % TIMING_INTERVAL_FRAMES === 0 ? TIMING : null;
    core.bubbles.order(observer, timing, turn % PROOF_INTERVAL_FRAMES === 0 ? PROOF : 0n);
  }
  const beganMs = performance.now();
  if (!core.bubbles.write(forced)) throw new Error('the core did not step this frame');
  return performance.now() - beganMs;
}
