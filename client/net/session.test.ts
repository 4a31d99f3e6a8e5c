import { beforeAll, describe, expect, test } from 'bun:test';
import { CloseCode } from '../../core-wasm/host/close-code.ts';
import { Core, type CoreModule, compileCore } from '../../core-wasm/host/core.ts';
import { HORIZON_TICKS } from '../predict/history.ts';
import { randomIntent, seededRandom, TestAuthority } from '../predict/test-authority.ts';
import { openSession, type WorldSession } from './session.ts';
import { TestServer, TestTime } from './test-server.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await compileCore(await Bun.file('build/core.wasm').bytes());
});

/** Display frames of 90 Hz. */
const DISPLAY_MS = 11;

interface Stage {
  readonly time: TestTime;
  readonly server: TestServer;
  readonly session: WorldSession;
  readonly core: Core;
  readonly tickets: string[];
  readonly samples: { intents: number; poses: number };
  /** Runs display frames, `displayMs` apart; promises of the session settle in between. */
  run(durationMs: number, displayMs?: number): Promise<void>;
  /** Time passes without a display frame. */
  sleep(durationMs: number): Promise<void>;
}

async function enter(prepare: (server: TestServer) => void = () => {}): Promise<Stage> {
  const time = new TestTime();
  const authority = await TestAuthority.create(module, 2, 6);
  const server = new TestServer(time, authority, await Core.create(module));
  prepare(server);
  const core = await Core.create(module);
  const random = seededRandom(4);
  const tickets: string[] = [];
  const samples = { intents: 0, poses: 0 };
  const session = openSession({
    url: 'ws://test',
    core,
    nowMs: () => time.nowMs,
    ticket: async () => {
      tickets.push(`t${tickets.length}`);
      return tickets.at(-1) as string;
    },
    sampleIntent: () => {
      samples.intents++;
      return randomIntent(random);
    },
    samplePose: () => {
      samples.poses++;
      return null;
    },
    connect: server.connect,
    schedule: time.after,
    random,
  });
  const pass = async (durationMs: number, stepMs: number, look: () => void) => {
    for (let passedMs = 0; passedMs < durationMs; passedMs += stepMs) {
      time.advance(stepMs);
      look();
      await Promise.resolve();
      await Promise.resolve();
      await Promise.resolve();
    }
  };
  const run = (durationMs: number, displayMs = DISPLAY_MS) =>
    pass(durationMs, displayMs, () => {
      const alpha = session.update(time.nowMs);
      expect(alpha).toBeGreaterThanOrEqual(0);
      expect(alpha).toBeLessThanOrEqual(1);
    });
  const sleep = (durationMs: number) => pass(durationMs, 100, () => {});
  return { time, server, session, core, tickets, samples, run, sleep };
}

/** Both ends agree on every frame that the session confirmed; at least on `atLeast` of them. */
function expectAgreement({ server, session }: Stage, atLeast: number): void {
  let agreed = 0;
  for (let frame = 1; frame <= session.status.confirmedFrame; frame++) {
    const hash = session.hashOfFrame(frame);
    if (hash === null) continue;
    expect(hash).toBe(server.authority.hashes[frame] as bigint);
    agreed++;
  }
  expect(agreed).toBeGreaterThanOrEqual(atLeast);
  expect(session.status.desyncs).toBe(0);
}

