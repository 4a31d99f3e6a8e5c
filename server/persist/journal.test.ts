import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { createCodec } from '../../core-wasm/host/core.ts';
import { openCore, steady } from '../../core-wasm/test/world.ts';
import type { JournalGroup, Projection, StoreOutcome } from '../ports.ts';
import { createVirtualClock } from '../sim/virtual-clock.ts';
import { GENESIS_CHAIN, nextChain, packFrames, unpackFrames } from './chain.ts';
import { beginsRun, GroupReader } from './group.ts';
import {
  createJournal,
  FLUSH_INTERVAL_MS,
  type GroupCommit,
  type JournalOptions,
} from './journal.ts';

const LEASE = { region: 1, epoch: 1 };
const COMMITTED: StoreOutcome = { kind: 'committed' };
const AWAY: StoreOutcome = { kind: 'unavailable', cause: 'away' };
const LEASE_LOST: StoreOutcome = { kind: 'lease-lost' };

interface Write {
  readonly group: JournalGroup;
  readonly projection: Projection;
  readonly answer: (outcome: StoreOutcome) => Promise<void>;
}

/** Runs what promises have made ready. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A journal from frame 100 on, whose store answers when the test says so. */
function newJournal(given: Partial<JournalOptions> = {}) {
  const clock = createVirtualClock(0);
  const writes: Write[] = [];
  const seen: string[] = [];
  const journal = createJournal({
    store: {
      appendGroup: (_lease, group, projection) =>
        new Promise((resolve) => {
          const answer = (outcome: StoreOutcome) => {
            resolve(outcome);
            return settle();
          };
          writes.push({ group, projection, answer });
        }),
    },
    lease: LEASE,
    clock,
    firstFrame: 100,
    chain: GENESIS_CHAIN,
    packer: null,
    queueFramesMax: 10_000,
    project: () => ({ players: [{ account: journal.nextFrame, x: 0, y: 0, z: 0, yaw: 0 }] }),
    onLeaseLost: () => seen.push('lease-lost'),
    onState: (state, cause) => seen.push(cause === null ? state : `${state}: ${cause}`),
    ...given,
  });
  const newest = (): Write => {
    const write = writes.at(-1);
    if (!write) throw new Error('nothing was written');
    return write;
  };
  return { clock, journal, writes, seen, newest };
}

function frameBytes(frame: number, size = 8): Uint8Array {
  return new Uint8Array(size).fill(frame);
}

function framesOf(group: JournalGroup): number[] {
  const unpacked = unpackFrames(group.payload);
  if (unpacked.kind === 'torn') throw new Error('torn');
  return unpacked.frames.map((frame) => frame[0] ?? -1);
}

test('frames are written every interval as one chained group, as appended', async () => {
  const { clock, journal, writes, newest } = newJournal();
  const buffer = Buffer.from(frameBytes(100));
  journal.append(100, buffer);
  buffer.fill(0);
  journal.append(101, frameBytes(101));
  clock.advance(FLUSH_INTERVAL_MS - 1);
  expect(writes).toHaveLength(0);
  clock.advance(1);
  const payload = packFrames([frameBytes(100), frameBytes(101)]);
  const chain = nextChain(GENESIS_CHAIN, payload);
  expect(newest().group).toEqual({ firstFrame: 100, lastFrame: 101, payload, chain });
  expect(journal.durableFrame).toBe(99);
  await newest().answer(COMMITTED);
  expect(journal).toMatchObject({ durableFrame: 101, queuedBytes: 0, groupsCommitted: 1 });
  journal.append(102, frameBytes(102));
  clock.advance(FLUSH_INTERVAL_MS);
  expect(newest().group.chain).toEqual(nextChain(chain, packFrames([frameBytes(102)])));
});

test('nothing is written while nothing is appended', () => {
  const { clock, writes } = newJournal();
  clock.advance(10 * FLUSH_INTERVAL_MS);
  expect(writes).toHaveLength(0);
});

test('one write is in flight at a time, and one that takes long means being behind', async () => {
  const { clock, journal, writes, seen, newest } = newJournal();
  journal.append(100, frameBytes(100));
  clock.advance(FLUSH_INTERVAL_MS);
  journal.append(101, frameBytes(101));
  clock.advance(5 * FLUSH_INTERVAL_MS);
  expect(writes).toHaveLength(1);
  expect(seen).toEqual(['behind']);
  await newest().answer(COMMITTED);
  clock.advance(FLUSH_INTERVAL_MS);
  expect(writes).toHaveLength(2);
  await newest().answer(COMMITTED);
  expect(seen).toEqual(['behind', 'ok']);
  expect(journal.durableFrame).toBe(101);
});

