import { beforeAll, expect, test } from 'bun:test';
import fc from 'fast-check';
import { type Core, createCodec } from '../../core-wasm/host/core.ts';
import {
  addBody,
  addPlayer,
  makeFrame,
  newWorld,
  openCore,
  steady,
} from '../../core-wasm/test/world.ts';
import type { Checkpoint, JournalGroup, StoreOutcome } from '../ports.ts';
import { GENESIS_CHAIN, nextChain, packFrames } from './chain.ts';
import { createCoreShelf } from './core-shelf.ts';
import { GroupWriter } from './group.ts';
import { type Recovery, recover } from './recover.ts';
import { STATE_SCHEMA_HASH } from './state-layout.ts';

const LEASE = { region: 1, epoch: 3 };
const SEED = 5;
const GROUPS = 12;
const FRAMES_PER_GROUP = 5;
const FRAMES = GROUPS * FRAMES_PER_GROUP;
/** Frames at which the recorded world was saved. */
const SAVED_AT = [20, 40];
const PLAIN_BEFORE = 30;

interface Recording {
  groups: JournalGroup[];
  /** Newest first, as a store gives them. */
  checkpoints: Checkpoint[];
}

let core: Core;
let recording: Recording;
/** The frames of all groups. */
const sealed: Uint8Array[] = [];
/** State hash before each frame, and after the last. */
const truth: bigint[] = [];

/** A player who runs among falling crates, so that every frame changes the state. */
beforeAll(async () => {
  core = await openCore();
  const world = newWorld(core, SEED);
  for (let i = 0; i < 6; i++) addBody(world, { position: [i * 0.7, 2 + i, -2] });
  const player = addPlayer(world, [0, 0, 0]);
  recording = { groups: [], checkpoints: [] };
  let chain: Uint8Array = GENESIS_CHAIN;
  // As an older version stored them, then as this one does.
  const plain = new GroupWriter(null);
  const packing = new GroupWriter(await createCodec(core.module));
  for (let firstFrame = 0; firstFrame < FRAMES; firstFrame += FRAMES_PER_GROUP) {
    if (SAVED_AT.includes(firstFrame)) packing.endRun();
    if (SAVED_AT.includes(firstFrame)) recording.checkpoints.unshift(checkpointHere(chain));
    const writer = firstFrame < PLAIN_BEFORE ? plain : packing;
    for (let i = 0; i < FRAMES_PER_GROUP; i++) {
      truth.push(core.stateHash());
      if (core.frame > 0)
        world.inputs.set(player.entity, steady({ moveZ: 90, yaw: core.frame * 9 }));
      const frame = makeFrame(world);
      writer.add(frame);
      sealed.push(frame);
      core.stepFrame(frame);
    }
    const payload = writer.take();
    chain = nextChain(chain, payload);
    recording.groups.push({ firstFrame, lastFrame: core.frame - 1, payload, chain });
  }
  truth.push(core.stateHash());
  expect(new Set(truth).size).toBe(FRAMES + 1);
});

function checkpointHere(chain: Uint8Array): Checkpoint {
  const { frame, module } = core;
  const stateHash = core.stateHash();
  const hashes = { coreHash: module.hash, schemaHash: STATE_SCHEMA_HASH, stateHash };
  return { frame, takenMs: frame * 50, ...hashes, state: core.snapshot(), chain };
}

/** Recovers from `kept`; also tells from which frame on groups were cut off. */
async function recoverFrom(
  kept: Recording,
  truncation: StoreOutcome = { kind: 'committed' },
): Promise<{ recovery: Recovery; cutFrom: number[] }> {
  const cutFrom: number[] = [];
  const store = {
    async *checkpoints() {
      yield* kept.checkpoints;
    },
    async *groups(_region: number, fromFrame: number) {
      yield* kept.groups.filter((group) => group.lastFrame >= fromFrame);
    },
    async coreSpans() {
      const oldestFirst = [...kept.checkpoints].reverse();
      return oldestFirst
        .filter(({ coreHash }, at) => oldestFirst[at - 1]?.coreHash !== coreHash)
        .map(({ frame, ...saved }) => ({ ...saved, fromFrame: frame }));
    },
    async truncateGroups(_lease: typeof LEASE, fromFrame: number) {
      cutFrom.push(fromFrame);
      return truncation;
    },
  };
  const cores = createCoreShelf(core, { keptCore: async () => null });
  const genesis = (it: Pick<Core, 'reset'>) => it.reset(SEED);
  const recovery = await recover({ store, lease: LEASE, cores, genesis });
  return { recovery, cutFrom };
}

