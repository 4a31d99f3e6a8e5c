import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Link } from '../ports.ts';
import { createVirtualClock } from '../sim/virtual-clock.ts';
import { isRefusal, offeredProtocols } from './door.ts';
import { listenMemory, type MemoryClient } from './listen-memory.ts';
import { type NetworkConditions, PERFECT_NETWORK } from './memory-pipe.ts';

interface Heard {
  readonly atMs: number;
  readonly number: number;
}

const OPTIONS = {
  host: '',
  port: 0,
  tls: null,
  limits: { messageBytesMax: 65_536, hardBufferBytes: 1024 * 1024 },
  admit: async () => ({ account: 1, ticketId: 't', name: 'n' }),
  fetch: () => new Response(),
} as const;

/** One client and one link over a network of the given kind, under virtual time. */
async function connectOne(seed: number, conditions: NetworkConditions) {
  const clock = createVirtualClock(0);
  const up: Heard[] = [];
  const down: Heard[] = [];
  const closes: string[] = [];
  let drains = 0;
  let link: Link | undefined;
  const listener = listenMemory(
    {
      ...OPTIONS,
      clock,
      events: {
        onOpen(opened) {
          link = opened;
        },
        onMessage: (_link, bytes) => up.push({ atMs: clock.nowMs(), number: bytes[0] ?? -1 }),
        onDrain: () => drains++,
        onClose: (_link, code) => closes.push(`server ${code} at ${clock.nowMs()}`),
      },
    },
    { seed, conditions },
  );
  const client = await listener.connect(offeredProtocols('t').join(), {
    onMessage: (bytes) => down.push({ atMs: clock.nowMs(), number: bytes[0] ?? -1 }),
    onClose: (code) => closes.push(`client ${code} at ${clock.nowMs()}`),
  });
  if (isRefusal(client) || link === undefined) throw new Error('refused');
  return {
    clock,
    up,
    down,
    closes,
    link,
    client: client as MemoryClient,
    drains: () => drains,
  };
}

/** Longer than any chain of doubled timeouts that these tests draw. */
const LONG_MS = 24 * 3_600_000;
const BAD_NETWORK = { delayMs: 40, jitterMs: 30, lossRate: 0.1, lossBurst: 3 };

/** 100 messages at 20 Hz, up and down; what was heard and when. */
async function record(seed: number, conditions: NetworkConditions) {
  const { clock, link, client, up, down } = await connectOne(seed, conditions);
  for (let number = 0; number < 100; number++) {
    client.send(Uint8Array.of(number));
    link.send(Uint8Array.of(number));
    clock.advance(50);
  }
  clock.advance(LONG_MS);
  return { up, down };
}

