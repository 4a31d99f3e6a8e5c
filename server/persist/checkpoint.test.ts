import { beforeAll, expect, test } from 'bun:test';
import type { Core } from '../../core-wasm/host/core.ts';
import { addBody, makeFrame, newWorld, openCore } from '../../core-wasm/test/world.ts';
import type { Checkpoint, RegionLease } from '../ports.ts';
import { MemoryStore } from '../sim/memory-store.ts';
import { createVirtualClock } from '../sim/virtual-clock.ts';
import { GENESIS_CHAIN } from './chain.ts';
import { CHECKPOINT_INTERVAL_MS, createCheckpointer, REPLAY_MAX_MS } from './checkpoint.ts';
import { createJournal } from './journal.ts';

let core: Core;

beforeAll(async () => {
  core = await openCore();
});

async function newRegion() {
  const clock = createVirtualClock(0);
  const store = new MemoryStore(clock);
  const { lease } = await store.claimRegion(1, 1);
  const world = newWorld(core);
  const journal = createJournal({
    store,
    lease,
    clock,
    firstFrame: 0,
    chain: GENESIS_CHAIN,
    packer: null,
    queueFramesMax: 10_000,
    project: () => ({ players: [] }),
    onLeaseLost: () => {},
    onState: () => {},
  });
  const checkpointer = createCheckpointer({ store, lease, clock, journal, core });
  const playFrame = (): void => {
    const frame = makeFrame(world);
    journal.append(core.frame, frame);
    core.stepFrame(frame);
  };
  addBody(world, { position: [0, 3, 0] });
  return { clock, store, lease, journal, checkpointer, playFrame };
}

/** Lets virtual time pass until `work` is done. */
async function finish<T>(work: Promise<T>, clock: { advance(ms: number): void }): Promise<T> {
  let done = false;
  const ended = work.finally(() => {
    done = true;
  });
  while (!done) {
    clock.advance(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return ended;
}

async function newest(store: MemoryStore): Promise<Checkpoint | null> {
  for await (const checkpoint of store.checkpoints()) return checkpoint;
  return null;
}

async function journalledFrames(store: MemoryStore, lease: RegionLease): Promise<number> {
  let last = -1;
  for await (const group of store.groups(lease.region, 0)) last = group.lastFrame;
  return last + 1;
}

test('a checkpoint is the state at its frame, however the world goes on meanwhile', async () => {
  const { clock, store, lease, journal, checkpointer, playFrame } = await newRegion();
  for (let frame = 0; frame < 7; frame++) playFrame();
  const state = core.snapshot();
  const stateHash = core.stateHash();
  const saved = checkpointer.save();
  for (let frame = 7; frame < 12; frame++) playFrame();
  expect(await finish(saved, clock)).toEqual({ kind: 'committed' });
  expect(await newest(store)).toMatchObject({ frame: 7, stateHash, state });
  const groups: number[] = [];
  await finish(journal.flush(), clock);
  for await (const group of store.groups(lease.region, 0)) groups.push(group.firstFrame);
  expect(groups).toContain(7);
  expect(checkpointer).toMatchObject({ savedFrame: 7, savedCount: 1, stateBytes: state.length });
});

test('it is never stored ahead of the journal', async () => {
  const { clock, store, lease, checkpointer, playFrame } = await newRegion();
  playFrame();
  const saved = checkpointer.save();
  while ((await newest(store)) === null) {
    clock.advance(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(await journalledFrames(store, lease)).toBe(1);
  await saved;
});

test('it is due at once, then a minute after each save, not while one is under way', async () => {
  const { clock, checkpointer } = await newRegion();
  expect(checkpointer.due()).toBe(true);
  const saved = checkpointer.save();
  expect(checkpointer.due()).toBe(false);
  expect(() => checkpointer.save()).toThrow('being saved');
  await finish(saved, clock);
  expect(checkpointer.due()).toBe(false);
  clock.advance(CHECKPOINT_INTERVAL_MS);
  expect(checkpointer.due()).toBe(true);
});

test('of a world that takes long to replay it is due sooner, but not all the time', async () => {
  const { clock, checkpointer } = await newRegion();
  await finish(checkpointer.save(), clock);
  checkpointer.stepped(REPLAY_MAX_MS);
  expect(checkpointer.due()).toBe(false);
  clock.advance(10_000);
  expect(checkpointer.due()).toBe(true);
  await finish(checkpointer.save(), clock);
  clock.advance(20_000);
  expect(checkpointer.due()).toBe(false);
});

test('after a failure it is due again in seconds', async () => {
  const { clock, store, checkpointer, playFrame } = await newRegion();
  store.weather.away = true;
  playFrame();
  expect((await finish(checkpointer.save(), clock)).kind).toBe('unavailable');
  expect(checkpointer).toMatchObject({ failedCount: 1, savedFrame: -1 });
  clock.advance(5000);
  store.weather.away = false;
  expect(checkpointer.due()).toBe(true);
  expect((await finish(checkpointer.save(), clock)).kind).toBe('committed');
});

test('within a frame there is no checkpoint', async () => {
  const { checkpointer, playFrame } = await newRegion();
  playFrame();
  core.step();
  expect(() => checkpointer.save()).toThrow('within a frame');
});

test('every one is read back: what came back altered is told, and tried again', async () => {
  const { clock, store, checkpointer, playFrame } = await newRegion();
  playFrame();
  expect(await finish(checkpointer.saveLast(), clock)).toEqual({ kind: 'committed' });
  const genuine = store.readCheckpoint.bind(store);
  store.readCheckpoint = async (region, frame) => {
    const read = await genuine(region, frame);
    if (read.kind !== 'sound') return read;
    const state = read.checkpoint.state.slice();
    state[state.length >> 1] = (state[state.length >> 1] ?? 0) ^ 1;
    return { kind: 'sound', checkpoint: { ...read.checkpoint, state } };
  };
  playFrame();
  const why = 'checkpoint 2 was read back altered';
  expect(await finish(checkpointer.save(), clock)).toEqual({ kind: 'unverified', why });
  store.readCheckpoint = async () => ({ kind: 'absent' });
  playFrame();
  expect((await finish(checkpointer.saveLast(), clock)).kind).toBe('unverified');
  expect(checkpointer).toMatchObject({ savedFrame: 1, failedCount: 2 });
  clock.advance(5000);
  expect(checkpointer.due()).toBe(true);
});

test('with time states are thinned and the journal begins behind a checkpoint', async () => {
  const { clock, store, lease, checkpointer, playFrame } = await newRegion();
  const days = 33;
  for (let hour = 0; hour < days * 24; hour += 6) {
    playFrame();
    await finish(checkpointer.save(), clock);
    clock.advance(6 * 3_600_000);
  }
  playFrame();
  await finish(checkpointer.save(), clock);
  const marks = await store.checkpointMarks(lease.region, 'with-state');
  const [anchor] = marks;
  // The first of the first month, 30 days, and what is younger than a day.
  expect(marks.length).toBeGreaterThan(31);
  expect(marks.length).toBeLessThan(40);
  const oldest = store.journal[0]?.firstFrame;
  expect(oldest).toBeGreaterThan(anchor?.frame ?? 0);
  expect(marks.map(({ frame }) => frame)).toContain(oldest as number);
});
