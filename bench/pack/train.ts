import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Abi } from '../../core-wasm/host/abi.ts';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { instantiate } from '../../core-wasm/host/load-core.ts';
import { MOTIONS, type Recording, recordEntries } from './entries.ts';

/**
 * `bun bench/pack/train.ts`: trains the prior of `core-wasm/assembly/wire/pack` on synthetic
 * motion and writes `prior.ts` anew, in two minutes; build the core before and after. Each round
 * packs all entries with each share of the way that a prediction might expect again, keeps for each
 * circumstance the share that cost the fewest bits, then takes the probabilities from what is
 * packed with these.
 */

const ROOT = dirname(dirname(import.meta.dir));
const PRIOR = `${ROOT}/core-wasm/assembly/wire/pack/prior.ts`;
const ROUNDS = 5;
const GAINS = [0, 2, 4, 6, 8, 10, 12, 14, 15, 16, 18, 20, 24];
/** In parts of 4096: no bit costs more than 8, whatever the training never saw. */
const PROBABILITY_LEAST = 16;
const SURE = 4096;
/** What each context is taken to have seen before, so that rare ones are not sure of anything. */
const PSEUDO_COUNT = 2;
/** Frames a player: two minutes and a half. */
const FRAMES = 3000;
const PLAYERS_PER_MOTION = 4;

const module = await compileCore(new Uint8Array(readFileSync(`${ROOT}/build/core.wasm`)));
const abi = await instantiate(module);
abi.traceBegin();
const bytes = new Uint8Array(abi.memory.buffer);
const historyBytes = abi.historyBytes.value as number;
const inbox = abi.inboxAddress.value as number;
const contexts = abi.probabilityCount.value as number;
const cells = abi.gainCount.value as number;
const probabilities = new Uint16Array(
  abi.memory.buffer,
  abi.probabilitiesAddress.value as number,
  contexts,
);
const gains = new Uint8Array(abi.memory.buffer, abi.gainsAddress.value as number, cells);
const trace = new Uint16Array(abi.memory.buffer, abi.traceAddress.value as number, 2048);

/** Players of every motion; every fourth sends what the trackers say, each has other trackers. */
async function recordings(): Promise<Uint8Array[][]> {
  const core = await Core.create(module);
  const made: Uint8Array[][] = [];
  for (const [kind, motion] of MOTIONS.entries()) {
    for (let i = 0; i < PLAYERS_PER_MOTION; i++) {
      const recording: Recording = {
        motion,
        frames: FRAMES,
        seed: 1000 * (kind + 1) + i,
        isSteady: i % 4 !== 0,
        noise: 0.5 + (0.25 * i * 8) / PLAYERS_PER_MOTION,
      };
      made.push(recordEntries(core, recording));
    }
  }
  return made;
}

interface Statistics {
  /** Zeros and ones of each context. */
  readonly counts: Float64Array;
  /** Bits that residuals cost, by the cell of their prediction. */
  readonly cellBits: Float64Array;
  readonly bytes: number;
}

function packAll(players: readonly Uint8Array[][]): Statistics {
  const counts = new Float64Array(contexts * 2);
  const cellBits = new Float64Array(cells);
  let packed = 0;
  for (const entries of players) {
    bytes.fill(0, inbox, inbox + historyBytes);
    for (const entry of entries) {
      bytes.set(entry, inbox + historyBytes);
      const length = abi.entryPack(entry.length);
      if (length < 0) throw new Error(`refused: ${-length}`);
      packed += length;
      readTrace(abi, counts, cellBits);
    }
  }
  return { counts, cellBits, bytes: packed };
}

const bitsOfZero = new Float64Array(contexts);
const bitsOfOne = new Float64Array(contexts);

