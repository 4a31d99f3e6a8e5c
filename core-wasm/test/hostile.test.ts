import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { CLIENT_MESSAGE_BYTES_MAX, type Core } from '../host/core.ts';
import { MessageKind } from '../host/messages.ts';
import { TICKS_PER_FRAME, WireFault } from '../host/types.ts';
import { BODY_BYTES, CONTACT_BYTES, findNotFinite, HEADER_BYTES, PLAYER_BYTES } from './floats.ts';
import { damaged } from './fuzz/chance.ts';
import { integer, pick, seeded } from './random.ts';
import { RECORDING_SEED, record, replay } from './recording.ts';
import { addBody, addPlayer, addStatic, newWorld, openCore, play, pose, steady } from './world.ts';

/**
 * What comes from outside is damaged in every way that chance finds. Nothing may trap, every
 * refusal must leave the world as it was, and what is taken must be something to go on from.
 */

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

const FAULTS: readonly number[] = Object.values(WireFault);

/** A busy world a few seconds old, and the frame that comes next in it. */
function busyWorld(): { state: Uint8Array; frames: Uint8Array[]; at: number } {
  const frames = record(core, RECORDING_SEED, 130);
  const at = 120;
  replay(core, RECORDING_SEED, frames.slice(0, at));
  return { state: core.snapshot(), frames, at };
}

test('damaged frames are refused without a trace, or played like any other', () => {
  const { state, frames, at } = busyWorld();
  const random = seeded(11);
  const before = core.stateHash();
  let [refused, played] = [0, 0];
  for (let i = 0; i < 6000; i++) {
    // An early frame with its number changed brings spawns; the next one brings inputs.
    const source = (i % 2 === 0 ? frames[at] : frames[integer(random, 0, at)]) as Uint8Array;
    const renumbered = source.slice();
    new DataView(renumbered.buffer).setUint32(0, at, true);
    const bytes = damaged(random, renumbered);
    const fault = core.loadFrame(bytes);
    expect(FAULTS).toContain(fault);
    if (fault !== WireFault.NONE) {
      refused++;
      if (i % 50 === 0) expect(core.stateHash()).toBe(before);
      continue;
    }
    played++;
    for (let tick = 0; tick < TICKS_PER_FRAME; tick++) core.step();
    const found = findNotFinite(core);
    if (found) throw new Error(found);
    expect(core.restore(state)).toBe(WireFault.NONE);
  }
  expect(core.stateHash()).toBe(before);
  expect(refused).toBeGreaterThan(1500);
  expect(played).toBeGreaterThan(500);
});

test('every length of a frame but its own is refused', () => {
  const { frames, at } = busyWorld();
  const before = core.stateHash();
  const frame = frames[at] as Uint8Array;
  for (let length = 0; length < frame.length; length++) {
    expect(core.loadFrame(frame.subarray(0, length))).not.toBe(WireFault.NONE);
  }
  expect(core.loadFrame(new Uint8Array([...frame, 0]))).toBe(WireFault.TRAILING_BYTES);
  expect(core.loadFrame(frames[at - 1] as Uint8Array)).toBe(WireFault.WRONG_FRAME);
  expect(core.loadFrame(frames[at + 1] as Uint8Array)).toBe(WireFault.WRONG_FRAME);
  expect(core.loadFrame(new Uint8Array(1 << 20))).toBe(WireFault.TOO_LONG);
  expect(core.stateHash()).toBe(before);
});

test('damaged snapshots are refused without a trace, or are worlds that go on finite', () => {
  const { state } = busyWorld();
  const random = seeded(12);
  const before = core.stateHash();
  let [refused, taken] = [0, 0];
  for (let i = 0; i < 2000; i++) {
    let bytes = damaged(random, state);
    if (i % 4 === 0) {
      // Chance seldom finds the header, and it decides about sizes.
      bytes = state.slice();
      bytes[16 + integer(random, 0, 63)] = integer(random, 0, 255);
    }
    const fault = core.restore(bytes);
    expect(FAULTS).toContain(fault);
    if (fault !== WireFault.NONE) {
      refused++;
      if (i % 50 === 0) expect(core.stateHash()).toBe(before);
      continue;
    }
    taken++;
    expect(Buffer.compare(core.snapshot(), bytes)).toBe(0);
    for (let tick = 0; tick < 4; tick++) {
      core.step();
      const found = findNotFinite(core);
      if (found) throw new Error(`${found} (damage ${i})`);
    }
    expect(core.restore(state)).toBe(WireFault.NONE);
  }
  expect(core.stateHash()).toBe(before);
  expect(refused).toBeGreaterThan(700);
  expect(taken).toBeGreaterThan(150);
});

