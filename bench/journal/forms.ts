import { brotliCompressSync, constants, deflateRawSync } from 'node:zlib';
import type { Codec } from '../../core-wasm/host/core.ts';
import { packFrames } from '../../server/persist/chain.ts';
import { GroupWriter } from '../../server/persist/group.ts';
import { type Figures, rounded } from '../bench.ts';

/** 250 ms. */
const GROUP_FRAMES = 5;
const FRAMES_PER_SECOND = 20;
const DICTIONARY_BYTES = 32 * 1024;
const BROTLI_QUALITY = 4;
const FRAME_HEADER_BYTES = 16;

type Form = (group: readonly Uint8Array[]) => number;

/** What a group could be stored as: bytes a player and frame, and the share of a core it costs. */
export function compareForms(
  codec: Codec,
  frames: readonly Uint8Array[],
  players: number,
): Record<string, Figures> {
  const groups: Uint8Array[][] = [];
  for (let at = 0; at + GROUP_FRAMES <= frames.length; at += GROUP_FRAMES) {
    groups.push(frames.slice(at, at + GROUP_FRAMES));
  }
  // The first half makes warm, and the dictionary.
  const half = groups.length >> 1;
  const [before, measured] = [groups.slice(0, half), groups.slice(half)];
  return Object.fromEntries(
    Object.entries(formsOf(codec, before)).map(([name, form]) => {
      for (const group of before) form(group);
      const began = process.cpuUsage();
      const bytes = measured.reduce((sum, group) => sum + form(group), 0);
      const { user, system } = process.cpuUsage(began);
      const tookMs = (user + system) / 1000;
      const count = measured.length * GROUP_FRAMES;
      const figures = {
        bytesPerPlayerFrame: rounded(bytes / (count * players)),
        corePercent: rounded((tookMs / count / (1000 / FRAMES_PER_SECOND)) * 100),
      };
      return [name, figures];
    }),
  );
}

function formsOf(codec: Codec, before: readonly Uint8Array[][]): Record<string, Form> {
  const plain: Form = (group) => packFrames(group).length;
  const dictionary = dictionaryOf(before);
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
  const anew = new GroupWriter(codec);
  return {
    plain,
    'deflate 6': (group) => deflateRawSync(packFrames(group), { level: 6 }).length,
    'deflate 6, dictionary': (group) =>
      deflateRawSync(packFrames(group), { level: 6, dictionary }).length,
    'brotli 4': (group) => brotliCompressSync(packFrames(group), { params }).length,
    'deltas by column, deflate 6': (group) =>
      deflateRawSync(columnDeltas(codec, group), { level: 6 }).length,
    'packed, anew in each group': (group) => {
      anew.endRun();
      return written(anew, group);
    },
    'packed, in runs of 5 s': runs(codec),
  };
}

function runs(codec: Codec): Form {
  let writer: GroupWriter | null = null;
  return (group) => {
    writer ??= new GroupWriter(codec);
    return written(writer, group);
  };
}

function written(writer: GroupWriter, group: readonly Uint8Array[]): number {
  for (const frame of group) writer.add(frame);
  return writer.take().length;
}

/** The beginnings of some groups: players' entries as they are. */
function dictionaryOf(groups: readonly Uint8Array[][]): Buffer {
  const beginnings = groups.map((group) => (group[0] as Uint8Array).subarray(FRAME_HEADER_BYTES));
  return Buffer.concat(beginnings.map((bytes) => bytes.subarray(0, 2048))).subarray(
    -DICTIONARY_BYTES,
  );
}

/** Each byte of an entry beside the same byte of others, less what it was a frame before. */
function columnDeltas(codec: Codec, group: readonly Uint8Array[]): Uint8Array {
  const columns: number[][] = [];
  const last = new Map<number, Uint8Array>();
  for (const frame of group) {
    for (const { entity, entry } of codec.frameInputs(frame)) {
      const previous = last.get(entity);
      const isAlike = previous?.length === entry.length;
      for (let i = 0; i < entry.length; i++) {
        const delta = (entry[i] as number) - (isAlike ? (previous[i] as number) : 0);
        columns[i] ??= [];
        columns[i]?.push(delta & 0xff);
      }
      last.set(entity, entry);
    }
  }
  return Uint8Array.from(columns.flat());
}
