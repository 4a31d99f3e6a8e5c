import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { createClock } from '../clock.ts';
import type { Bus, Clock } from '../ports.ts';
import { freePort, startRedis } from '../probe/redis-process.ts';
import { createVirtualClock } from '../sim/virtual-clock.ts';
import { openBus } from './open-bus.ts';

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

interface Rig {
  /** Two servers' views of the same bus; one and the same in process. */
  readonly buses: readonly [Bus, Bus];
  /** Waits until `condition` holds because time passes; at most about a second. */
  pass(condition: () => Promise<boolean>): Promise<void>;
  stop(): Promise<void>;
}

async function startLocal(): Promise<Rig> {
  const clock = createVirtualClock(1_700_000_000_000);
  const bus = await openBus({ redisUrl: null, clock, onFault: () => {} });
  return {
    buses: [bus, bus],
    async pass() {
      clock.advance(1000);
    },
    stop: () => bus.close(),
  };
}

async function startShared(): Promise<Rig> {
  const redis = await startRedis();
  const open = () => openBus({ redisUrl: redis.url, clock: createClock(), onFault: () => {} });
  const buses = [await open(), await open()] as const;
  return {
    buses,
    pass: until,
    async stop() {
      await Promise.all(buses.map((bus) => bus.close()));
      await redis.stop();
    },
  };
}

const RIGS = [
  ['in process', startLocal],
  ['Redis', startShared],
] as const;

describe.each(RIGS)('bus: %s', (_name, start) => {
  let rig: Rig;
  let one: Bus;
  let two: Bus;
  beforeAll(async () => {
    rig = await start();
    [one, two] = rig.buses;
  });
  afterAll(async () => {
    await rig?.stop();
  });

  test('a revoked ticket is revoked for everybody, until its time is over', async () => {
    expect(await two.isRevoked('a')).toBe(false);
    await one.revokeTicket('a', 1);
    await one.revokeTicket('b', 60);
    expect(await two.isRevoked('a')).toBe(true);
    await rig.pass(async () => !(await two.isRevoked('a')));
    expect(await two.isRevoked('a')).toBe(false);
    expect(await two.isRevoked('b')).toBe(true);
  });

  test('epochs grow strictly, whoever asks, each account for itself', async () => {
    const asked = Array.from({ length: 100 }, (_, i) => (i % 2 ? one : two).nextEpoch(7));
    const epochs = await Promise.all(asked);
    expect(new Set(epochs).size).toBe(100);
    const after = await one.nextEpoch(7);
    expect(after).toBeGreaterThan(Math.max(...epochs));
    expect(after).toBeLessThan(2 ** 32);
    const other = await two.nextEpoch(8);
    expect(other).toBeLessThan(after);
    expect(await one.nextEpoch(8)).toBeGreaterThan(other);
  });

  test('a session is found by its account until its time is over', async () => {
    const session = { account: 5, entity: 65_537, epoch: 3 };
    expect(await one.session(5)).toBeNull();
    await one.saveSession(session, 60);
    expect(await two.session(5)).toEqual(session);
    await two.saveSession({ ...session, epoch: 4 }, 0.5);
    expect(await one.session(5)).toEqual({ ...session, epoch: 4 });
    await rig.pass(async () => (await one.session(5)) === null);
    expect(await one.session(5)).toBeNull();
  });

  test('a session without a grace period is never found', async () => {
    await one.saveSession({ account: 6, entity: 1, epoch: 1 }, 0);
    await rig.pass(async () => (await two.session(6)) === null);
    expect(await two.session(6)).toBeNull();
  });

  test('it answers', async () => {
    expect(await one.ping()).toBe(true);
  });
});

describe('bus in process', () => {
  test('epochs go on after a restart', async () => {
    const clock: Clock = createVirtualClock(1_700_000_000_000);
    const before = await openBus({ redisUrl: null, clock, onFault: () => {} });
    const epoch = await before.nextEpoch(1);
    const later = createVirtualClock(1_700_000_005_000);
    const after = await openBus({ redisUrl: null, clock: later, onFault: () => {} });
    expect(await after.nextEpoch(1)).toBeGreaterThan(epoch);
  });
});

describe('bus on a Redis that fails', () => {
  test('calls reject in bounded time and work again when it is back, emptied', async () => {
    const redis = await startRedis();
    const faults: Error[] = [];
    const clock = createClock();
    const bus = await openBus({ redisUrl: redis.url, clock, onFault: (e) => faults.push(e) });
    const epoch = await bus.nextEpoch(1);
    await redis.stop();
    const startedMs = clock.nowMs();
    await expect(bus.isRevoked('a')).rejects.toThrow();
    await expect(bus.nextEpoch(1)).rejects.toThrow();
    expect(await bus.ping()).toBe(false);
    expect(clock.nowMs() - startedMs).toBeLessThan(4000);
    expect(faults.length).toBeGreaterThan(0);

    const again = await startRedis(Number(new URL(redis.url).port));
    await until(() => bus.ping());
    await until(async () => clock.wallMs() / 1000 > epoch + 1);
    expect(await bus.nextEpoch(1)).toBeGreaterThan(epoch);
    await bus.close();
    await again.stop();
  }, 20_000);

  test('one that hangs is given up on', async () => {
    const redis = await startRedis();
    const clock = createClock();
    const bus = await openBus({ redisUrl: redis.url, clock, onFault: () => {} });
    await until(() => bus.ping());
    redis.process.kill('SIGSTOP');
    const startedMs = clock.nowMs();
    await expect(bus.isRevoked('a')).rejects.toThrow();
    expect(clock.nowMs() - startedMs).toBeLessThan(3000);
    redis.process.kill('SIGCONT');
    await until(() => bus.ping());
    await bus.close();
    await redis.stop();
  }, 20_000);

  test('one that was never there does not stop the server from starting', async () => {
    const redisUrl = `redis://127.0.0.1:${await freePort()}`;
    const bus = await openBus({ redisUrl, clock: createClock(), onFault: () => {} });
    expect(await bus.ping()).toBe(false);
    await bus.close();
  });
});
