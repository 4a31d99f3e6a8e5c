import { beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { Core } from '../host/core.ts';
import { BodyKind, ShapeKind } from '../host/types.ts';
import { damaged } from './fuzz/chance.ts';
import { between, integer, pick, type Random, rotation, seeded } from './random.ts';
import { AT_REST, openCore, pose, steady } from './world.ts';

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

const BYTES_MAX = 8 * 1024 * 1024;
const FRAMES = 60;

let core: Core;
let packer: Core;
let reader: Core;
beforeAll(async () => {
  core = await openCore();
  packer = await Core.create(core.module);
  reader = await Core.create(core.module);
});

/** Frames of players who come, go, miss a frame and are told of bodies. */
function madeFrames(random: Random): Uint8Array[] {
  let players = [3, 6, 9];
  return Array.from({ length: FRAMES }, (_, frame) => {
    if (random() < 0.1) players = [...players, integer(random, 1, 32767)];
    if (random() < 0.1) players = players.slice(1);
    core.frameBegin(frame, BigInt(integer(random, 0, 2 ** 31)) << 31n);
    while (random() < 0.2) addCommand(random);
    for (const id of players) {
      if (random() < 0.05) continue;
      const input = steady({ moveZ: integer(random, -127, 127), yaw: (frame * 50) & 0xffff });
      const given = pose([between(random, -1, 1), 1.6, 0], [0.2, 1, -0.3]);
      const turned = { ...given, head: { ...given.head, rotation: rotation(random) } };
      const generation = pick(random, [0, 0, 0, 1]) << 16;
      const entry = core.encodeEntry({ ...input, pose: random() < 0.7 ? turned : null });
      core.addInput(id | generation, entry);
    }
    return core.frameEnd();
  });
}

function addCommand(random: Random): void {
  core.addSpawnBody({
    entity: integer(random, 1, 2000),
    kind: BodyKind.DYNAMIC,
    shape: ShapeKind.BOX,
    size: [0.5, 0.5, 0.5],
    position: [between(random, -9, 9), 2, 0],
    rotation: [0, 0, 0, 1],
    linearVelocity: AT_REST,
    angularVelocity: AT_REST,
    density: 500,
    friction: 0.6,
    restitution: 0,
  });
}

function packed(frame: Uint8Array): Uint8Array {
  const bytes = packer.packFrame(frame);
  if (bytes === null) throw new Error('a frame was refused');
  return bytes;
}

const joined = (pieces: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(pieces));

test('frames of a run come back bit for bit, however many are read at once', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = seeded(seed);
    const frames = madeFrames(random);
    packer.runBegin();
    reader.runBegin();
    for (let at = 0; at < FRAMES; ) {
      const some = frames.slice(at, at + integer(random, 0, 7));
      expect(reader.unpackFrames(joined(some.map(packed)), BYTES_MAX)).toEqual(some);
      at += some.length;
    }
  }
});

test('a run does not depend on what was packed before it', () => {
  const frames = madeFrames(seeded(9));
  const once = (): Uint8Array[] => {
    packer.runBegin();
    return frames.map(packed);
  };
  const first = once();
  madeFrames(seeded(10)).forEach(packed);
  expect(once()).toEqual(first);
});

test('who stands there costs little', () => {
  packer.runBegin();
  const entry = core.encodeEntry(steady({}));
  const sizes = [0, 1, 2, 3].map((frame) => {
    core.frameBegin(frame, 0n);
    for (let id = 1; id <= 100; id++) core.addInput(id, entry);
    return packed(core.frameEnd()).length;
  });
  expect(sizes[3]).toBeLessThanOrEqual(13 + 100);
});

test('what is no frame, or names who cannot be, is refused and changes nothing', () => {
  const frames = madeFrames(seeded(4));
  packer.runBegin();
  reader.runBegin();
  for (const frame of frames) {
    expect(packer.packFrame(frame.subarray(0, frame.length - 1))).toBeNull();
    expect(packer.packFrame(new Uint8Array(300_000))).toBeNull();
    for (const id of [0, 32768]) {
      core.frameBegin(0, 0n);
      core.addInput(id, core.encodeEntry(steady({})));
      expect(packer.packFrame(core.frameEnd())).toBeNull();
    }
    expect(reader.unpackFrames(packed(frame), BYTES_MAX)).toEqual([frame]);
  }
});

test('whatever the bytes, they are refused or well-formed frames within the limit', () => {
  const random = seeded(6);
  let [refused, taken] = [0, 0];
  for (let round = 0; round < 30; round++) {
    const frames = madeFrames(random);
    packer.runBegin();
    const bytes = joined(frames.map(packed));
    for (let i = 0; i < 20; i++) {
      reader.runBegin();
      const read = reader.unpackFrames(damaged(random, bytes), BYTES_MAX);
      if (read === null) refused++;
      else taken++;
      for (const frame of read ?? []) expect(core.checkFrame(frame)).toBe(0);
    }
  }
  expect(refused).toBeGreaterThan(0);
  expect(taken).toBeGreaterThan(0);
});

test('a payload that would fill the memory is refused at its limit', () => {
  packer.runBegin();
  const entry = core.encodeEntry(steady({}));
  const pieces = Array.from({ length: 50 }, (_, frame) => {
    core.frameBegin(frame, 0n);
    for (let id = 1; id <= 4000; id++) core.addInput(id, entry);
    return packed(core.frameEnd());
  });
  reader.runBegin();
  expect(reader.unpackFrames(joined(pieces), 1024 * 1024)).toBeNull();
  reader.runBegin();
  expect(reader.unpackFrames(joined(pieces), BYTES_MAX)).toHaveLength(50);
  expect(reader.unpackFrames(new Uint8Array(20 * 1024 * 1024), BYTES_MAX)).toBeNull();
});