describe('a session', () => {
  test('enters, plays in time and agrees with the server', async () => {
    const stage = await enter();
    expect(stage.session.status.connection).toBe('connecting');
    await stage.run(8_000);
    const { status } = stage.session;
    expect(status.connection).toBe('live');
    expect(status.reason).toBe('');
    expect(status.entity).toBe(stage.server.authority.players[0] as number);
    expect(status.account).toBe(100);
    expect(status.rttMs).toBeGreaterThan(39);
    expect(status.rttMs).toBeLessThan(70);
    expect(status.slackMs).toBeGreaterThan(0);
    expect(status.slackMs).toBeLessThan(60);
    expect(status.bytesIn).toBeGreaterThan(status.bytesOut);
    expectAgreement(stage, 140);
    // Once a tick and once a frame, nothing twice.
    const played = stage.core.tick - 3 * (stage.server.joins.length + 8);
    expect(Math.abs(stage.samples.intents - played)).toBeLessThan(40);
    expect(Math.abs(stage.samples.intents / 3 - stage.samples.poses)).toBeLessThan(2);
    // The world is ahead of the server by the way there, a frame and the slack.
    const aheadMs = ((stage.core.tick - stage.server.authority.core.tick) * 1000) / 60;
    expect(aheadMs).toBeGreaterThan(0);
    expect(aheadMs).toBeLessThan(160);
    expect(stage.session.bodies.current.count).toBe(stage.core.bodyCount);
    expect(stage.session.players.previous.count).toBe(2);
  });

  test('plays every tick in time on a display of four frames a second', async () => {
    const stage = await enter();
    await stage.run(3_000);
    const { intents } = stage.samples;
    const { tick } = stage.core;
    await stage.run(6_000, 250);
    expect(stage.samples.intents - intents).toBeGreaterThan((stage.core.tick - tick) * 0.95);
    expect(stage.core.tick - tick).toBeGreaterThan(340);
    expect(stage.session.status.slackMs).toBeGreaterThan(0);
    expect(stage.session.status.slackMs).toBeLessThan(80);
    expectAgreement(stage, 140);
  });

  test('resumes after a cut without a snapshot', async () => {
    const stage = await enter();
    await stage.run(3_000);
    stage.server.cut();
    await stage.run(50);
    expect(stage.session.status.connection).toBe('reconnecting');
    expect(stage.session.status.retryInMs).toBeGreaterThan(0);
    expect(stage.session.status.closeCode).toBe(1006);
    await stage.run(3_000);
    expect(stage.session.status.connection).toBe('live');
    expect(stage.server.joins.map((join) => join.resumed)).toEqual([false, true]);
    expect(stage.tickets).toEqual(['t0']);
    expectAgreement(stage, 100);
  });

  test('starts over with a snapshot after a long absence of the server', async () => {
    const stage = await enter();
    await stage.run(2_000);
    stage.server.down = true;
    stage.server.cut(CloseCode.GOING_AWAY);
    await stage.run(20_000);
    expect(stage.session.status.connection).toBe('reconnecting');
    // Prediction went as far as it may and stands.
    const standing = stage.core.tick;
    expect(standing).toBeLessThan(40 * 3 + HORIZON_TICKS + 20);
    stage.server.down = false;
    await stage.run(8_000);
    expect(stage.session.status.connection).toBe('live');
    expect(stage.server.joins.map((join) => join.resumed)).toEqual([false, false]);
    expect(stage.core.tick).toBeGreaterThan(standing + 900);
    expectAgreement(stage, 20);
  });

  test('asks for a new ticket when the one at hand is refused', async () => {
    const stage = await enter((server) => {
      server.ticket = 't1';
    });
    await stage.run(1_500);
    expect(stage.session.status.connection).toBe('live');
    expect(stage.tickets).toEqual(['t0', 't1']);
    stage.server.ticket = 't2';
    stage.server.cut();
    await stage.run(1_500);
    expect(stage.session.status.connection).toBe('live');
    expect(stage.tickets).toEqual(['t0', 't1', 't2']);
  });

  test('knocks ever more slowly while the server refuses', async () => {
    const stage = await enter((server) => {
      server.ticket = 'none';
    });
    await stage.run(60_000);
    expect(stage.session.status.connection).toBe('reconnecting');
    expect(stage.tickets.length).toBeGreaterThan(10);
    expect(stage.tickets.length).toBeLessThan(25);
  });

  test('stays away after a close that is final', async () => {
    const stage = await enter();
    await stage.run(1_000);
    stage.server.cut(CloseCode.SUPERSEDED);
    await stage.run(5_000);
    expect(stage.session.status.connection).toBe('closed');
    expect(stage.session.status.closeCode).toBe(CloseCode.SUPERSEDED);
    expect(stage.server.joins).toHaveLength(1);
  });

  test('notices a server that has gone silent', async () => {
    const stage = await enter();
    await stage.run(2_000);
    stage.server.silent = true;
    await stage.run(2_000);
    expect(stage.session.status.connection).toBe('live');
    await stage.run(2_000);
    expect(stage.session.status.connection).not.toBe('live');
    stage.server.silent = false;
    await stage.run(20_000);
    expect(stage.session.status.connection).toBe('live');
    expectAgreement(stage, 20);
  });

  test('goes on from a snapshot that comes instead of frames', async () => {
    const stage = await enter();
    await stage.run(2_000);
    stage.server.withholding = true;
    await stage.run(700);
    stage.server.withholding = false;
    stage.server.sendSnapshot();
    await stage.run(3_000);
    expect(stage.server.joins).toHaveLength(1);
    expect(stage.session.status.connection).toBe('live');
    expectAgreement(stage, 80);
    const { confirmedFrame } = stage.session.status;
    expect(stage.server.authority.core.frame - confirmedFrame).toBeLessThan(5);
  });

  test('comes back for a snapshot when a frame is missing', async () => {
    const stage = await enter();
    await stage.run(2_000);
    stage.server.withholding = true;
    await stage.run(120);
    stage.server.withholding = false;
    await stage.run(2_000);
    expect(stage.session.status.connection).toBe('live');
    expect(stage.server.joins.map((join) => join.resumed)).toEqual([false, false]);
    expectAgreement(stage, 25);
  });

  test('plays on while its world is replaced because it differs from the server’s', async () => {
    const stage = await enter();
    await stage.run(2_000);
    stage.server.falsify();
    const { tick } = stage.core;
    await stage.run(3_000);
    expect(stage.session.status.desyncs).toBe(1);
    expect(stage.session.status.connection).toBe('live');
    expect([stage.server.repairs, stage.server.joins.length]).toEqual([1, 1]);
    expect(stage.core.tick - tick).toBeGreaterThan(170);
    expect(stage.session.hashOfFrame(stage.session.status.confirmedFrame)).not.toBeNull();
  });

  test('closes on bytes that are no message and comes back', async () => {
    const stage = await enter();
    await stage.run(1_000);
    stage.server.sendRaw(new Uint8Array([0xff, 1, 2, 3]));
    await stage.run(2_000);
    expect(stage.server.joins).toHaveLength(2);
    expect(stage.session.status.connection).toBe('live');
  });

  test('keeps the connection while nobody looks, and is live once somebody does', async () => {
    const stage = await enter();
    await stage.run(2_000);
    await stage.sleep(20_000);
    const confirmed = stage.session.status.confirmedFrame;
    expect(stage.server.authority.core.frame - confirmed).toBeLessThan(15);
    await stage.run(100);
    expect(stage.session.status.connection).toBe('live');
    expect(stage.server.joins).toHaveLength(1);
    await stage.run(1_000);
    expectAgreement(stage, 150);
  });

  test('knocks at once when somebody looks again', async () => {
    const stage = await enter();
    await stage.run(2_000);
    stage.server.down = true;
    stage.server.cut();
    await stage.sleep(60_000);
    expect(stage.session.status.connection).toBe('reconnecting');
    // Just after an attempt, so that the next is seconds away.
    for (let i = 0; i < 100 && stage.session.status.retryInMs < 2_000; i++) await stage.sleep(100);
    stage.server.down = false;
    await stage.sleep(600);
    expect(stage.session.status.retryInMs).toBeGreaterThan(1_000);
    await stage.run(400);
    expect(stage.session.status.connection).toBe('live');
  });

  test('leaves for good', async () => {
    const stage = await enter();
    await stage.run(1_000);
    stage.session.close();
    await stage.run(3_000);
    expect(stage.session.status.connection).toBe('closed');
    expect(stage.server.joins).toHaveLength(1);
  });
});
