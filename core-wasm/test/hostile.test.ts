import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { CLIENT_MESSAGE_BYTES_MAX, type Core } from '../host/core.ts';
import {
  type BodyKind,
  type PlayerInput,
  type ShapeKind,
  TICKS_PER_FRAME,
  WireFault,
} from '../host/types.ts';
import { findNotFinite } from './floats.ts';
import { integer, pick, type Random, seeded } from './random.ts';
import { RECORDING_SEED, record, replay } from './recording.ts';
import { openCore, pose, steady } from './world.ts';

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

/** The bytes with one to four things wrong: a flip, an odd byte, a run lost, doubled or random. */
function damaged(random: Random, bytes: Uint8Array): Uint8Array {
  let copy = bytes.slice();
  for (let i = integer(random, 1, 4); i > 0 && copy.length > 0; i--) {
    const at = integer(random, 0, copy.length - 1);
    switch (integer(random, 0, 5)) {
      case 0:
        copy[at] = (copy[at] as number) ^ (1 << integer(random, 0, 7));
        break;
      case 1:
        copy[at] = pick(random, [0, 1, 0x7f, 0x80, 0xff, 0xc0]);
        break;
      case 2:
        copy = copy.slice(0, at);
        break;
      case 3:
        copy = joined(copy.subarray(0, at + integer(random, 1, 40)), copy.subarray(at));
        break;
      case 4:
        copy = joined(copy.subarray(0, at), copy.subarray(at + integer(random, 1, 9)));
        break;
      default:
        for (let k = at; k < Math.min(copy.length, at + 4); k++) copy[k] = integer(random, 0, 255);
    }
  }
  return copy;
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

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
      bytes[16 + integer(random, 0, 31)] = integer(random, 0, 255);
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
  const bodiesAt = 16 + 32 + ((view.getUint32(16 + 20, true) * 2 + 15) & ~15);
  const random = seeded(13);
  const odd = [Number.NaN, Infinity, -Infinity, 3e38, -3e38, 1e-42, 1e9];
  for (let i = 0; i < 3000; i++) {
    const bytes = state.slice();
    const words = Math.floor((bytes.length - bodiesAt) / 4);
    const at = bodiesAt + integer(random, 0, words - 1) * 4;
    new DataView(bytes.buffer).setFloat32(at, pick(random, odd), true);
    if (core.restore(bytes) !== WireFault.NONE) continue;
    for (let tick = 0; tick < 3; tick++) core.step();
    const found = findNotFinite(core);
    if (found) throw new Error(`${found} (byte ${at - bodiesAt} behind the bodies' start)`);
    core.restore(state);
  }
});

