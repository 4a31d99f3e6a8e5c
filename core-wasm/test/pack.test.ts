import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import { Core } from '../host/core.ts';
import type { PlayerInput } from '../host/types.ts';
import { damaged } from './fuzz/chance.ts';
import { between, integer, pick, type Random, rotation, seeded } from './random.ts';
import { openCore, pose, steady } from './world.ts';

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

const PACKED_BYTES_MAX = 55;

let core: Core;
let other: Core;
beforeAll(async () => {
  core = await openCore();
  other = await Core.create(core.module);
});

/** Any bytes that `decodeEntry` takes, also such as no client of ours sends. */
const intentBytes = fc
  .tuple(
    fc.integer({ min: -127, max: 127 }),
    fc.integer({ min: -127, max: 127 }),
    fc.integer({ min: 0, max: 65535 }),
    fc.oneof(fc.integer({ min: -16384, max: 16384 }), fc.constantFrom(-16384, 16384)),
    fc.integer({ min: 0, max: 63 }),
  )
  .map(([x, z, yaw, pitch, buttons]) => {
    const bytes = new Uint8Array(7);
    const view = new DataView(bytes.buffer);
    view.setInt8(0, x);
    view.setInt8(1, z);
    view.setUint16(2, yaw, true);
    view.setInt16(4, pitch, true);
    view.setUint8(6, buttons);
    return bytes;
  });
const millimetres = fc.oneof(
  fc.integer({ min: -32767, max: 32767 }),
  fc.integer({ min: -3000, max: 3000 }),
  fc.constantFrom(-32767, 32767, 0),
);
const rotationBits = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 0xffffffff, 0xe0080200, 0x3fffffff, 0x20080200),
);
const partBytes = fc
  .tuple(millimetres, millimetres, millimetres, rotationBits)
  .map(([x, y, z, turn]) => {
    const bytes = new Uint8Array(10);
    const view = new DataView(bytes.buffer);
    for (const [i, value] of [x, y, z].entries()) view.setInt16(i * 2, value, true);
    view.setUint32(6, turn, true);
    return bytes;
  });
const entryBytes = fc
  .record({
    flags: fc.integer({ min: 0, max: 7 }),
    intents: fc.tuple(intentBytes, intentBytes, intentBytes),
    parts: fc.tuple(partBytes, partBytes, partBytes),
  })
  .map(({ flags, intents, parts }) => {
    const count = 1 + (flags & 1) + ((flags >> 1) & 1);
    const pieces = [...intents.slice(0, count), ...((flags & 4) !== 0 ? parts : [])];
    return Uint8Array.from([flags, ...pieces.flatMap((piece) => [...piece])]);
  });

/** Entries of somebody who moves: mostly a little, sometimes far, sometimes not at all. */
function wander(random: Random, frames: number): Uint8Array[] {
  let [yaw, turn] = [0, 0];
  let head = rotation(random);
  const place: [number, number, number] = [0, 1.6, 0];
  return Array.from({ length: frames }, () => {
    if (random() < 0.1) turn = integer(random, -900, 900);
    if (random() < 0.05) head = rotation(random);
    const jumps = random() < 0.02;
    for (let axis = 0; axis < 3; axis++) {
      const next = (place[axis] as number) + between(random, -0.02, 0.02);
      place[axis] = jumps ? between(random, -30, 30) : next;
    }
    yaw += turn;
    const moving = {
      moveX: integer(random, -1, 1),
      moveZ: 127,
      yaw,
      buttons: integer(random, 0, 1),
    };
    const given = pose([...place], [0.2, 1, -0.3]);
    const turned = { ...given, head: { ...given.head, rotation: head } };
    const input = steady(moving, random() < 0.2 ? undefined : turned);
    const repeats = random() < 0.7;
    const [first] = input.intents;
    const second = repeats ? first : { ...first, yaw: yaw + integer(random, 0, 9) };
    return core.encodeEntry({ ...input, intents: [first, second, second] } as PlayerInput);
  });
}

