import { beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { crowd } from '../../bench/scenes/crowd.ts';
import type { Core } from '../host/core.ts';
import { hashText } from '../host/hash-text.ts';
import { BLOCK_HEAD_BYTES, RAW_BYTES_MAX } from '../host/recording/blocks.ts';
import { crc32 } from '../host/recording/crc32.ts';
import { deflate } from '../host/recording/deflate.ts';
import { playRecording } from '../host/recording/play.ts';
import { openRecording } from '../host/recording/reader.ts';
import {
  layoutOf,
  type Read,
  type RecordedFrame,
  type RecordingHead,
  type RecordingReader,
  refusalText,
  type Stretch,
  wholeFrame,
} from '../host/recording/recording.ts';
import { encodeRecording, TRAILER_BYTES } from '../host/recording/writer.ts';
import { openCore } from './world.ts';

const FRAMES = 20;
const KEY_FRAMES = 8;
const FLIPS = 400;

let core: Core;
let head: RecordingHead;
let stretches: Stretch[];
let end: { frame: number; hash: bigint };
let file: Uint8Array;

beforeAll(async () => {
  core = await openCore();
  crowd.build(core);
  stretches = [];
  for (let first = 0; first < FRAMES; first += KEY_FRAMES) {
    const { frame } = core;
    const [hash, state] = [core.stateHash(), core.snapshot()];
    const frames: RecordedFrame[] = [];
    for (let i = first; i < Math.min(first + KEY_FRAMES, FRAMES); i++) {
      const bytes = crowd.nextFrame(core);
      core.stepFrame(bytes);
      frames.push(wholeFrame(bytes));
    }
    stretches.push({ frame, hash, isAnew: first === 0, state, frames });
  }
  end = { frame: core.frame, hash: core.stateHash() };
  const [first] = stretches as [Stretch];
  const layout = layoutOf(first.state);
  head = { coreHash: core.module.hash, layout, world: 'whole', entity: 0 };
  file = await encodeRecording(head, stretches, () => end);
});

function taken<T>(read: Read<T>): T {
  if (!read.ok) throw new Error(refusalText(read.refusal));
  return read.value;
}

/** What a reader of everything is told; null when all is as it was written. */
async function refusalOf(bytes: Uint8Array): Promise<string | null> {
  const opened = await openRecording(bytes);
  if (!opened.ok) return refusalText(opened.refusal);
  for (const key of opened.value.keys.keys()) {
    for (const read of [await opened.value.state(key), await opened.value.frames(key)]) {
      if (!read.ok) return refusalText(read.refusal);
    }
  }
  return null;
}

async function readAll(reader: RecordingReader): Promise<Stretch[]> {
  return Promise.all(
    reader.keys.map(async ({ count: _count, ...key }, index) => ({
      ...moment(key),
      state: taken(await reader.state(index)),
      frames: taken(await reader.frames(index)),
    })),
  );
}

const moment = ({ frame, hash, isAnew }: { frame: number; hash: bigint; isAnew: boolean }) => ({
  frame,
  hash,
  isAnew,
});

test('the sum is that of gzip and PNG, over pieces as over the whole', () => {
  const check = new TextEncoder().encode('123456789');
  expect(crc32(check)).toBe(0xcbf43926);
  expect(crc32(check.subarray(0, 4), check.subarray(4))).toBe(0xcbf43926);
});

describe('a file', () => {
  test('gives back what was recorded, plays to the same end, and is smaller', async () => {
    const reader = taken(await openRecording(file));
    expect(reader.head).toEqual(head);
    expect(reader.end).toEqual(end);
    expect(await readAll(reader)).toEqual(stretches);
    expect(await playRecording(core, reader)).toEqual({
      kind: 'held',
      frames: FRAMES,
      disputed: 0,
    });
    const raw = stretches.reduce((sum, { state }) => sum + state.length, 0);
    expect(file.length).toBeLessThan(raw * 0.6);
  });

  test('can be begun at any key', async () => {
    const reader = taken(await openRecording(file));
    for (const [key, { hash }] of reader.keys.entries()) {
      expect(core.restore(taken(await reader.state(key)))).toBe(0);
      expect(core.stateHash()).toBe(hash);
    }
  });

  test('of anything that fits comes back as it was', async () => {
    const bytes = fc.uint8Array({ maxLength: 80 });
    const frame = fc.record({
      tail: bytes,
      enter: bytes,
      leaves: fc.array(fc.nat(), { maxLength: 5 }),
    });
    const stretch = fc.record({ state: bytes, frames: fc.array(frame, { maxLength: 4 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(stretch, { minLength: 1, maxLength: 4 }),
        fc.nat({ max: 1e6 }),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        async (given, begin, hash) => {
          let next = begin;
          const made = given.map(({ state, frames }, index): Stretch => {
            const first = next;
            next += frames.length;
            return {
              ...{ frame: first, hash, isAnew: index % 2 === 0 },
              // The reader holds states against the layout that the head names.
              state: Uint8Array.of(1, 2, 3, 4, ...state),
              frames: frames.map(({ tail, enter, leaves }, i) => ({
                ...{ frame: first + i, hash, enter, leaves: Uint32Array.from(leaves) },
                bytes: Uint8Array.of(...numbered(first + i), ...tail),
              })),
            };
          });
          const bubble = { ...head, layout: '01020304', world: 'bubble', entity: 7 } as const;
          const made2 = await encodeRecording(bubble, made, () => ({ frame: next, hash }));
          const reader = taken(await openRecording(made2));
          expect(reader.head).toEqual(bubble);
          expect(await readAll(reader)).toEqual(made);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('with any one bit altered is told, and where', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: file.length * 8 - 1 }), async (bit) => {
        const altered = file.slice();
        altered[bit >>> 3] = (altered[bit >>> 3] as number) ^ (1 << (bit & 7));
        const told = await refusalOf(altered);
        expect(told).toMatch(/first line|index|end is missing|(state|frames) of frame \d+/);
      }),
      { numRuns: FLIPS, examples: edges().map((bit) => [bit] as [number]) },
    );
  });

  test('cut anywhere is told', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: file.length - 1 }), async (length) => {
        expect(await refusalOf(file.subarray(0, length))).toMatch(/cut short|does not begin/);
      }),
      { numRuns: 200, examples: [[0], [1], [file.length - 1], [file.length - TRAILER_BYTES]] },
    );
  });

  test('whose block unpacks to more than it says, or says too much, is refused', async () => {
    const line = file.indexOf(0x0a) + 1;
    const bomb = await deflate(new Uint8Array(1 << 22));
    const refusalWith = (rawBytes: number) => {
      const made = file.slice();
      const view = new DataView(made.buffer, line);
      view.setUint32(8, rawBytes, true);
      view.setUint32(12, bomb.length, true);
      made.set(bomb, line + BLOCK_HEAD_BYTES);
      const head = made.subarray(line, line + 16);
      view.setUint32(16, crc32(head, bomb), true);
      return refusalOf(made);
    };
    expect(await refusalWith(100)).toContain('malformed: the state of frame');
    expect(await refusalWith(RAW_BYTES_MAX + 1)).toContain('larger');
    expect(await refusalWith(bomb.length * 1100)).toContain('malformed');
  });

  test('made of anything is refused, and never thrown at', async () => {
    const lines = [file.indexOf(0x0a) + 1, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...lines),
        fc.array(fc.nat({ max: file.length - 1 }), { maxLength: 12 }),
        fc.uint8Array({ minLength: 12, maxLength: 12 }),
        async (kept, places, values) => {
          const made = file.slice();
          for (const [i, place] of places.entries()) {
            made[Math.max(kept, place)] = values[i] as number;
          }
          const told = await refusalOf(made);
          const isSame = made.every((byte, i) => byte === file[i]);
          expect(told === null).toBe(isSame);
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** The first and the last bit of the line, of the first block, of the index and of the file. */
function edges(): number[] {
  const line = file.indexOf(0x0a) + 1;
  return [0, line * 8 - 1, line * 8, (file.length - TRAILER_BYTES) * 8, file.length * 8 - 1];
}

function numbered(frame: number): number[] {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, frame, true);
  return [...bytes];
}

describe('a recording', () => {
  async function played(changed: readonly Stretch[], at = end) {
    const bytes = await encodeRecording(head, changed, () => at);
    return playRecording(core, taken(await openRecording(bytes)));
  }

  test('whose end is another diverges there', async () => {
    const result = await played(stretches, { frame: end.frame, hash: end.hash ^ 1n });
    expect(result).toMatchObject({ kind: 'diverged', frame: end.frame, got: end.hash });
  });

  test('with one input changed diverges at the frame behind it', async () => {
    const [first, ...others] = stretches as [Stretch, ...Stretch[]];
    const frames = first.frames.map((one, i) => (i === 3 ? turned(one) : one));
    const result = await played([{ ...first, frames }, ...others]);
    expect(result).toMatchObject({ kind: 'diverged', frame: first.frame + 4 });
  });

  test('with another state, a malformed frame or a malformed state is told by frame', async () => {
    const [first, second, ...others] = stretches as [Stretch, Stretch, ...Stretch[]];
    const state = second.state.slice();
    state[state.length - 1] = (state[state.length - 1] as number) ^ 1;
    const other = await played([first, { ...second, state }, ...others]);
    expect(other).toMatchObject({ kind: 'diverged', frame: second.frame });

    const [frame, ...rest] = first.frames as [RecordedFrame, ...RecordedFrame[]];
    const longer = { ...frame, bytes: Uint8Array.of(...frame.bytes, 0) };
    const bad = await played([{ ...first, frames: [longer, ...rest] }, second, ...others]);
    expect(bad).toMatchObject({ kind: 'refused', frame: first.frame });
    const short = await played([
      { ...first, state: first.state.subarray(0, -1) },
      second,
      ...others,
    ]);
    expect(short).toMatchObject({ kind: 'refused', frame: first.frame });
  });
});

/** Another player's stick in the last byte but some: the entry is sound, and another one. */
function turned(one: RecordedFrame): RecordedFrame {
  const inputs = core.frameInputs(one.bytes);
  core.frameBegin(one.frame, core.readFrameHeader(one.bytes)?.stateHash ?? 0n);
  for (const [i, { entity, entry }] of inputs.entries()) {
    const input = core.decodeEntry(entry);
    if (input === null) throw new Error('a recorded entry cannot be read');
    const intents = input.intents.map((intent) => ({ ...intent, moveZ: -127 }));
    const changed = { ...input, intents: intents as unknown as typeof input.intents };
    core.addInput(entity, i === 0 ? core.encodeEntry(changed) : entry);
  }
  return { ...one, bytes: core.frameEnd() };
}

describe('the first version', () => {
  function firstVersion(): Uint8Array {
    const named = { format: 'spacetime-recording', version: 1, coreHash: head.coreHash };
    const line = `${JSON.stringify({ ...named, endHash: hashText(end.hash) })}\n`;
    const [first] = stretches as [Stretch];
    const parts = [
      first.state,
      ...stretches.flatMap(({ frames }) => frames.map((one) => one.bytes)),
    ];
    const bytes = parts.flatMap((part) => [...numbered(part.length), ...part]);
    return Uint8Array.of(...new TextEncoder().encode(line), ...bytes);
  }

  test('is read and played as ever', async () => {
    const reader = taken(await openRecording(firstVersion()));
    expect(reader.keys).toHaveLength(1);
    expect(reader.end).toEqual(end);
    expect(await playRecording(core, reader)).toEqual({
      kind: 'held',
      frames: FRAMES,
      disputed: 0,
    });
  });

  test('is refused when it is torn, holds no state, or is of a version to come', async () => {
    const old = firstVersion();
    const line = old.indexOf(0x0a) + 1;
    expect(await refusalOf(old.subarray(0, -1))).toContain('cut short');
    expect(await refusalOf(old.subarray(0, line))).toContain('no state');
    const text = new TextEncoder().encode('{"format":"spacetime-recording","version":3}\n');
    expect(await refusalOf(text)).toContain('version 3');
    expect(await refusalOf(new TextEncoder().encode('{"format":"else"}\n'))).toContain('begin');
    expect(await refusalOf(new Uint8Array(0))).toContain('begin');
  });
});