describe('messages', () => {
  test('damaged or made up never throw and never pass a limit', () => {
    const { state, frames } = busyWorld();
    const random = seeded(14);
    const entry = core.encodeEntry(steady({ moveX: 9 }, pose([1, 2, 3], [4, 5, 6])));
    const whole = [
      core.encodeHello({ protocol: 1, coreHash: 2n, resumeFrame: 3, resumeHash: 4n }),
      core.encodeInput(77, entry),
      core.encodePing(5),
      core.encodeWelcome({
        protocol: 1,
        coreHash: 2n,
        epoch: 3,
        entity: 4,
        nextFrame: 5,
        resumed: true,
      }),
      core.encodeSnapshot(9, state.subarray(0, 900)),
      core.encodeFrame(frames[5] as Uint8Array),
      core.encodeTiming({ inputFrame: 1, slackMs: 2, replaced: 3 }),
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

describe('the facade', () => {
  const CALLS = 200_000;
  const ODD = [0, -0, 1, -1, 0.5, 7, 255, 256, 65535, 65536, 2 ** 31, 2 ** 32, -(2 ** 31)];
  const ODDER = [1e9, -1e9, 1e30, -1e30, 1e-40, Infinity, -Infinity, Number.NaN, 2 ** 53];

  interface Fuzz {
    readonly core: Core;
    readonly random: Random;
    state: Uint8Array;
    frame: Uint8Array;
    ids: number[];
  }

  const number = ({ random }: Fuzz): number =>
    random() < 0.5
      ? pick(random, random() < 0.6 ? ODD : ODDER)
      : (random() - 0.5) * pick(random, [1, 10, 400, 1e6]);
  const id = (f: Fuzz): number =>
    f.random() < 0.7 && f.ids.length > 0 ? pick(f.random, f.ids) : number(f);
  const vector = (f: Fuzz): [number, number, number] => [number(f), number(f), number(f)];
  /** Within what a spawn may have: else no body would ever live. */
  const mild = (f: Fuzz, low: number, high: number): number =>
    f.random() < 0.93 ? low + (high - low) * f.random() : number(f);
  const mildVector = (f: Fuzz, low: number, high: number): [number, number, number] => [
    mild(f, low, high),
    mild(f, low, high),
    mild(f, low, high),
  ];
  const bytes = (f: Fuzz, max: number): Uint8Array =>
    Uint8Array.from({ length: integer(f.random, 0, max) }, () => integer(f.random, 0, 255));
  const anyIntent = (f: Fuzz) => ({
    moveX: number(f),
    moveZ: number(f),
    yaw: number(f),
    pitch: number(f),
    buttons: number(f),
  });
  const anyPart = (f: Fuzz) => ({
    position: vector(f),
    rotation: [number(f), number(f), number(f), number(f)] as const,
  });
  const anyInput = (f: Fuzz): PlayerInput => ({
    intents: [anyIntent(f), anyIntent(f), anyIntent(f)],
    pose: f.random() < 0.5 ? null : { head: anyPart(f), left: anyPart(f), right: anyPart(f) },
  });
  const reserve = (f: Fuzz): number => {
    const last = f.ids.at(-1) ?? 0;
    const entity = f.core.nextEntity(f.random() < 0.9 ? last : number(f));
    f.ids.push(entity);
    if (f.ids.length > 90) f.ids.splice(0, 30);
    return entity;
  };
  const spawnShape = (f: Fuzz): { shape: ShapeKind; size: [number, number, number] } => {
    const shape = integer(f.random, 0, 2) as ShapeKind;
    const side = (): number => mild(f, 0.05, 1.5);
    return { shape, size: [side(), shape === 0 ? 0 : side(), shape === 2 ? side() : 0] };
  };

  const CHORES: ReadonlyArray<(f: Fuzz) => unknown> = [
    (f) => f.core.frameBegin(f.random() < 0.9 ? f.core.frame : number(f), f.core.stateHash()),
    (f) =>
      f.core.addSpawnBody({
        ...spawnShape(f),
        entity: f.random() < 0.9 ? reserve(f) : id(f),
        kind: integer(f.random, 0, f.random() < 0.98 ? 2 : 300) as BodyKind,
        position: mildVector(f, -20, 20),
        rotation: f.random() < 0.95 ? [0, 0.6, 0, 0.8] : [...vector(f), number(f)],
        linearVelocity: mildVector(f, -20, 20),
        angularVelocity: mildVector(f, -9, 9),
        density: mild(f, 1, 3000),
        friction: mild(f, 0, 1),
        restitution: mild(f, 0, 1),
      }),
    (f) =>
      f.core.addSpawnPlayer({
        entity: reserve(f),
        leftHand: f.random() < 0.95 ? reserve(f) : id(f),
        rightHand: f.random() < 0.95 ? reserve(f) : id(f),
        account: number(f),
        foot: mildVector(f, -20, 20),
        yaw: number(f),
      }),
    (f) => f.random() < 0.4 && f.core.addDespawn(id(f)),
    (f) => f.core.addImpulse(id(f), mildVector(f, -1e4, 1e4), mildVector(f, -20, 20)),
    (f) => f.core.addSetKind(id(f), integer(f.random, 0, 2) as BodyKind),
    (f) => f.core.addInput(id(f), f.core.encodeEntry(anyInput(f))),
    (f) => f.core.addInput(id(f), bytes(f, 70)),
    (f) => {
      f.frame = f.core.frameEnd();
    },
    (f) => f.core.loadFrame(f.frame),
    (f) => f.core.loadFrame(damaged(f.random, f.frame)),
    (f) => f.core.stepFrame(f.frame),
    (f) => f.core.step(),
    (f) => f.core.checkFrame(bytes(f, 200)),
    (f) => f.core.frameInputs(f.frame),
    (f) => f.core.readFrameHeader(bytes(f, 30)),
    (f) => f.core.decodeMessage(bytes(f, 100)),
    (f) => f.core.decodeEntry(bytes(f, 60)),
    (f) => f.core.hasEntity(id(f)),
    (f) => f.core.bodyPosition(id(f), new Float32Array(3)),
    (f) => f.core.playerOfAccount(number(f)),
    (f) => f.core.nextEntity(number(f)),
    (f) => f.core.terrainHeight(number(f), number(f)),
    (f) => f.core.queries.castRay(vector(f), vector(f), mild(f, 0, 50), { ignore: id(f) }),
    (f) => {
      if (f.random() < 0.1) f.state = f.core.snapshot();
    },
    (f) => f.random() < 0.1 && f.core.restore(f.state),
    (f) => f.random() < 0.1 && f.core.restore(damaged(f.random, f.state)),
    (f) => f.random() < 0.001 && f.core.reset(number(f)),
  ];

  /** Makes `CALLS` calls out of `seed`; a digest of the states on the way. */
  function romp(seed: number): { digest: bigint; bodies: number; players: number } {
    core.reset(1);
    const fuzz: Fuzz = {
      core,
      random: seeded(seed),
      state: core.snapshot(),
      frame: new Uint8Array(0),
      ids: [],
    };
    core.frameBegin(0, 0n);
    core.frameEnd();
    let digest = 0n;
    let [bodies, players] = [0, 0];
    for (let call = 0; call < CALLS; call++) {
      (pick(fuzz.random, CHORES) as (f: Fuzz) => unknown)(fuzz);
      if (call % 500 !== 0) continue;
      digest = BigInt.asUintN(64, digest * 31n + core.stateHash());
      bodies = Math.max(bodies, core.bodyCount);
      players = Math.max(players, core.playerCount);
      const found = findNotFinite(core);
      if (found) throw new Error(`call ${call}: ${found}`);
    }
    return { digest, bodies, players };
  }

  test('takes 200,000 random calls without a trap, the same way each time', () => {
    const first = romp(21);
    expect(first.bodies).toBeGreaterThan(15);
    expect(first.players).toBeGreaterThan(2);
    expect(romp(21)).toEqual(first);
  });
});
