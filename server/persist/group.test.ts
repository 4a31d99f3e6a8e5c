import { beforeAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Codec, type Core, createCodec } from '../../core-wasm/host/core.ts';
import { openCore, steady } from '../../core-wasm/test/world.ts';
import { packFrames } from './chain.ts';
import { beginsRun, GroupReader, GroupWriter, packedBy, RUN_FRAMES } from './group.ts';

let core: Core;
let packer: Codec;
let unpacker: Codec;
beforeAll(async () => {
  core = await openCore();
  packer = await createCodec(core.module);
  unpacker = await createCodec(core.module);
});

/** Players who walk in circles. */
function frameOf(frame: number, players = 20): Uint8Array {
  core.frameBegin(frame, (BigInt(frame) * 0x9e3779b97f4a7c15n) & 0xffffffffffffffffn);
  for (let id = 1; id <= players; id++) {
    core.addInput(id, core.encodeEntry(steady({ moveZ: 90, yaw: (frame * id * 40) & 0xffff })));
  }
  return core.frameEnd();
}

function frames(first: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => frameOf(first + i));
}

function groupOf(writer: GroupWriter, some: readonly Uint8Array[]): Uint8Array {
  for (const frame of some) writer.add(frame);
  return writer.take();
}

test('groups of a run come back, and those of before that were stored plain', () => {
  const writer = new GroupWriter(packer);
  const plain = new GroupWriter(null);
  const reader = new GroupReader(unpacker);
  for (let first = 0; first < 3 * RUN_FRAMES; first += 5) {
    const some = frames(first, 5);
    const payload = groupOf(first % 20 === 0 ? plain : writer, some);
    expect(reader.read(payload)).toEqual({ kind: 'frames', frames: some });
  }
});

test('a packed group takes a quarter of a plain one even of entries without poses', () => {
  const writer = new GroupWriter(packer);
  groupOf(writer, frames(0, 5));
  const some = frames(5, 5);
  expect(groupOf(writer, some).length).toBeLessThan(packFrames(some).length / 4);
});

test('a run begins at first, after so many frames, and where it was ended', () => {
  const writer = new GroupWriter(packer);
  const begins: number[] = [];
  for (let first = 0; first < 40; first++) {
    if (first === 7) writer.endRun();
    if (beginsRun(groupOf(writer, frames(first * 5, 5)))) begins.push(first);
  }
  expect(begins).toEqual([0, 7, 7 + RUN_FRAMES / 5]);
});

test('a group whose run was not read from its beginning is torn, the next run is not', () => {
  const writer = new GroupWriter(packer);
  groupOf(writer, frames(0, 5));
  const second = groupOf(writer, frames(5, 5));
  const reader = new GroupReader(unpacker);
  expect(reader.read(second)).toEqual({ kind: 'torn' });
  writer.endRun();
  const third = frames(10, 5);
  expect(reader.read(groupOf(writer, third))).toEqual({ kind: 'frames', frames: third });
});

test('another core’s groups are told apart, by the beginning of its hash', () => {
  const payload = groupOf(new GroupWriter(packer), frames(0, 2));
  expect(packedBy(payload)).toBe(core.module.hash.slice(0, 16));
  expect(packedBy(packFrames(frames(0, 2)))).toBeNull();
  payload[4] = (payload[4] as number) ^ 1;
  expect(new GroupReader(unpacker).read(payload)).toEqual({ kind: 'other-core' });
});

test('whatever the bytes, reading ends in frames or in a word', () => {
  const sound = groupOf(new GroupWriter(packer), frames(0, 5));
  const changes = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { maxLength: 4 });
  fc.assert(
    fc.property(changes, fc.nat(sound.length), fc.uint8Array(), (edits, length, tail) => {
      const payload = new Uint8Array([...sound.subarray(0, length), ...tail]);
      for (const [at, byte] of edits) if (at < payload.length) payload[at] = byte;
      expect(new GroupReader(unpacker).read(payload).kind).toBeOneOf([
        'frames',
        'torn',
        'other-core',
      ]);
    }),
    { numRuns: 500 },
  );
});

test('a group takes the frames of about its limit, and never none', () => {
  const writer = new GroupWriter(packer);
  const frame = frameOf(0);
  expect(writer.fits(frame, 1)).toBe(true);
  writer.add(frame);
  expect(writer.fits(frameOf(1), 1)).toBe(false);
  expect(writer.fits(frameOf(1), 10_000)).toBe(true);
  expect(writer.fits(new Uint8Array(9_000_000), 1e9)).toBe(false);
});