test('a store that stays slow is behind all the time, not only late in each write', async () => {
  const { clock, journal, seen, newest } = newJournal();
  for (let frame = 100; frame < 105; frame++) {
    journal.append(frame, frameBytes(frame));
    clock.advance(FLUSH_INTERVAL_MS);
    clock.advance(1000);
    await newest().answer(COMMITTED);
  }
  expect(seen).toEqual(['behind']);
  journal.append(105, frameBytes(105));
  clock.advance(FLUSH_INTERVAL_MS);
  await newest().answer(COMMITTED);
  expect(seen).toEqual(['behind', 'ok']);
});

test('a store that fails gets the very same group again, ever more patiently', async () => {
  const { clock, journal, writes, seen, newest } = newJournal();
  journal.append(100, frameBytes(100));
  const gapsMs: number[] = [];
  let lastMs = 0;
  while (writes.length < 8) {
    const before = writes.length;
    clock.advance(FLUSH_INTERVAL_MS);
    if (writes.length === before) continue;
    gapsMs.push(clock.nowMs() - lastMs);
    lastMs = clock.nowMs();
    await newest().answer(AWAY);
  }
  const intervals = gapsMs.map((gapMs) => gapMs / FLUSH_INTERVAL_MS);
  expect(intervals).toEqual([1, 2, 3, 5, 9, 18, 18, 18]);
  expect(new Set(writes.map((write) => write.group)).size).toBe(1);
  expect(seen).toEqual(['behind: away']);
  journal.append(101, frameBytes(101));
  clock.advance(18 * FLUSH_INTERVAL_MS);
  await newest().answer(COMMITTED);
  clock.advance(FLUSH_INTERVAL_MS);
  await newest().answer(COMMITTED);
  expect(seen).toEqual(['behind: away', 'ok']);
  expect(framesOf(newest().group)).toEqual([101]);
  expect(journal.writesFailed).toBe(8);
});

test('whatever the store does, it gets every frame once, in order, in one chain', async () => {
  const outcomes = fc.array(fc.constantFrom(COMMITTED, COMMITTED, AWAY), { maxLength: 40 });
  const sizes = fc.array(fc.integer({ min: 0, max: 90_000 }), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(outcomes, sizes, async (script, frameSizes) => {
      const { clock, journal, writes } = newJournal();
      const stored: JournalGroup[] = [];
      let answered = 0;
      const answerAll = async (next: () => StoreOutcome): Promise<void> => {
        for (let write = writes[answered]; write; write = writes[answered]) {
          answered++;
          const outcome = next();
          if (outcome === COMMITTED) stored.push(write.group);
          await write.answer(outcome);
        }
      };
      for (const [index, size] of frameSizes.entries()) {
        expect(journal.append(100 + index, frameBytes(index, size))).toBe(true);
        clock.advance(100);
        await answerAll(() => script.shift() ?? COMMITTED);
      }
      while (journal.durableFrame < journal.nextFrame - 1) {
        clock.advance(FLUSH_INTERVAL_MS);
        await answerAll(() => COMMITTED);
      }
      let chain: Uint8Array = GENESIS_CHAIN;
      const frames: Uint8Array[] = [];
      for (const group of stored) {
        expect(group.firstFrame).toBe(100 + frames.length);
        const unpacked = unpackFrames(group.payload);
        if (unpacked.kind === 'torn') throw new Error('torn');
        frames.push(...unpacked.frames);
        expect(group.lastFrame).toBe(99 + frames.length);
        chain = nextChain(chain, group.payload);
        expect(group.chain).toEqual(chain);
      }
      expect(frames).toEqual(frameSizes.map((size, index) => frameBytes(index, size)));
      expect(journal.queuedBytes).toBe(0);
      journal.stop();
    }),
    { numRuns: 60 },
  );
});

test('the picture of the world goes only with the group that holds the newest frame', async () => {
  const { clock, journal, writes } = newJournal();
  for (let frame = 100; frame < 103; frame++) journal.append(frame, frameBytes(frame, 200_000));
  clock.advance(FLUSH_INTERVAL_MS);
  for (let index = 0; index < writes.length; index++) await writes[index]?.answer(COMMITTED);
  expect(writes.map((write) => framesOf(write.group))).toEqual([[100], [101], [102]]);
  expect(writes.map((write) => write.projection.players.map((player) => player.account))).toEqual([
    [],
    [],
    [103],
  ]);
});

