import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  FRAME_DURATION_MS,
  TICK_DURATION_MS,
  TICKS_PER_FRAME,
} from '../../core-wasm/host/types.ts';
import { INPUT_FRAMES_AHEAD_MAX } from '../predict/history.ts';
import { ClockSync, JUMP_MS, RATE_CHANGE_MAX, SLACK_TARGET_MS } from './clock-sync.ts';

interface Network {
  readonly seed: number;
  readonly upMs: number;
  readonly downMs: number;
  readonly jitterMs: number;
  /** Server ms a client ms. */
  readonly drift: number;
}

/** A client clock against a server, with delays, jitter in order, and the server's reports. */
class Duel {
  readonly clock = new ClockSync();
  readonly slacks: number[] = [];
  nowMs = 1_000;
  /** Added to the server's time: a stall is negative. */
  serverShiftMs = 0;
  upMs: number;

  #events: Array<{ atMs: number; run: () => void }> = [];
  #network: Network;
  #random: () => number;
  #lastUpMs = 0;
  #lastDownMs = 0;
  #sentFrame = -1;
  #sealedFrame: number;
  #worstSlackMs = Number.POSITIVE_INFINITY;
  #reportAtMs = 0;

  constructor(network: Network) {
    this.#network = network;
    this.upMs = network.upMs;
    let state = network.seed | 1;
    this.#random = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state / 2 ** 32;
    };
    this.#sealedFrame = Math.floor(this.#serverMs() / FRAME_DURATION_MS);
    this.clock.onRoundTrip(network.upMs + network.downMs + network.jitterMs);
  }

  run(untilMs: number, onStep: (tick: number, elapsedMs: number) => void = () => {}): void {
    let lastMs = this.nowMs;
    while (this.nowMs < untilMs) {
      this.nowMs += 1;
      this.#server();
      for (const event of this.#due()) event.run();
      // The display looks at its clock every 11 ms.
      if (Math.floor(this.nowMs) % 11 !== 0) continue;
      if (this.clock.running) this.#client();
      onStep(this.clock.tickAt(this.nowMs), this.nowMs - lastMs);
      lastMs = this.nowMs;
    }
  }

  #serverMs(): number {
    return this.nowMs * this.#network.drift + this.serverShiftMs + 77_777;
  }

  #server(): void {
    const frame = Math.floor(this.#serverMs() / FRAME_DURATION_MS);
    if (frame <= this.#sealedFrame) return;
    this.#sealedFrame = frame;
    this.#down(() => this.clock.onFrame(frame, this.nowMs));
    if (this.nowMs < this.#reportAtMs || this.#worstSlackMs > 1e9) return;
    this.#reportAtMs = this.nowMs + 250;
    const slack = Math.round(this.#worstSlackMs);
    this.#worstSlackMs = Number.POSITIVE_INFINITY;
    this.slacks.push(slack);
    this.#down(() => this.clock.onTiming(slack, this.nowMs));
  }

  #client(): void {
    const tick = this.clock.tickAt(this.nowMs);
    const done = Math.floor(tick / TICKS_PER_FRAME) - 1;
    if (this.#sentFrame < 0 || done - this.#sentFrame > 5) this.#sentFrame = done - 1;
    while (this.#sentFrame < done) {
      const frame = ++this.#sentFrame;
      this.clock.onInputSent(this.nowMs);
      this.#up(() => {
        const slack = frame * FRAME_DURATION_MS - this.#serverMs();
        this.#worstSlackMs = Math.min(this.#worstSlackMs, slack);
      });
    }
  }

  #up(run: () => void): void {
    this.#lastUpMs = Math.max(this.#lastUpMs, this.nowMs + this.upMs + this.#jitter());
    this.#events.push({ atMs: this.#lastUpMs, run });
  }

  #down(run: () => void): void {
    const arrivalMs = this.nowMs + this.#network.downMs + this.#jitter();
    this.#lastDownMs = Math.max(this.#lastDownMs, arrivalMs);
    this.#events.push({ atMs: this.#lastDownMs, run });
  }

  #jitter(): number {
    return this.#random() * this.#network.jitterMs;
  }

  #due(): Array<{ run: () => void }> {
    const due = this.#events.filter((event) => event.atMs <= this.nowMs);
    this.#events = this.#events.filter((event) => event.atMs > this.nowMs);
    return due;
  }
}

const networks = fc.record<Network>({
  seed: fc.integer({ min: 1, max: 2 ** 30 }),
  upMs: fc.integer({ min: 1, max: 120 }),
  downMs: fc.integer({ min: 1, max: 120 }),
  jitterMs: fc.integer({ min: 0, max: 40 }),
  drift: fc.double({ min: 0.9995, max: 1.0005, noNaN: true }),
});

