import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import type { InterestSettings } from '../../core-wasm/host/interest.ts';
import { GHOST_BYTES, INTEREST } from '../../server/room/observers.ts';
import { type Bench, type Figures, percentile, rounded } from '../bench.ts';
import { CROWD } from '../pack/bench.ts';
import { recordEntries } from '../pack/entries.ts';
import { PART_NAMES, partsOf } from './frame-parts.ts';
import { crowd, gather, type Place, spreadOut } from './gathering.ts';
import { observeAll, tellFrame } from './told-frame.ts';

const WARM_UP_FRAMES = 40;
const MEASURED_FRAMES = 200;
const FRAMES_PER_SECOND = 20;
/** Different players in VR; the others do the same some seconds later. */
const RECORDINGS = 64;
const RECORDED_FRAMES = 300;
const STAGGER_FRAMES = 37;
const SEED = 55_000;

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
  observeAll(core, entities, ghostBytes);
  const entryOf = (i: number, frame: number) => {
    const entries = recordings[i % recordings.length] as Uint8Array[];
    return entries[(frame + i * STAGGER_FRAMES) % entries.length] as Uint8Array;
  };
  const times: number[] = [];
  const sums = new Float64Array(PART_NAMES.length);
  let [ghosts, most] = [0, 0];
  for (let frame = 0; frame < WARM_UP_FRAMES + measured; frame++) {
    const ms = tellFrame(core, entities, entryOf);
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
