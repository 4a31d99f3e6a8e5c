import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import {
  CLIENT_MESSAGE_BYTES_MAX,
  type Core,
  JointKind,
  REPAIR_HASHES_MAX,
  SERVER_MESSAGE_BYTES_MAX,
} from '../host/core.ts';
import { KeepingState, type Message, MessageKind } from '../host/messages.ts';
import { BodyKind, type PlayerInput, ShapeKind, type SpawnBody, WireFault } from '../host/types.ts';
import { addBody, newWorld, openCore, play, pose, steady } from './world.ts';

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const u64 = fc.bigInt({ min: 0n, max: 0xffffffffffffffffn });
const u16 = fc.integer({ min: 0, max: 0xffff });

const intent = fc.record({
  moveX: fc.integer({ min: -127, max: 127 }),
  moveZ: fc.integer({ min: -127, max: 127 }),
  yaw: u16,
  pitch: fc.integer({ min: -16384, max: 16384 }),
  buttons: fc.integer({ min: 0, max: 15 }),
});
const millimetres = fc.integer({ min: -32767, max: 32767 });
const quaternion = fc
  .tuple(
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.double({ min: -1, max: 1, noNaN: true }),
  )
  .filter((q) => Math.hypot(...q) > 0.1)
  .map(([x, y, z, w]) => {
    const length = Math.hypot(x, y, z, w);
    return [x / length, y / length, z / length, w / length] as const;
  });
const part = fc.record({
  position: fc.tuple(millimetres, millimetres, millimetres),
  rotation: quaternion,
});
const input: fc.Arbitrary<PlayerInput> = fc.record({
  intents: fc.tuple(intent, intent, intent),
  pose: fc.option(fc.record({ head: part, left: part, right: part })),
});

/** Angle between two rotations, radians. */
function angle(a: readonly number[], b: readonly number[]): number {
  const dot = a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
  return 2 * Math.acos(Math.min(1, Math.abs(dot)));
}

describe('entries', () => {
  test('come back as they went, rotations within a third of a degree', () => {
    fc.assert(
      fc.property(input, (given) => {
        const entry = core.encodeEntry(given);
        expect(entry.length).toBeLessThanOrEqual(52);
        const back = core.decodeEntry(entry);
        expect(back?.intents).toEqual(given.intents);
        expect(back?.pose === null).toBe(given.pose === null);
        if (!back?.pose || !given.pose) return;
        for (const name of ['head', 'left', 'right'] as const) {
          expect(back.pose[name].position).toEqual(given.pose[name].position);
          expect(angle(back.pose[name].rotation, given.pose[name].rotation)).toBeLessThan(0.006);
        }
      }),
      { numRuns: 1000, seed: 1 },
    );
  });

  test('encoded again give the same bytes: the server may copy or re-encode', () => {
    fc.assert(
      fc.property(input, (given) => {
        const once = core.encodeEntry(given);
        const twice = core.encodeEntry(core.decodeEntry(once) as PlayerInput);
        expect(core.encodeEntry(core.decodeEntry(twice) as PlayerInput)).toEqual(twice);
        expect(twice.length).toBe(once.length);
      }),
      { numRuns: 500, seed: 2 },
    );
  });

  test('of a player who holds still are 8 bytes, 38 with a pose', () => {
    expect(core.encodeEntry(steady({ moveZ: 127, yaw: 400 }))).toHaveLength(8);
    expect(core.encodeEntry(steady({}, pose([0, 0, 0], [0, 0, 0])))).toHaveLength(38);
  });

  test('are clamped where the asked is out of range; NaN asks for nothing', () => {
    const wild = {
      moveX: 1e9,
      moveZ: Number.NaN,
      yaw: 65536 + 5,
      pitch: -Infinity,
      buttons: 0xffff,
    };
    const odd = pose([1e9, -1e9, Number.NaN], [Infinity, 0.4, -0.6]);
    const head = {
      position: [0, 0, 0] as const,
      rotation: [Number.NaN, 0, 0, Infinity] as const,
    };
    const back = core.decodeEntry(core.encodeEntry(steady(wild, { ...odd, head })));
    expect(back?.intents[0]).toEqual({
      moveX: 127,
      moveZ: 0,
      yaw: 5,
      pitch: -16384,
      buttons: 63,
    });
    expect(back?.pose?.left.position).toEqual([32767, -32767, 0]);
    expect(back?.pose?.right.position).toEqual([32767, 0, -1]);
    expect(Math.hypot(...(back?.pose?.head.rotation ?? []))).toBeCloseTo(1, 4);
  });

  test('are refused when cut short, too long or out of range', () => {
    const entry = core.encodeEntry(steady({ moveX: 3 }, pose([1, 2, 3], [4, 5, 6])));
    for (let length = 0; length < entry.length; length++) {
      expect(core.decodeEntry(entry.subarray(0, length))).toBeNull();
    }
    expect(core.decodeEntry(new Uint8Array([...entry, 0]))).toBeNull();
    expect(core.decodeEntry(new Uint8Array(5000))).toBeNull();
    const broken = (at: number, value: number): Uint8Array => {
      const copy = entry.slice();
      copy[at] = value;
      return copy;
    };
    expect(core.decodeEntry(broken(0, 12))).toBeNull();
    expect(core.decodeEntry(broken(1, 0x80))).toBeNull();
    expect(core.decodeEntry(broken(6, 0x7f))).toBeNull();
    expect(core.decodeEntry(broken(7, 64))).toBeNull();
  });
});