test('a full queue takes nothing until something was written, and loses nothing', async () => {
  const { clock, journal, seen, newest } = newJournal({ queueBytesMax: 30 });
  expect(journal.append(100, frameBytes(100))).toBe(true);
  clock.advance(FLUSH_INTERVAL_MS);
  expect(journal.append(101, frameBytes(101))).toBe(true);
  expect(journal.append(102, frameBytes(102))).toBe(true);
  expect(journal.append(103, frameBytes(103))).toBe(false);
  expect(journal).toMatchObject({ state: 'full', nextFrame: 103 });
  await newest().answer(COMMITTED);
  expect(seen).toEqual(['full', 'ok']);
  expect(journal.append(103, frameBytes(103))).toBe(true);
  clock.advance(FLUSH_INTERVAL_MS);
  await newest().answer(COMMITTED);
  expect(framesOf(newest().group)).toEqual([101, 102, 103]);
});

test('a lost lease is told once and ends the journal', async () => {
  const { clock, journal, writes, seen, newest } = newJournal();
  journal.append(100, frameBytes(100));
  clock.advance(FLUSH_INTERVAL_MS);
  await newest().answer(LEASE_LOST);
  expect(seen).toEqual(['lease-lost']);
  expect(journal.append(101, frameBytes(101))).toBe(false);
  expect(await journal.flush()).toEqual(LEASE_LOST);
  clock.advance(60_000);
  expect(writes).toHaveLength(1);
  expect(journal.durableFrame).toBe(99);
});

test('flush waits for the write in flight and then writes the rest at once', async () => {
  const { clock, journal, writes, newest } = newJournal();
  journal.append(100, frameBytes(100));
  clock.advance(FLUSH_INTERVAL_MS);
  journal.append(101, frameBytes(101));
  const flushed = journal.flush();
  await newest().answer(AWAY);
  expect(writes).toHaveLength(2);
  await newest().answer(COMMITTED);
  expect(framesOf(newest().group)).toEqual([101]);
  await newest().answer(COMMITTED);
  expect(await flushed).toEqual(COMMITTED);
  expect(journal.durableFrame).toBe(101);
  expect(await journal.flush()).toEqual(COMMITTED);
  expect(writes).toHaveLength(3);
});

test('flush reports a store that is away after one attempt', async () => {
  const { journal, newest } = newJournal();
  journal.append(100, frameBytes(100));
  const flushed = journal.flush();
  await newest().answer(AWAY);
  expect(await flushed).toEqual(AWAY);
});

test('sealing gives the chain value after the last appended frame', async () => {
  const { clock, journal, writes } = newJournal();
  journal.append(100, frameBytes(100));
  const chain = journal.seal();
  journal.append(101, frameBytes(101));
  clock.advance(FLUSH_INTERVAL_MS);
  await writes[0]?.answer(COMMITTED);
  expect(writes[0]?.group).toMatchObject({ firstFrame: 100, lastFrame: 100, chain });
  clock.advance(FLUSH_INTERVAL_MS);
  expect(writes[1]?.group).toMatchObject({ firstFrame: 101, lastFrame: 101 });
  expect(newJournal().journal.seal()).toEqual(GENESIS_CHAIN);
});

test('a frame out of turn is a broken invariant', () => {
  const { journal } = newJournal();
  expect(() => journal.append(101, frameBytes(101))).toThrow('expects frame 100');
});

test('what came during a long write goes at once behind it', async () => {
  const { clock, journal, writes, newest } = newJournal();
  journal.append(100, frameBytes(100));
  clock.advance(FLUSH_INTERVAL_MS);
  journal.append(101, frameBytes(101));
  clock.advance(FLUSH_INTERVAL_MS + 10);
  journal.append(102, frameBytes(102));
  await newest().answer(COMMITTED);
  expect(writes.map(({ group }) => framesOf(group))).toEqual([[100], [101, 102]]);
  journal.append(103, frameBytes(103));
  await newest().answer(COMMITTED);
  expect(writes).toHaveLength(2);
});

test('of a steady store a crash takes at most an interval and a write', async () => {
  const interval = FLUSH_INTERVAL_MS;
  for (const writeMs of [0, 5, 40, 249, 250, 400, 900]) {
    const lags: number[] = [];
    const clock = createVirtualClock(0);
    const { journal } = newJournal({
      clock,
      store: {
        appendGroup: () => new Promise((resolve) => clock.after(writeMs, () => resolve(COMMITTED))),
      },
      onCommit: ({ lagMs }) => lags.push(lagMs),
    });
    for (let ms = 0; ms < 6000; ms += 10) {
      if (ms % 50 === 30) journal.append(journal.nextFrame, frameBytes(1));
      clock.advance(10);
      await settle();
    }
    journal.stop();
    // Promises settle only where this test lets them, every 10 ms.
    expect(Math.max(...lags)).toBeLessThanOrEqual(Math.max(interval, writeMs + 10) + writeMs + 10);
    expect(lags.length).toBeGreaterThan(5);
  }
});