/** The recording with `change` applied to one group. */
function withGroup(index: number, change: (group: JournalGroup) => JournalGroup): Recording {
  const groups = recording.groups.map((group, at) => (at === index ? change(group) : group));
  return { ...recording, groups };
}

function withCheckpoint(index: number, change: (kept: Checkpoint) => Checkpoint): Recording {
  const checkpoints = recording.checkpoints.map((each, at) => (at === index ? change(each) : each));
  return { ...recording, checkpoints };
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  const at = (bit >> 3) % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

test('the newest checkpoint and the groups behind it give the last state', async () => {
  const { recovery, cutFrom } = await recoverFrom(recording);
  expect(recovery).toEqual({
    kind: 'recovered',
    frame: FRAMES,
    chain: recording.groups.at(-1)?.chain ?? GENESIS_CHAIN,
    checkpointFrame: 40,
    framesReplayed: 20,
    cutOff: null,
    tookOverFrom: null,
  });
  expect(core.stateHash()).toBe(truth[FRAMES] as bigint);
  expect(cutFrom).toEqual([]);
});

test('without checkpoints the world is replayed from its beginning', async () => {
  const { recovery } = await recoverFrom({ ...recording, checkpoints: [] });
  expect(recovery).toMatchObject({ frame: FRAMES, checkpointFrame: null, framesReplayed: FRAMES });
  expect(core.stateHash()).toBe(truth[FRAMES] as bigint);
});

test('a new region is its beginning', async () => {
  const { recovery } = await recoverFrom({ groups: [], checkpoints: [] });
  expect(recovery).toMatchObject({ frame: 0, chain: GENESIS_CHAIN, cutOff: null });
  expect(core.stateHash()).toBe(truth[0] as bigint);
});

test('a checkpoint behind which nothing was journalled stands for itself', async () => {
  const groups = recording.groups.slice(0, 8);
  const { recovery } = await recoverFrom({ ...recording, groups });
  expect(recovery).toMatchObject({ frame: 40, framesReplayed: 0, checkpointFrame: 40 });
  expect(core.stateHash()).toBe(truth[40] as bigint);
});

test('one flipped bit in a group costs that group and what follows, nothing before', async () => {
  const part = fc.constantFrom('payload' as const, 'chain' as const);
  const index = fc.integer({ min: 0, max: GROUPS - 1 });
  await fc.assert(
    fc.asyncProperty(index, part, fc.nat(), async (at, damaged, bit) => {
      const kept = withGroup(at, (group) => ({
        ...group,
        [damaged]: flipped(group[damaged], bit),
      }));
      const { recovery, cutFrom } = await recoverFrom(kept);
      const firstFrame = at * FRAMES_PER_GROUP;
      const wasNeeded = firstFrame >= 40;
      expect(recovery).toMatchObject({ kind: 'recovered', frame: wasNeeded ? firstFrame : FRAMES });
      expect(cutFrom).toEqual(wasNeeded ? [firstFrame] : []);
      if (recovery.kind !== 'recovered') return;
      const cut = { frame: firstFrame, lastFrame: firstFrame + FRAMES_PER_GROUP - 1, why: 'chain' };
      expect(recovery.cutOff as object | null).toEqual(wasNeeded ? cut : null);
      expect(core.frame).toBe(recovery.frame);
      expect(core.stateHash()).toBe(truth[recovery.frame] as bigint);
      expect(recovery.chain).toEqual(kept.groups[recovery.frame / 5 - 1]?.chain as Uint8Array);
    }),
    { numRuns: 80 },
  );
});

test('one flipped bit in a checkpoint costs nothing but a longer replay', async () => {
  const part = fc.constantFrom('state' as const, 'chain' as const);
  await fc.assert(
    fc.asyncProperty(fc.nat(1), part, fc.nat(), async (at, damaged, bit) => {
      const kept = withCheckpoint(at, (saved) => ({
        ...saved,
        [damaged]: flipped(saved[damaged], bit),
      }));
      const { recovery, cutFrom } = await recoverFrom(kept);
      const checkpointFrame = at === 0 ? 20 : 40;
      expect(recovery).toMatchObject({ frame: FRAMES, checkpointFrame, cutOff: null });
      expect(core.stateHash()).toBe(truth[FRAMES] as bigint);
      expect(cutFrom).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test.each([
  ['its frame number', (saved: Checkpoint) => ({ ...saved, frame: saved.frame + 5 })],
  ['its hash', (saved: Checkpoint) => ({ ...saved, stateHash: saved.stateHash ^ 1n })],
  ['its length', (saved: Checkpoint) => ({ ...saved, state: saved.state.slice(0, -1) })],
  ['its core', (saved: Checkpoint) => ({ ...saved, coreHash: 'dead' })],
])('a checkpoint with %s altered is passed over', async (_, change) => {
  const { recovery } = await recoverFrom(withCheckpoint(0, change));
  expect(recovery).toMatchObject({ frame: FRAMES, checkpointFrame: 20, cutOff: null });
  expect(core.stateHash()).toBe(truth[FRAMES] as bigint);
});

/** The group with other frames, chained so that only the frames themselves can give it away. */
function rechained(group: JournalGroup, payload: Uint8Array): JournalGroup {
  const previous = recording.groups.find((each) => each.lastFrame === group.firstFrame - 1);
  return { ...group, payload, chain: nextChain(previous?.chain ?? GENESIS_CHAIN, payload) };
}

/** The frames of the group, after `change`. */
function reframed(
  group: JournalGroup,
  change: (frames: Uint8Array[]) => Uint8Array[],
): JournalGroup {
  const frames = sealed.slice(group.firstFrame, group.lastFrame + 1).map((frame) => frame.slice());
  return rechained(group, packFrames(change(frames)));
}

test.each([
  ['gap', (group: JournalGroup) => ({ ...group, firstFrame: group.firstFrame + 1 })],
  ['gap', (group: JournalGroup) => ({ ...group, firstFrame: group.firstFrame - 1 })],
  ['numbering', (group: JournalGroup) => ({ ...group, lastFrame: group.lastFrame + 1 })],
  ['torn', (group: JournalGroup) => rechained(group, group.payload.slice(0, -1))],
  ['numbering', (group: JournalGroup) => rechained(group, new Uint8Array(0))],
  ['numbering', (group: JournalGroup) => reframed(group, (frames) => frames.reverse())],
  ['numbering', (group: JournalGroup) => reframed(group, (frames) => frames.slice(1))],
  [
    'malformed',
    (group: JournalGroup) => reframed(group, ([, ...rest]) => [new Uint8Array(3), ...rest]),
  ],
  [
    'malformed',
    (group: JournalGroup) =>
      reframed(group, (frames) => frames.map((frame, i) => (i === 2 ? frame.slice(0, -1) : frame))),
  ],
])('a group with a sound chain but a fault of its own is named: %s', async (why, change) => {
  const { recovery, cutFrom } = await recoverFrom(withGroup(9, change));
  expect(recovery).toMatchObject({ frame: 45, cutOff: { frame: 45, why } });
  expect(core.frame).toBe(45);
  expect(core.stateHash()).toBe(truth[45] as bigint);
  expect(cutFrom).toEqual([45]);
});

test('a frame for another state is not applied, nor are those before it in its group', async () => {
  const kept = withGroup(9, (group) =>
    reframed(group, (frames) => {
      // The hash is the header's second word pair; frame 48 is the third but one of the group.
      const hash = frames[3]?.subarray(4, 12);
      if (hash) hash[0] = (hash[0] ?? 0) ^ 1;
      return frames;
    }),
  );
  const { recovery } = await recoverFrom(kept);
  expect(recovery).toMatchObject({ frame: 45, cutOff: { why: 'state-hash' } });
  expect(core.stateHash()).toBe(truth[45] as bigint);
});

test('a world whose groups another core packed is left as it is', async () => {
  const foreign = (group: JournalGroup): JournalGroup => {
    const payload = group.payload.slice();
    payload[4] = (payload[4] ?? 0) ^ 1;
    return rechained(group, payload);
  };
  const groups = withGroup(6, foreign).groups.slice(0, 8);
  const { recovery, cutFrom } = await recoverFrom({ checkpoints: [], groups });
  const coreHash = Buffer.from(groups[6]?.payload.subarray(4, 12) ?? []).toString('hex');
  expect(recovery).toEqual({ kind: 'other-core', coreHash, frame: 35 });
  expect(cutFrom).toEqual([]);
});

test('a missing group is a gap', async () => {
  const groups = recording.groups.filter((_, index) => index !== 10);
  const { recovery, cutFrom } = await recoverFrom({ ...recording, groups });
  expect(recovery).toMatchObject({ frame: 50, cutOff: { frame: 50, why: 'gap' } });
  expect(cutFrom).toEqual([50]);
});

test('damage right behind the newest checkpoint leaves the world at that checkpoint', async () => {
  const kept = withGroup(8, (group) => ({ ...group, payload: flipped(group.payload, 99) }));
  const { recovery, cutFrom } = await recoverFrom(kept);
  expect(recovery).toMatchObject({ frame: 40, cutOff: { frame: 40, why: 'chain' } });
  expect(core.stateHash()).toBe(truth[40] as bigint);
  expect(cutFrom).toEqual([40]);
});

test('damage behind the newest checkpoint and before it: the newest still counts', async () => {
  const kept = withGroup(8, (group) => ({ ...group, payload: flipped(group.payload, 99) }));
  kept.groups = kept.groups.filter((_, index) => index !== 6);
  const { recovery } = await recoverFrom(kept);
  expect(recovery).toMatchObject({ frame: 40, checkpointFrame: 40, cutOff: { frame: 40 } });
  expect(core.frame).toBe(40);
  expect(core.stateHash()).toBe(truth[40] as bigint);
});

test('a world that another core went on with is left as it is', async () => {
  const foreign = recording.checkpoints.map((saved) => ({ ...saved, coreHash: 'f00d' }));
  const groups = withGroup(3, (group) => ({ ...group, payload: flipped(group.payload, 9) })).groups;
  const diverged = await recoverFrom({ groups, checkpoints: foreign });
  expect(diverged.recovery).toEqual({ kind: 'other-core', coreHash: 'f00d', frame: 40 });
  expect(diverged.cutFrom).toEqual([]);
  const lost = await recoverFrom({ groups: [], checkpoints: foreign });
  expect(lost.recovery).toEqual({ kind: 'other-core', coreHash: 'f00d', frame: 40 });
});

test('a pruned world is not begun anew when no checkpoint is sound', async () => {
  const checkpoints = recording.checkpoints.map((saved) => ({ ...saved, stateHash: 0n }));
  for (const groups of [recording.groups.slice(4), []]) {
    const { recovery, cutFrom } = await recoverFrom({ groups, checkpoints });
    expect(recovery).toEqual({ kind: 'no-start' });
    expect(cutFrom).toEqual([]);
  }
});

test('a cut that the store does not make is passed on', async () => {
  const kept = withGroup(9, (group) => ({ ...group, payload: flipped(group.payload, 1) }));
  const { recovery } = await recoverFrom(kept, { kind: 'lease-lost' });
  expect(recovery).toEqual({ kind: 'lease-lost' });
});
