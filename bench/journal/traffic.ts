import type { Core } from '../../core-wasm/host/core.ts';
import { gather, spreadOut } from '../micro/gathering.ts';
import { CROWD } from '../pack/bench.ts';
import { recordEntries } from '../pack/entries.ts';

/** Different players in VR; the others do the same some seconds later. */
const RECORDINGS = 64;
const RECORDED_FRAMES = 300;
const SEED = 55_000;
/** Between what two players of one recording do, frames. */
const STAGGER_FRAMES = 37;

export type Recordings = readonly Uint8Array[][];

/** What players in VR do, as their clients would send it. */
export function recordPlayers(core: Core, count = RECORDINGS): Recordings {
  const motions = CROWD.flatMap(([motion, share]) => Array.from({ length: share }, () => motion));
  return Array.from({ length: count }, (_, i) => {
    const motion = motions[i % motions.length] as (typeof motions)[number];
    const given = { frames: RECORDED_FRAMES, isSteady: true, noise: 1 };
    return recordEntries(core, { ...given, motion, seed: SEED + i });
  });
}

/**
 * Frames of a region with so many players, as its server seals them. The core is left with those
 * players in it, accounts from 1 on.
 */
export function sealedFrames(
  core: Core,
  recordings: Recordings,
  players: number,
  count: number,
): Uint8Array[] {
  const entities = gather(core, spreadOut(players), 0);
  return Array.from({ length: count }, (_, frame) => {
    // A state's hash is 64 bits that nobody can pack.
    core.frameBegin(frame, BigInt.asUintN(64, BigInt(frame + 1) * 0x9e3779b97f4a7c15n));
    for (const [i, entity] of entities.entries()) {
      const entries = recordings[i % recordings.length] as Uint8Array[];
      core.addInput(entity, entries[(frame + i * STAGGER_FRAMES) % entries.length] as Uint8Array);
    }
    return core.frameEnd();
  });
}
