import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { type Bench, type Figures, percentile, rounded } from '../bench.ts';
import { bitPackedBytes } from './bit-packed.ts';
import { MOTIONS, type Motion, recordEntries } from './entries.ts';

/** 32 players in VR, as a crowd stands about; flat ones are measured apart. */
export const CROWD: ReadonlyArray<readonly [Motion, number]> = [
  ['still', 5],
  ['look', 6],
  ['walk', 9],
  ['gesture', 8],
  ['work', 4],
];
const CROWD_SIZE = 32;
const FRAMES_PER_SECOND = 20;
const FRAMES = 1200;
const PLAYERS = 4;
/** Other players than those on whom the prior was trained. */
const SEED = 77_000;

/** What a player costs on the wire, and what it costs to make it. */
export const pack: Bench = {
  about: 'bytes a player and frame by kind of motion; encoding and decoding',
  async run(report) {
    const artifact = `${dirname(dirname(import.meta.dir))}/build/core.wasm`;
    const core = await Core.create(await compileCore(new Uint8Array(readFileSync(artifact))));
    const figures = {
      framesPerSecond: FRAMES_PER_SECOND,
      steady: measure(core, true),
      /** Without the client's filter: every sample with 0.5 mm and 0.1 degrees of noise. */
      unsteady: measure(core, false),
      ...timings(core),
    };
    for (const clients of ['steady', 'unsteady'] as const) {
      const { byMotion, ...crowd } = figures[clients];
      report(`  trackers ${clients === 'steady' ? 'steadied by the client' : 'as they are'}`);
      for (const [motion, sizes] of Object.entries(byMotion)) {
        report(`    ${motion.padEnd(10)} ${textOf(sizes)}`);
      }
      report(`    ${CROWD_SIZE} in VR   ${textOf(crowd)}`);
    }
    report(`  ${textOf({ packNs: figures.packNs, unpackNs: figures.unpackNs })}`);
    return figures;
  },
};

function textOf(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

interface Sizes {
  readonly packed: number;
  readonly bitPacked: number;
  readonly entry: number;
  readonly keyFrame: number;
}

function recordingsOf(core: Core, motion: Motion, isSteady: boolean): Uint8Array[][] {
  return Array.from({ length: PLAYERS }, (_, i) =>
    recordEntries(core, { motion, frames: FRAMES, seed: SEED + i, isSteady, noise: 1 }),
  );
}

function sizesOf(core: Core, players: readonly Uint8Array[][]): Sizes {
  const sums = { packed: 0, bitPacked: 0, entry: 0, keyFrame: 0 };
  let count = 0;
  for (const entries of players) {
    const history = core.newHistory();
    for (const [frame, entry] of entries.entries()) {
      const length = core.packEntry(history, entry)?.length ?? 0;
      sums.keyFrame += core.packEntry(core.newHistory(), entry)?.length ?? 0;
      if (frame === 0) continue;
      sums.packed += length;
      sums.entry += entry.length;
      count++;
    }
    for (const bytes of bitPackedBytes(entries).slice(1)) sums.bitPacked += bytes;
  }
  return {
    packed: sums.packed / count,
    bitPacked: sums.bitPacked / count,
    entry: sums.entry / count,
    keyFrame: sums.keyFrame / (count + players.length),
  };
}

function measure(core: Core, isSteady: boolean) {
  const byMotion: Record<string, Figures> = {};
  const sizes = new Map<Motion, Sizes>();
  for (const motion of MOTIONS) {
    const measured = sizesOf(core, recordingsOf(core, motion, isSteady));
    sizes.set(motion, measured);
    byMotion[motion] = {
      packedB: rounded(measured.packed),
      entryB: rounded(measured.entry),
      bitPackedB: rounded(measured.bitPacked),
      keyFrameB: rounded(measured.keyFrame),
    };
  }
  const crowd = (of: keyof Sizes) =>
    CROWD.reduce((sum, [motion, share]) => sum + share * (sizes.get(motion) as Sizes)[of], 0);
  return {
    byMotion,
    packedB: rounded(crowd('packed') / CROWD_SIZE),
    kbPerS: rounded((crowd('packed') * FRAMES_PER_SECOND) / 1000),
    timesSmallerThanEntries: rounded(crowd('entry') / crowd('packed')),
    timesSmallerThanBitPacked: rounded(crowd('bitPacked') / crowd('packed')),
  };
}

/** Medians over whole recordings, the facade's copies included. */
function timings(core: Core) {
  const players = recordingsOf(core, 'gesture', true);
  const packs: number[] = [];
  const unpacks: number[] = [];
  for (let round = 0; round < 10; round++) {
    for (const entries of players) {
      const chunks: Uint8Array[] = [];
      let history = core.newHistory();
      const beganMs = performance.now();
      for (const entry of entries) chunks.push(core.packEntry(history, entry) as Uint8Array);
      const packedMs = performance.now();
      history = core.newHistory();
      for (const chunk of chunks) core.unpackEntry(history, chunk);
      const unpackedMs = performance.now();
      packs.push(((packedMs - beganMs) * 1e6) / entries.length);
      unpacks.push(((unpackedMs - packedMs) * 1e6) / entries.length);
    }
  }
  return {
    packNs: rounded(percentile(packs, 0.5)),
    unpackNs: rounded(percentile(unpacks, 0.5)),
  };
}