describe('clock sync', () => {
  test('settles so that inputs come in time, neither late nor needlessly early', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const duel = new Duel(network);
        duel.run(13_000);
        duel.slacks.length = 0;
        duel.run(25_000);
        const late = duel.slacks.filter((slack) => slack < 0).length;
        const mean = duel.slacks.reduce((sum, slack) => sum + slack, 0) / duel.slacks.length;
        expect(late / duel.slacks.length).toBeLessThan(0.1);
        // The display's 11 ms grid and the jitter stand between the clock and the wire.
        expect(mean).toBeGreaterThan(SLACK_TARGET_MS / 2);
        expect(mean).toBeLessThan(SLACK_TARGET_MS + 15 + 2 * network.jitterMs);
      }),
      { numRuns: 25 },
    );
  });

  test('steers within its limit and never runs backwards', () => {
    fc.assert(
      fc.property(networks, (network) => {
        const duel = new Duel(network);
        duel.run(3_000);
        let last = duel.clock.tickAt(duel.nowMs);
        duel.run(8_000, (tick, elapsedMs) => {
          const rate = ((tick - last) * TICK_DURATION_MS) / elapsedMs;
          expect(Math.abs(rate - 1)).toBeLessThan(RATE_CHANGE_MAX + 1e-6);
          last = tick;
        });
      }),
      { numRuns: 10 },
    );
  });

  const calm: Network = { seed: 5, upMs: 20, downMs: 20, jitterMs: 2, drift: 1 };

  test('jumps when the route gets much longer, and is right again within three seconds', () => {
    const duel = new Duel(calm);
    duel.run(8_000);
    duel.upMs += JUMP_MS + 60;
    duel.run(10_500);
    duel.slacks.length = 0;
    duel.run(12_500);
    expect(Math.min(...duel.slacks)).toBeGreaterThan(0);
    expect(Math.max(...duel.slacks)).toBeLessThan(60);
  });

  test('follows a server that stood still', () => {
    const duel = new Duel(calm);
    duel.run(8_000);
    duel.serverShiftMs -= 400;
    duel.run(11_000);
    duel.slacks.length = 0;
    duel.run(13_000);
    expect(Math.max(...duel.slacks)).toBeLessThan(60);
    expect(Math.min(...duel.slacks)).toBeGreaterThan(0);
  });

  test('what came late twice is reckoned with for four minutes, what came late once is not', () => {
    const duel = new Duel(calm);
    duel.run(8_000);
    const holdUp = (untilMs: number) => {
      duel.upMs += 120;
      duel.run(duel.nowMs + 100);
      duel.upMs -= 120;
      duel.run(untilMs);
    };
    holdUp(20_000);
    expect(duel.clock.isOftenHeldUp).toBe(false);
    expect(duel.clock.targetMs).toBeLessThan(60);
    holdUp(30_000);
    expect(duel.clock.isOftenHeldUp).toBe(true);
    expect(duel.clock.targetMs).toBeGreaterThan(80);
    duel.run(230_000);
    expect(duel.clock.isOftenHeldUp).toBe(true);
    duel.run(300_000);
    expect(duel.clock.isOftenHeldUp).toBe(false);
    expect(duel.clock.targetMs).toBeLessThan(20);
  });

  test('takes the least late frame of a backlog', () => {
    const clock = new ClockSync();
    clock.onRoundTrip(40);
    for (let frame = 100; frame < 120; frame++) clock.onFrame(frame, 5_000);
    const lead = (40 + clock.targetMs) / TICK_DURATION_MS;
    expect(clock.tickAt(5_000)).toBeCloseTo(120 * TICKS_PER_FRAME + lead);
  });

  test('is never further ahead than anybody may predict', () => {
    const furthest = (100 + INPUT_FRAMES_AHEAD_MAX) * TICKS_PER_FRAME;
    const guessing = new ClockSync();
    guessing.onRoundTrip(3_000);
    guessing.onFrame(100, 5_000);
    expect(guessing.tickAt(5_000)).toBeLessThan(furthest);

    const steered = new ClockSync();
    steered.onRoundTrip(40);
    steered.onFrame(100, 5_000);
    for (const atMs of [5_100, 5_350, 5_600]) {
      steered.onInputSent(atMs - 60);
      steered.onTiming(-2_000, atMs);
    }
    expect(steered.tickAt(5_600)).toBeGreaterThan(furthest);
    steered.onFrame(107, 5_351);
    expect(steered.tickAt(5_351)).toBeLessThan(furthest + 7 * TICKS_PER_FRAME);
  });

  test('a suspended page is with the server again at the first frame', () => {
    const duel = new Duel(calm);
    duel.run(6_000);
    duel.serverShiftMs += 30_000;
    duel.run(6_100);
    const behindMs =
      (duel.nowMs + 30_000 + 77_777) / TICK_DURATION_MS - duel.clock.tickAt(duel.nowMs);
    expect(behindMs).toBeLessThan(0);
  });
});