test('a float of a snapshot made NaN, infinite or huge is refused, or harmless', () => {
  const { state } = busyWorld();
  const view = new DataView(state.buffer, state.byteOffset, state.length);
  const recordsAt = 16 + HEADER_BYTES + ((view.getUint32(16 + 20, true) * 2 + 15) & ~15);
  const random = seeded(13);
  const odd = [Number.NaN, Infinity, -Infinity, 3e38, -3e38, 1e-42, 1e9];
  for (let i = 0; i < 3000; i++) {
    const bytes = state.slice();
    const words = Math.floor((bytes.length - recordsAt) / 4);
    const at = recordsAt + integer(random, 0, words - 1) * 4;
    new DataView(bytes.buffer).setFloat32(at, pick(random, odd), true);
    if (core.restore(bytes) !== WireFault.NONE) continue;
    for (let tick = 0; tick < 3; tick++) core.step();
    const found = findNotFinite(core);
    if (found) throw new Error(`${found} (byte ${at - recordsAt} behind the records' start)`);
    core.restore(state);
  }
});

test('a rotation of a snapshot that is no more than nearly one is refused', () => {
  const world = newWorld(core);
  addStatic(world, [1, 1, 1], {});
  play(world, 1);
  const state = core.snapshot();
  const rotationAt = state.length - BODY_BYTES + 16;
  const stretched = (factor: number): Uint8Array => {
    const bytes = state.slice();
    new DataView(bytes.buffer).setFloat32(rotationAt + 12, factor, true);
    return bytes;
  };
  expect(core.restore(stretched(1))).toBe(WireFault.NONE);
  expect(core.restore(stretched(1.002))).toBe(WireFault.OUT_OF_RANGE);
});

test('a fourth lane of a snapshot that is not zero is refused: it leaks into positions', () => {
  const world = newWorld(core);
  addPlayer(world, [0, 0, 0]);
  play(world, 10);
  const state = core.snapshot();
  const player = state.length - core.contactCount * CONTACT_BYTES - PLAYER_BYTES;
  // The ground's normal, and where the hands hold something.
  for (const word of [4, 44, 56].map((first) => first + 3)) {
    const bytes = state.slice();
    const view = new DataView(bytes.buffer);
    expect(view.getUint32(player + word * 4, true)).toBe(0);
    view.setUint32(player + word * 4, 0x80000007, true);
    expect(core.restore(bytes)).toBe(WireFault.OUT_OF_RANGE);
  }
});

describe('messages', () => {
  test('damaged or made up never throw and never pass a limit', () => {
    const { state } = busyWorld();
    const random = seeded(14);
    const entry = core.encodeEntry(steady({ moveX: 9 }, pose([1, 2, 3], [4, 5, 6])));
    const whole = [
      core.encodeHello({
        protocol: 1,
        coreHash: 2n,
        resumeFrame: 3,
        resumeHash: 4n,
        resumeLease: 5,
        instance: 6,
        attempt: 7,
      }),
      core.encodeInput(77, entry),
      core.encodePing(5),
      core.encodeSpare(6),
      core.encodeWelcome({
        protocol: 1,
        coreHash: 2n,
        epoch: 3,
        entity: 4,
        nextFrame: 5,
        resumed: true,
        lease: 7,
      }),
      core.encodeSnapshot(9, state.subarray(0, 900)),
      core.encodeRepair({ frame: 6, proof: 7n, hashes: Uint32Array.of(8, 9) }),
      Uint8Array.of(MessageKind.FRAME, 31, 5, 0),
    ];
    let [refused, taken] = [0, 0];
    for (let i = 0; i < 30_000; i++) {
      const noise = Uint8Array.from({ length: integer(random, 0, 90) }, () =>
        integer(random, 0, 255),
      );
      const bytes = i % 3 === 0 ? noise : damaged(random, pick(random, whole));
      const decoded = core.decodeMessage(bytes);
      if (decoded.ok) {
        taken++;
        expect(decoded.message.kind).toBe(bytes[0] as never);
        if ((bytes[0] as number) < 0x80) {
          expect(bytes.length).toBeLessThanOrEqual(CLIENT_MESSAGE_BYTES_MAX);
        }
        if ('entry' in decoded.message)
          expect(core.decodeEntry(decoded.message.entry)).not.toBeNull();
      } else {
        refused++;
        expect(FAULTS).toContain(decoded.fault);
        expect(decoded.fault).not.toBe(WireFault.NONE);
      }
    }
    expect(refused).toBeGreaterThan(10_000);
    expect(taken).toBeGreaterThan(3000);
  });
});

/** The hash does not see them, so a checkpoint with such a bit flipped once passed for sound. */
test('each bit before the state itself is looked at', () => {
  const world = newWorld(core);
  addBody(world, {});
  play(world, 2);
  const state = core.snapshot();
  for (let bit = 0; bit < 16 * 8; bit++) {
    const flipped = state.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(core.restore(flipped)).toBe(WireFault.WRONG_LAYOUT);
  }
});