describe('packed entries', () => {
  test('come back bit for bit, whatever a player does, within 55 bytes', () => {
    fc.assert(
      fc.property(fc.array(entryBytes, { minLength: 1, maxLength: 8 }), (entries) => {
        const sent = core.newHistory();
        const received = other.newHistory();
        for (const entry of entries) {
          expect(core.decodeEntry(entry)).not.toBeNull();
          const chunk = core.packEntry(sent, entry) as Uint8Array;
          expect(chunk.length).toBeGreaterThan(0);
          expect(chunk.length).toBeLessThanOrEqual(PACKED_BYTES_MAX);
          expect(other.unpackEntry(received, chunk)).toEqual({ entry, length: chunk.length });
          expect(received).toEqual(sent);
        }
      }),
      { numRuns: 2000, seed: 1 },
    );
  });

  test('tell their own end: chunks in a row need no lengths', () => {
    const random = seeded(3);
    const players = Array.from({ length: 20 }, () => wander(random, 40));
    const sent = players.map(() => core.newHistory());
    const received = players.map(() => core.newHistory());
    for (let frame = 0; frame < 40; frame++) {
      const entries = players.map((entriesOf) => entriesOf[frame] as Uint8Array);
      const chunks = entries.map((entry, i) => core.packEntry(sent[i] as Uint8Array, entry));
      const row = Uint8Array.from(chunks.flatMap((chunk) => [...(chunk as Uint8Array)]));
      let at = 0;
      for (const [i, entry] of entries.entries()) {
        const unpacked = core.unpackEntry(received[i] as Uint8Array, row.subarray(at));
        expect(unpacked?.entry).toEqual(entry);
        at += unpacked?.length ?? 0;
      }
      expect(at).toBe(row.length);
    }
  });

  test('go on through key frames anywhere, and for who is given a history midway', () => {
    const random = seeded(4);
    for (let run = 0; run < 50; run++) {
      let [sent, received] = [core.newHistory(), core.newHistory()];
      for (const entry of wander(random, 60)) {
        if (random() < 0.1) {
          sent = core.newHistory();
          received = core.newHistory();
        }
        if (random() < 0.1) received = sent.slice();
        const chunk = core.packEntry(sent, entry) as Uint8Array;
        expect(core.unpackEntry(received, chunk)?.entry).toEqual(entry);
      }
    }
  });

  test('of somebody who does nothing new are one byte', () => {
    const history = core.newHistory();
    const still = pose([0.2, 1, -0.3], [-0.2, 1, -0.3]);
    core.packEntry(history, core.encodeEntry(steady({ moveZ: 127, yaw: 400 }, still)));
    const again = core.encodeEntry(steady({ moveZ: 127, yaw: 400 }));
    for (let i = 0; i < 10; i++) core.packEntry(history, again);
    expect(core.packEntry(history, again)).toHaveLength(1);
  });

  test('change no history when they are refused, and are refused when they are no entry', () => {
    const history = core.newHistory();
    const entry = core.encodeEntry(steady({ moveX: 3 }, pose([1, 2, 3], [4, 5, 6])));
    core.packEntry(history, entry);
    const before = history.slice();
    const broken = (at: number, value: number): Uint8Array => {
      const copy = entry.slice();
      copy[at] = value;
      return copy;
    };
    const bad = [
      broken(0, 12),
      broken(1, 0x80),
      broken(6, 0x7f),
      broken(7, 64),
      new Uint8Array([...entry, 0]),
      new Uint8Array(5000),
      ...Array.from(entry, (_, length) => entry.subarray(0, length)),
    ];
    // A coordinate of −32768.
    const far = entry.slice();
    new DataView(far.buffer).setInt16(8, -32768, true);
    for (const bytes of [...bad, far]) {
      expect(core.decodeEntry(bytes)).toBeNull();
      expect(core.packEntry(history, bytes)).toBeNull();
      expect(history).toEqual(before);
    }
    expect(() => core.packEntry(new Uint8Array(3), entry)).toThrow(RangeError);
    expect(() => core.unpackEntry(new Uint8Array(3), entry)).toThrow(RangeError);
  });
});

/** A chunk has one form: whatever is taken is what the encoder makes of what it says. */
function expectOwnForm(history: Uint8Array, bytes: Uint8Array): boolean {
  const before = history.slice();
  const after = history.slice();
  const unpacked = core.unpackEntry(after, bytes);
  if (unpacked === null) {
    expect(after).toEqual(before);
    return false;
  }
  const { entry, length } = unpacked;
  expect(core.decodeEntry(entry)).not.toBeNull();
  const again = before.slice();
  expect(core.packEntry(again, entry)).toEqual(bytes.slice(0, length));
  expect(again).toEqual(after);
  return true;
}

describe('forged chunks', () => {
  test('are refused, or are chunks like any other', () => {
    fc.assert(
      fc.property(
        fc.array(entryBytes, { maxLength: 3 }),
        fc.uint8Array({ maxLength: 70 }),
        (entries, bytes) => {
          const history = core.newHistory();
          for (const entry of entries) core.packEntry(history, entry);
          expectOwnForm(history, bytes);
        },
      ),
      { numRuns: 5000, seed: 5 },
    );
  });

  test('and damaged ones the same; both outcomes happen', () => {
    const random = seeded(6);
    let [taken, refused] = [0, 0];
    for (let run = 0; run < 60; run++) {
      const history = core.newHistory();
      for (const entry of wander(random, 60)) {
        const before = history.slice();
        const chunk = core.packEntry(history, entry) as Uint8Array;
        if (expectOwnForm(before, damaged(random, chunk))) taken++;
        else refused++;
        expect(core.unpackEntry(before.slice(), chunk.subarray(0, -1))?.length).not.toBe(
          chunk.length,
        );
      }
    }
    expect(taken).toBeGreaterThan(300);
    expect(refused).toBeGreaterThan(300);
  });

  test('do no harm under a history of any bytes either', () => {
    const random = seeded(7);
    for (let run = 0; run < 3000; run++) {
      const history = core.newHistory();
      const odd = [0, 0x7f, 0x80, 0xff];
      for (let i = 0; i < history.length; i++) {
        history[i] = random() < 0.5 ? pick(random, odd) : integer(random, 0, 255);
      }
      expectOwnForm(
        history,
        Uint8Array.from({ length: 60 }, () => integer(random, 0, 255)),
      );
      const entry = wander(random, 1)[0] as Uint8Array;
      const received = history.slice();
      const chunk = core.packEntry(history, entry) as Uint8Array;
      expect(core.unpackEntry(received, chunk)?.entry).toEqual(entry);
      expect(history).toEqual(received);
    }
  });
});