describe('the memory network', () => {
  test('without loss a message takes its delay to the millisecond', async () => {
    const { up, down } = await record(1, { ...PERFECT_NETWORK, delayMs: 30 });
    expect(up).toEqual(Array.from({ length: 100 }, (_, i) => ({ atMs: i * 50 + 30, number: i })));
    expect(down).toEqual(up);
  });

  test('law: whatever the network, all arrive, once, in order, never early', async () => {
    const conditions = fc.record({
      delayMs: fc.nat(200),
      jitterMs: fc.nat(200),
      lossRate: fc.double({ min: 0, max: 0.5, noNaN: true }),
      lossBurst: fc.integer({ min: 1, max: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(), conditions, async (seed, network) => {
        for (const heard of Object.values(await record(seed, network))) {
          expect(heard.map(({ number }) => number)).toEqual(Array.from(Array(100).keys()));
          for (const { atMs, number } of heard) {
            expect(atMs).toBeGreaterThanOrEqual(number * 50 + network.delayMs);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test('the seed decides everything', async () => {
    const first = await record(7, BAD_NETWORK);
    expect(await record(7, BAD_NETWORK)).toEqual(first);
    expect(await record(8, BAD_NETWORK)).not.toEqual(first);
    expect(first.up).not.toEqual(first.down);
  });

  test('a loss is a late message that holds up those behind it', async () => {
    const { down } = await record(3, { delayMs: 40, jitterMs: 0, lossRate: 0.1, lossBurst: 1 });
    const late = down.filter(({ atMs, number }) => atMs > number * 50 + 40);
    const held = down.filter((heard, i) => i > 0 && heard.atMs === down[i - 1]?.atMs);
    expect(late.length).toBeGreaterThan(5);
    expect(late.length).toBeLessThan(80);
    expect(held.length).toBeGreaterThan(5);
    const lateMs = late.map(({ atMs, number }) => Math.round(atMs - number * 50 - 40));
    // The next message's acknowledgement told of it: its 50 ms and a round trip.
    expect(lateMs).toContain(130);
  });

  test('the last message of all is repeated by the timeout, for nothing follows it', async () => {
    const lateMs = new Set<number>();
    for (let seed = 0; seed < 40; seed++) {
      const network = { delayMs: 40, jitterMs: 0, lossRate: 0.3, lossBurst: 1 };
      const { clock, client, up } = await connectOne(seed, network);
      client.send(Uint8Array.of(1));
      clock.advance(LONG_MS);
      lateMs.add(Math.round((up[0]?.atMs ?? Number.NaN) - 40));
    }
    expect([...lateMs].sort((a, b) => a - b).slice(0, 3)).toEqual([0, 280, 840]);
  });

  test('a narrow way makes messages wait for each other', async () => {
    const { clock, link, down } = await connectOne(1, { ...PERFECT_NETWORK, bitsPerSecond: 1e5 });
    for (let number = 0; number < 4; number++) link.send(new Uint8Array(1194).fill(number));
    clock.advance(1000);
    // 1250 bytes with their headers: 100 ms each.
    expect(down.map(({ atMs }) => Math.round(atMs))).toEqual([100, 200, 300, 400]);
  });

  test('a partition of one way holds up that way alone, and both go on behind it', async () => {
    const { clock, link, client, up, down, closes } = await connectOne(1, {
      ...PERFECT_NETWORK,
      delayMs: 40,
    });
    client.partition({ up: true, down: false });
    for (let number = 0; number < 60; number++) {
      client.send(Uint8Array.of(number));
      link.send(Uint8Array.of(number));
      clock.advance(50);
    }
    expect([up.length, down.length]).toEqual([0, 60]);
    client.partition({ up: false, down: false });
    clock.advance(10_000);
    expect(up.map(({ number }) => number)).toEqual(Array.from(Array(60).keys()));
    // Timeouts of 280, 560, 1120 and 2240 ms: the first after the end of the partition.
    expect(up[0]?.atMs).toBe(280 + 560 + 1120 + 2240 + 40);
    expect(closes).toEqual([]);
  });

  test('a close in a partition tells nobody before it is over', async () => {
    const { clock, client, closes } = await connectOne(1, PERFECT_NETWORK);
    client.partition({ up: true, down: true });
    client.close(1000, 'left');
    clock.advance(5_000);
    expect(closes).toEqual(['client 1000 at 0']);
    client.partition({ up: false, down: false });
    clock.advance(10_000);
    expect(closes).toEqual(['client 1000 at 0', 'server 1000 at 6200']);
  });

  test('bursts lose the same share in fewer, longer gaps', async () => {
    const stalls = async (lossBurst: number): Promise<number> => {
      let count = 0;
      for (let seed = 0; seed < 20; seed++) {
        const network = { delayMs: 10, jitterMs: 0, lossRate: 0.02, lossBurst };
        const { down } = await record(seed, network);
        const late = down.map(({ atMs, number }) => atMs > number * 50 + 10);
        count += late.filter((isLate, i) => isLate && !late[i - 1]).length;
      }
      return count;
    };
    const even = await stalls(1);
    expect(even).toBeGreaterThan(20);
    expect(await stalls(5)).toBeLessThan(even * 0.6);
  });

  test('a cut loses what is on its way and both ends learn of it', async () => {
    const { clock, client, link, up, down, closes } = await connectOne(1, {
      ...PERFECT_NETWORK,
      delayMs: 100,
    });
    client.send(Uint8Array.of(1));
    link.send(Uint8Array.of(1));
    clock.advance(50);
    client.cut();
    clock.advance(1000);
    expect(up).toEqual([]);
    expect(down).toEqual([]);
    expect(closes).toEqual(['client 1006 at 50', 'server 1006 at 150']);
    expect(link.send(Uint8Array.of(2))).toBe('closed');
  });

  test('a close travels behind the messages that were sent before it', async () => {
    const { clock, link, down, closes } = await connectOne(1, { ...PERFECT_NETWORK, delayMs: 100 });
    link.send(Uint8Array.of(1));
    link.close(4003, 'superseded');
    expect(closes).toEqual(['server 4003 at 0']);
    clock.advance(1000);
    expect(down).toEqual([{ atMs: 100, number: 1 }]);
    expect(closes).toEqual(['server 4003 at 0', 'client 4003 at 100']);
  });

  test('connections over one air lose what it loses, in the order of their sending', async () => {
    const clock = createVirtualClock(0);
    const heard: number[] = [];
    const events = {
      onOpen: () => {},
      onMessage: (_link: Link, bytes: Uint8Array) => void heard.push(bytes[0] as number),
      onDrain: () => {},
      onClose: () => {},
    };
    const listener = listenMemory({ ...OPTIONS, clock, events }, { seed: 1 });
    const losses = [false, true, true];
    const air = { up: () => losses.shift() ?? false, down: () => false };
    const conditions = { ...PERFECT_NETWORK, delayMs: 40, lossRate: 0.01 };
    const client = { onMessage: () => {}, onClose: () => {} };
    const open = () => listener.connect(offeredProtocols('t').join(), client, conditions, air);
    const [first, second] = [await open(), await open()] as [MemoryClient, MemoryClient];
    for (let number = 0; number < 4; number++) {
      first.send(Uint8Array.of(number));
      second.send(Uint8Array.of(10 + number));
    }
    clock.advance(41);
    // The second and the third segment were lost: one of each, which hold up all behind them.
    expect(heard).toEqual([0]);
    clock.advance(LONG_MS);
    expect(heard.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 10, 11, 12, 13]);
  });

  test('a reader that stops is buffered up to the limit and drained once', async () => {
    const { clock, link, client, down, drains } = await connectOne(1, PERFECT_NETWORK);
    client.pause();
    const message = new Uint8Array(60_000);
    const results = Array.from({ length: 40 }, () => {
      const result = link.send(message);
      clock.advance(10);
      return result;
    });
    expect(results.slice(0, 5)).toEqual(Array(5).fill('sent'));
    expect(results.slice(5, 22)).toEqual(Array(17).fill('queued'));
    expect(results.slice(22)).toEqual(Array(18).fill('dropped'));
    expect(link.bufferedBytes()).toBe(17 * 60_000);
    expect(drains()).toBe(0);
    client.resume();
    clock.advance(10);
    expect(drains()).toBe(1);
    expect(link.bufferedBytes()).toBe(0);
    expect(down).toHaveLength(22);
    expect(link.send(message)).toBe('sent');
  });
});