function readTrace(of: Abi, counts: Float64Array, cellBits: Float64Array): void {
  let [ofWay, ofBend] = [-1, -1];
  const length = of.entryPackTrace();
  for (let i = 0; i < length; i++) {
    const word = trace[i] as number;
    if (word >= 0x8000) {
      ofWay = word & 0x7fff;
      i++;
      ofBend = (trace[i] as number) & 0x7fff;
      continue;
    }
    counts[word] = (counts[word] as number) + 1;
    const cost = (word & 1) === 0 ? bitsOfZero[word >> 1] : bitsOfOne[word >> 1];
    for (const cell of [ofWay, ofBend]) {
      if (cell >= 0) cellBits[cell] = (cellBits[cell] as number) + (cost as number);
    }
  }
}

function learn(counts: Float64Array): void {
  for (let context = 1; context < contexts; context++) {
    const zeros = (counts[context * 2] as number) + PSEUDO_COUNT;
    const ones = (counts[context * 2 + 1] as number) + PSEUDO_COUNT;
    const share = Math.round((SURE * zeros) / (zeros + ones));
    const most = SURE - PROBABILITY_LEAST;
    probabilities[context] = Math.min(most, Math.max(PROBABILITY_LEAST, share));
  }
  price();
}

function price(): void {
  for (let context = 0; context < contexts; context++) {
    const zero = (probabilities[context] as number) / SURE;
    bitsOfZero[context] = -Math.log2(zero);
    bitsOfOne[context] = -Math.log2(1 - zero);
  }
}

/** Shares of ways and of bends, each in two halves. */
function partOf(cell: number): number {
  return (cell % 2) + (cell < cells / 2 ? 0 : 2);
}

/** Tries each share everywhere, and keeps for each cell the one that cost the least. */
function chooseGains(players: readonly Uint8Array[][]): void {
  const before = gains.slice();
  const best = new Float64Array(cells).fill(Number.POSITIVE_INFINITY);
  const chosen = before.slice();
  for (const tried of [-1, ...GAINS]) {
    // A quarter of the cells at a time, so that the history of the others stays as it will be.
    for (const half of tried < 0 ? [0] : [0, 1, 2, 3]) {
      gains.set(before);
      for (let cell = 0; cell < cells; cell++) {
        if (tried >= 0 && partOf(cell) === half) gains[cell] = tried;
      }
      const { cellBits } = packAll(players);
      for (let cell = 0; cell < cells; cell++) {
        if (tried >= 0 && partOf(cell) !== half) continue;
        // What is kept must be worth a change.
        const cost = (cellBits[cell] as number) * (tried < 0 ? 0.9995 : 1);
        if (cost >= (best[cell] as number)) continue;
        best[cell] = cost;
        chosen[cell] = tried < 0 ? (before[cell] as number) : tried;
      }
    }
  }
  gains.set(chosen);
}

function list(values: Iterable<number>): string {
  const lines: string[] = [];
  let line = ' ';
  for (const value of values) {
    if (line.length + ` ${value},`.length > 100) {
      lines.push(line);
      line = ' ';
    }
    line += ` ${value},`;
  }
  return [...lines, line].join('\n');
}

function source(): string {
  return `/**
 * Written by \`bun bench/pack/train.ts\`, which says on what it was trained; see \`context.ts\` for
 * the order. Probabilities of a 0 in parts of 4096; shares of the way in parts of 16.
 */

export const PROBABILITIES: usize = memory.data<u16>([
${list(probabilities)}
]);

export const GAINS: usize = memory.data<u8>([
${list(gains)}
]);
`;
}

const players = await recordings();
const entryCount = players.reduce((sum, entries) => sum + entries.length, 0);
// From nothing, so that the same motion gives the same tables, whatever the artifact had before.
probabilities.fill(SURE / 2);
gains.fill(12, 0, cells / 2).fill(0, cells / 2);
price();
for (let round = 0; round < ROUNDS; round++) {
  learn(packAll(players).counts);
  learn(packAll(players).counts);
  chooseGains(players);
  const statistics = packAll(players);
  learn(statistics.counts);
  console.log(`round ${round}: ${(statistics.bytes / entryCount).toFixed(3)} B an entry`);
}
learn(packAll(players).counts);
writeFileSync(PRIOR, source());
console.log(`${PRIOR}: ${(packAll(players).bytes / entryCount).toFixed(3)} B an entry`);