test('a tick that has the time begins the write itself, behind every fourth frame', async () => {
  const { clock, journal, writes, newest } = newJournal();
  const begunMs: number[] = [];
  for (let frame = 100; frame < 112; frame++) {
    journal.append(frame, frameBytes(1));
    clock.advance(17);
    const before = writes.length;
    journal.workAhead();
    if (writes.length > before) {
      begunMs.push(clock.nowMs());
      await newest().answer(COMMITTED);
    }
    clock.advance(33);
  }
  expect(begunMs).toEqual([217, 417]);
  expect(writes.map(({ group }) => group.lastFrame)).toEqual([104, 108]);
  journal.workAhead();
  journal.workAhead();
  expect(writes).toHaveLength(3);
});

test('a write under way is not joined by another one, whatever the tick has time for', () => {
  const { clock, journal, writes } = newJournal();
  journal.append(100, frameBytes(1));
  clock.advance(FLUSH_INTERVAL_MS);
  journal.append(101, frameBytes(1));
  clock.advance(FLUSH_INTERVAL_MS - 1);
  journal.workAhead();
  expect(writes).toHaveLength(1);
});

test('so many frames that are not durable are enough, however small', async () => {
  const { clock, journal, seen, newest } = newJournal({ queueFramesMax: 3 });
  for (let frame = 100; frame < 103; frame++)
    expect(journal.append(frame, frameBytes(1))).toBe(true);
  expect(journal.append(103, frameBytes(1))).toBe(false);
  expect(journal).toMatchObject({ state: 'full', queuedFrames: 3 });
  clock.advance(FLUSH_INTERVAL_MS);
  await newest().answer(COMMITTED);
  expect(seen).toEqual(['full', 'ok']);
  expect(journal.append(103, frameBytes(1))).toBe(true);
});

test('each commit tells what it took, and how old its first frame was', async () => {
  const commits: GroupCommit[] = [];
  const { clock, journal, newest } = newJournal({ onCommit: (commit) => commits.push(commit) });
  clock.advance(100);
  journal.append(100, frameBytes(100));
  journal.append(101, frameBytes(101));
  clock.advance(FLUSH_INTERVAL_MS - 100);
  clock.advance(30);
  await newest().answer(COMMITTED);
  const lagMs = FLUSH_INTERVAL_MS - 100 + 30;
  expect(commits).toEqual([{ bytes: 24, frames: 2, writeMs: 30, lagMs }]);
});

test('packed as soon as there is time, or at last when it is sealed', async () => {
  const core = await openCore();
  const { clock, journal, newest } = newJournal({ packer: core });
  const entry = core.encodeEntry(steady({}));
  const frames = [100, 101, 102].map((frame) => {
    core.frameBegin(frame, 0n);
    for (let id = 1; id < 50; id++) core.addInput(id, entry);
    return core.frameEnd();
  });
  const append = (index: number) => journal.append(100 + index, frames[index] as Uint8Array);
  append(0);
  append(1);
  const before = journal.queuedBytes;
  journal.workAhead();
  expect(journal.queuedBytes).toBeLessThan(before / 2);
  append(2);
  clock.advance(FLUSH_INTERVAL_MS);
  const { payload } = newest().group;
  expect(journal.queuedBytes).toBe(payload.length);
  await newest().answer(COMMITTED);
  expect(journal.queuedBytes).toBe(0);
  const reader = new GroupReader(await createCodec(core.module));
  expect(reader.read(payload)).toEqual({ kind: 'frames', frames });
});

test('behind a checkpoint reading can begin', async () => {
  const core = await openCore();
  const { clock, journal, writes, newest } = newJournal({ packer: core });
  for (let frame = 100; frame < 104; frame++) {
    core.frameBegin(frame, 0n);
    journal.append(frame, core.frameEnd());
    if (frame === 102) journal.seal();
    clock.advance(FLUSH_INTERVAL_MS);
    await newest().answer(COMMITTED);
  }
  expect(writes.map(({ group }) => beginsRun(group.payload))).toEqual([true, false, false, true]);
});
