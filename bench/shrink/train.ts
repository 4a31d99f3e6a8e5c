import { readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Abi } from '../../core-wasm/host/abi.ts';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { MOTIONS } from '../pack/entries.ts';
import { lookAtCrowd } from './crowd.ts';
import { groupsOf, type Look, lookAtWorld, type Moment } from './moments.ts';

/**
 * `bun bench/shrink/train.ts`: trains the prior of `core-wasm/assembly/wire/shrink` on crowds and
 * random worlds and writes `prior.ts` anew, in half a minute; build the core before and after. What
 * is decided depends on no probability, so one round is enough.
 */

const ROOT = dirname(dirname(import.meta.dir));
const PRIOR = `${ROOT}/core-wasm/assembly/wire/shrink/prior.ts`;
/** In parts of 4096: no decision costs more than 8 bits, whatever the training never saw. */
const LEAST = 16;
const SURE = 4096;
/** What each context is taken to have seen before, so that rare ones are not sure of anything. */
const PSEUDO_COUNT = 0.4;
const CROWDS = 24;
const WORLDS = 12;
const TRACE_CAPACITY = 16_384;

const module = await compileCore(new Uint8Array(readFileSync(`${ROOT}/build/core.wasm`)));
const core = await Core.create(module);
// The core's own exports: its facade does not show what the training asks for.
const abi = Reflect.get(core, 'abi') as Abi;
abi.traceBegin();
const words = new Uint32Array(abi.memory.buffer);
const listed = (abi.listedAddress.value as number) >>> 2;
const contexts = abi.oddsCount.value as number;
const trace = new Uint16Array(abi.memory.buffer, abi.traceAddress.value as number, TRACE_CAPACITY);
/** Zeros and ones of each context. */
const counts = new Float64Array(contexts * 2);
let skipped = 0;

function count(weight: number): void {
  const length = abi.entryPackTrace();
  if (length > TRACE_CAPACITY) {
    skipped++;
    return;
  }
  for (const word of trace.subarray(0, length)) counts[word] = (counts[word] as number) + weight;
}

/** Half of the groups with histories, as they enter, half without. */
function learn(weight: number): Look {
  return (moment) => {
    const groups = groupsOf(core, moment);
    for (const [i, ids] of groups.entries()) {
      words.set(ids, listed);
      if (abi.groupShrink(ids.length, i % 2) < 0) throw new Error('no group');
      count(weight);
    }
    learnBubble(moment, groups, weight);
  };
}

/** A snapshot of a few of them, as somebody gets it who joins. */
function learnBubble({ state }: Moment, groups: readonly number[][], weight: number): void {
  const after = core.snapshot();
  core.restore(state);
  const leaving = groups.filter((_, i) => i % 16 !== 0).flat();
  if (!core.removePart(leaving)) throw new Error('the leaving are not closed');
  if (core.packSnapshot(core.snapshot()) === null) throw new Error('no snapshot');
  count(weight);
  core.restore(after);
}

function source(): string {
  const lines: string[] = [];
  let line = ' ';
  for (let context = 0; context < contexts; context++) {
    const zeros = (counts[context * 2] as number) + PSEUDO_COUNT;
    const ones = (counts[context * 2 + 1] as number) + PSEUDO_COUNT;
    const share = Math.round((SURE * zeros) / (zeros + ones));
    const value = ` ${Math.min(SURE - LEAST, Math.max(LEAST, share))},`;
    if (line.length + value.length > 100) {
      lines.push(line);
      line = ' ';
    }
    line += value;
  }
  return `/**
 * Written by \`bun bench/shrink/train.ts\`, which says on what it was trained; see \`context.ts\`
 * for the order. Probabilities of a 0 in parts of 4096.
 */

export const ODDS: usize = memory.data<u16>([
${[...lines, line].join('\n')}
]);
`;
}

for (let i = 0; i < CROWDS; i++) {
  const crowd = {
    seed: 500 + i,
    players: 40,
    crates: 40,
    halfSideM: 15 + 4 * i,
    frames: 130,
    motions: MOTIONS,
  };
  lookAtCrowd(core, crowd, 7, learn(1));
}
for (let i = 0; i < WORLDS; i++) lookAtWorld(core, 900 + i, 120, 10, learn(0.2));
writeFileSync(PRIOR, source());
console.log(`${PRIOR}: ${contexts} contexts, ${skipped} chunks too long`);