const position = fc.tuple(
  fc.float({ min: -200, max: 200, noNaN: true }),
  fc.float({ min: -100, max: 200, noNaN: true }),
  fc.float({ min: -200, max: 200, noNaN: true }),
);
const size = fc.float({ min: Math.fround(0.05), max: 20, noNaN: true });
const spawnBody: fc.Arbitrary<Omit<SpawnBody, 'entity'>> = fc
  .record({
    kind: fc.constantFrom(0, 1, 2),
    shape: fc.constantFrom(0, 1, 2),
    dimensions: fc.tuple(size, size, size),
    position,
    rotation: quaternion,
    linearVelocity: position,
    angularVelocity: position,
    density: fc.float({ min: 1, max: 30000, noNaN: true }),
    friction: fc.float({ min: 0, max: 4, noNaN: true }),
    restitution: fc.float({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ dimensions: [a, b, c], ...rest }) => ({
    ...rest,
    kind: rest.kind as 0 | 1 | 2,
    shape: rest.shape as 0 | 1 | 2,
    size: [a, rest.shape === 0 ? 0 : b, rest.shape === 2 ? c : 0] as const,
  }));

describe('frames', () => {
  test('are well formed whatever they carry, and list their inputs', () => {
    fc.assert(
      fc.property(
        u32,
        u64,
        fc.array(spawnBody, { maxLength: 5 }),
        fc.array(fc.tuple(u32, input), { maxLength: 8 }),
        fc.array(fc.tuple(u32, position, position), { maxLength: 3 }),
        (number, hash, bodies, inputs, impulses) => {
          core.frameBegin(number, hash);
          bodies.forEach((body, i) => {
            const look = i % 2 === 0 ? {} : { shape: ShapeKind.COMPOUND, definition: 9 };
            core.addSpawnBody({ ...body, ...look, entity: i + 1 });
          });
          for (const [entity, impulse, place] of impulses) core.addImpulse(entity, impulse, place);
          core.addDespawn(3);
          core.addSetKind(4, 2);
          core.addJoint({
            kind: JointKind.HINGE,
            joint: 7,
            a: 1,
            b: 2,
            anchorA: [1, 2, 3],
            anchorB: [0, 0, 0],
            limits: { lower: -1, upper: 1 },
          });
          core.addRemoveJoint(7);
          core.addSetRegion({ gravity: [1, -9, 0], waterLevel: 4 });
          core.addCharge(3, 1000);
          core.addDefineHull(8, [
            [0, 0, 0],
            [1, 0, 0],
            [0, 1, 0],
            [0, 0, 1],
          ]);
          const rotation = [0, 0, 0, 1] as const;
          core.addDefineCompound(9, [
            { shape: 2, size: [1, 2, 3], offset: [4, 5, 6], rotation },
            { shape: 3, definition: 8, offset: [0, 0, 0], rotation },
          ]);
          const entries = inputs.map(([entity, given]) => ({
            entity,
            entry: core.encodeEntry(given).slice(),
          }));
          for (const { entity, entry } of entries) {
            expect(core.addInput(entity, entry)).toBe(WireFault.NONE);
          }
          const frame = core.frameEnd();
          expect(core.checkFrame(frame)).toBe(WireFault.NONE);
          expect(core.readFrameHeader(frame)).toEqual({
            frame: number,
            stateHash: hash,
            commandCount: bodies.length + impulses.length + 8,
            inputCount: inputs.length,
          });
          const listed = core.frameInputs(frame);
          expect(listed.map((one) => ({ ...one, entry: one.entry.slice() }))).toEqual(entries);
        },
      ),
      { numRuns: 200, seed: 3 },
    );
  });

  test('carry a spawn to the bit', () => {
    fc.assert(
      fc.property(spawnBody, (given) => {
        const world = newWorld(core);
        const entity = addBody(world, { ...given, kind: BodyKind.STATIC });
        play(world, 1);
        const out = new Float32Array(3);
        expect(core.bodyPosition(entity, out)).toBe(true);
        expect([...out]).toEqual([...given.position].map((v) => Math.fround(v)));
      }),
      { numRuns: 100, seed: 4 },
    );
  });

  test('are the same frame when they differ by the state hash alone', () => {
    const make = (hash: bigint, moveX: number): Uint8Array => {
      core.frameBegin(4, hash);
      core.addInput(9, core.encodeEntry(steady({ moveX })));
      return core.frameEnd();
    };
    expect(core.sameFrame(make(1n, 5), make(2n ** 63n, 5))).toBe(true);
    expect(core.sameFrame(make(1n, 5), make(1n, 6))).toBe(false);
    expect(core.sameFrame(make(1n, 5), make(1n, 5).subarray(1))).toBe(false);
  });

  test('take no command once an input stands in them, nor more than they hold', () => {
    newWorld(core);
    core.frameBegin(0, 0n);
    expect(core.addDespawn(1)).toBe(true);
    core.addInput(9, core.encodeEntry(steady({})));
    expect(core.addDespawn(2)).toBe(false);
    expect(core.checkFrame(core.frameEnd())).toBe(WireFault.NONE);

    core.frameBegin(0, 0n);
    let commands = 0;
    while (core.addImpulse(1, [0, 0, 0], [0, 0, 0])) commands++;
    expect(commands).toBeGreaterThan(6000);
    let inputs = 0;
    const entry = core.encodeEntry({
      intents: [{ ...intentOf(1) }, { ...intentOf(2) }, { ...intentOf(3) }],
      pose: pose([1, 2, 3], [4, 5, 6]),
    });
    while (core.addInput(inputs + 1, entry) === WireFault.NONE) inputs++;
    // A full region's inputs always fit behind the commands.
    expect(inputs).toBeGreaterThanOrEqual(1024);
    const frame = core.frameEnd();
    expect(core.checkFrame(frame)).toBe(WireFault.NONE);
    expect(core.frameInputs(frame)).toHaveLength(inputs);
  });

  test('refuse an input that is not well formed, and stay open', () => {
    core.frameBegin(0, 0n);
    expect(core.addInput(1, new Uint8Array([9]))).not.toBe(WireFault.NONE);
    expect(core.addInput(1, new Uint8Array(2000))).toBe(WireFault.TOO_LONG);
    core.addInput(2, core.encodeEntry(steady({})));
    const frame = core.frameEnd();
    expect(core.frameInputs(frame).map(({ entity }) => entity)).toEqual([2]);
  });
});

function intentOf(moveX: number) {
  return { moveX, moveZ: 0, yaw: 0, pitch: 0, buttons: 0 };
}

describe('messages', () => {
  const bytes = (max: number) => fc.uint8Array({ minLength: 0, maxLength: max });

  function expectBack(message: Uint8Array, expected: Message): void {
    const decoded = core.decodeMessage(message);
    expect(decoded).toEqual({ ok: true, message: expected });
  }

  test('come back as they went', () => {
    const { HELLO, INPUT, PING, PONG, REPAIR, SPARE, WELCOME, SNAPSHOT, FRAME } = MessageKind;
    fc.assert(
      fc.property(u16, u64, u32, u64, u32, (protocol, coreHash, resumeFrame, resumeHash, lease) => {
        const resume = {
          resumeFrame,
          resumeHash,
          resumeLease: lease,
          instance: lease >>> 1,
          attempt: 3,
        };
        const fields = { protocol, coreHash, ...resume };
        expectBack(core.encodeHello(fields), { kind: HELLO, ...fields });
      }),
      { numRuns: 200, seed: 5 },
    );
    fc.assert(
      fc.property(u32, input, (frame, given) => {
        const entry = core.encodeEntry(given);
        const message = core.encodeInput(frame, entry);
        expect(message.length).toBeLessThanOrEqual(CLIENT_MESSAGE_BYTES_MAX);
        expectBack(message, { kind: INPUT, frame, entry });
      }),
      { numRuns: 300, seed: 6 },
    );
    fc.assert(
      fc.property(u32, (nonce) => {
        expectBack(core.encodePing(nonce), { kind: PING, nonce });
        expectBack(core.encodePong(nonce), { kind: PONG, nonce });
        expectBack(core.encodeSpare(nonce), { kind: SPARE, epoch: nonce });
      }),
      { numRuns: 100, seed: 7 },
    );
    fc.assert(
      fc.property(u16, u64, u32, u32, u32, fc.boolean(), (protocol, coreHash, a, b, c, resumed) => {
        const fields = { protocol, coreHash, epoch: a, entity: b, nextFrame: c, resumed, lease: a };
        expectBack(core.encodeWelcome(fields), { kind: WELCOME, ...fields });
      }),
      { numRuns: 200, seed: 8 },
    );
    fc.assert(
      fc.property(u32, bytes(3000), (frame, state) => {
        expectBack(core.encodeSnapshot(frame, state), { kind: SNAPSHOT, frame, state });
      }),
      { numRuns: 100, seed: 9 },
    );
    fc.assert(
      fc.property(bytes(3000), (tail) => {
        const message = Uint8Array.of(FRAME, 0, 0, 0, ...tail);
        expectBack(message, { kind: FRAME, message });
      }),
      { numRuns: 100, seed: 10 },
    );
    fc.assert(
      fc.property(u32, u64, (frame, proof) => {
        const repair = {
          frame,
          proof,
          hashes: Uint32Array.of(frame, 1, 0xffffffff).subarray(frame % 4),
        };
        expectBack(core.encodeRepair(repair), { kind: REPAIR, ...repair });
      }),
      { numRuns: 100, seed: 12 },
    );
  });

  test('of how the world is kept come back for each state, and no other state', () => {
    fc.assert(
      fc.property(u32, u32, u32, (lease, began, kept) => {
        for (const state of Object.values(KeepingState)) {
          const fields = { state, lease, began, kept };
          expectBack(core.encodeKeeping(fields), { kind: MessageKind.KEEPING, ...fields });
        }
        const message = core.encodeKeeping({ state: KeepingState.SOUND, lease, began, kept });
        message[1] = 3;
        expect(core.decodeMessage(message)).toEqual({ ok: false, fault: WireFault.OUT_OF_RANGE });
      }),
      { numRuns: 50, seed: 13 },
    );
  });

  test('are refused by number when cut short, too long or unknown', () => {
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
      core.encodePing(7),
      core.encodeSpare(8),
      core.encodeInput(3, core.encodeEntry(steady({}))),
      core.encodeRepair({ frame: 3, proof: 4n, hashes: Uint32Array.of(5, 6) }),
      core.encodeKeeping({ state: KeepingState.PAUSED, lease: 1, began: 2, kept: 3 }),
    ];
    for (const message of whole) {
      for (let length = 0; length < message.length; length++) {
        const fault = length === 0 ? WireFault.TRUNCATED : expect.any(Number);
        expect(core.decodeMessage(message.subarray(0, length))).toEqual({ ok: false, fault });
      }
      const longer = core.decodeMessage(new Uint8Array([...message, 0]));
      expect(longer).toEqual({ ok: false, fault: WireFault.TRAILING_BYTES });
    }
    for (const kind of [0, 6, 0x7f, 0x80, 0x86, 0xff]) {
      const decoded = core.decodeMessage(new Uint8Array([kind, 1, 2, 3, 4]));
      expect(decoded).toEqual({ ok: false, fault: WireFault.UNKNOWN_KIND });
    }
    const long = new Uint8Array(CLIENT_MESSAGE_BYTES_MAX + 1);
    for (const kind of [MessageKind.HELLO, MessageKind.INPUT, MessageKind.PING]) {
      long[0] = kind;
      const short = long.subarray(0, 65);
      expect(core.decodeMessage(short)).toEqual({ ok: false, fault: WireFault.TOO_LONG });
    }
    long[0] = MessageKind.REPAIR;
    expect(core.decodeMessage(long)).toEqual({ ok: false, fault: WireFault.TOO_LONG });
    const most = { frame: 1, proof: 2n, hashes: new Uint32Array(REPAIR_HASHES_MAX) };
    expect(core.decodeMessage(core.encodeRepair(most)).ok).toBe(true);
    const more = core.encodeRepair(most);
    more[14] = 3;
    expect(core.decodeMessage(more)).toEqual({ ok: false, fault: WireFault.OUT_OF_RANGE });
    const huge = new Uint8Array(SERVER_MESSAGE_BYTES_MAX + 1);
    huge[0] = MessageKind.SNAPSHOT;
    expect(core.decodeMessage(huge)).toEqual({ ok: false, fault: WireFault.TOO_LONG });
  });

  test('change nothing in the world when they are decoded', () => {
    const world = newWorld(core);
    addBody(world, {});
    play(world, 5);
    const before = core.stateHash();
    core.decodeMessage(Uint8Array.of(MessageKind.FRAME, ...new Uint8Array(500)));
    core.decodeMessage(core.encodeSnapshot(1, core.snapshot()));
    expect(core.stateHash()).toBe(before);
  });
});
