import { openSession, type WorldSession } from '../../client/net/session.ts';
import type { Core } from '../../core-wasm/host/core.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import type { Bot, BotOptions, ProofCounts } from './bot.ts';
import { connectCounted, newLinkCounts } from './links.ts';
import { createStopwatch } from './stopwatch.ts';
import type { Walk } from './walk.ts';

/** About a tick. */
const UPDATE_INTERVAL_MS = 16;
/** How often the bot looks where it stands, ms. */
const LOOK_INTERVAL_MS = 500;

/** The whole client but for the picture: predicts, rolls back, compares every proof it is sent. */
export class FullBot implements Bot {
  ackedAtMs = Number.NEGATIVE_INFINITY;

  readonly #session: WorldSession;
  readonly #core: Core;
  readonly #link = newLinkCounts();
  #walk: Walk | null = null;
  #bornTick = -1;
  #confirmedFrame = -1;
  #provenFrame = -1;
  #proofs = 0;
  readonly #inWorld = createStopwatch();
  readonly #nowMs: () => number;
  #lookedMs = 0;
  #home: Float32Array | null = null;
  #strayM = 0;

  constructor({ url, login, nowMs, walk, onIncident }: BotOptions, core: Core) {
    this.#core = core;
    this.#nowMs = nowMs;
    const walkNow = (): Walk => {
      this.#walk ??= walk(login.account);
      // A server that was restarted may go on from before this bot came.
      if (this.#bornTick < 0 || this.#bornTick > core.tick) {
        this.#bornTick = core.frame * TICKS_PER_FRAME;
      }
      return this.#walk;
    };
    this.#session = openSession({
      url,
      ticket: login.ticket,
      core,
      nowMs,
      isShown: false,
      ...(onIncident === undefined ? {} : { onIncident }),
      connect: connectCounted(this.#link),
      sampleIntent: () => walkNow().intentAt(core.tick - this.#bornTick),
      samplePose: () => walkNow().poseAt((core.tick - this.#bornTick) / TICKS_PER_FRAME),
    });
  }

  get live(): boolean {
    return this.#session.status.connection === 'live';
  }

  get reason(): string {
    return this.#session.status.reason;
  }

  get bytesIn(): number {
    return this.#session.status.bytesIn;
  }

  get bytesOut(): number {
    return this.#session.status.bytesOut;
  }

  get frames(): number {
    return this.#link.frames;
  }

  get inputs(): number {
    return this.#link.inputs;
  }

  get proofs(): ProofCounts {
    const { repairs, enters, leaves } = this.#link;
    const { desyncs } = this.#session.status;
    const [confirmed, strayM] = [this.#proofs, this.#strayM];
    return { confirmed, desyncs, repairs, enters, leaves, strayM };
  }

  liveMs(nowMs: number): number {
    return this.#inWorld.totalMs(nowMs);
  }

  advance(nowMs: number): number {
    this.#session.update(nowMs);
    const { confirmedFrame, provenFrame } = this.#session.status;
    if (confirmedFrame !== this.#confirmedFrame) this.ackedAtMs = nowMs;
    this.#confirmedFrame = confirmedFrame;
    // Proofs come once a second, so that none slips through between two looks.
    if (provenFrame > this.#provenFrame) this.#proofs++;
    this.#provenFrame = provenFrame;
    if (this.live) this.#inWorld.start(nowMs);
    else this.#inWorld.stop(nowMs);
    if (this.live && nowMs - this.#lookedMs > LOOK_INTERVAL_MS) this.#look(nowMs);
    return nowMs + UPDATE_INTERVAL_MS;
  }

  close(): void {
    this.#inWorld.stop(this.#nowMs());
    this.#session.close();
  }

  #look(nowMs: number): void {
    this.#lookedMs = nowMs;
    const at = new Float32Array(3);
    if (!this.#core.bodyPosition(this.#session.status.entity, at)) return;
    this.#home ??= at;
    const x = (at[0] as number) - (this.#home[0] as number);
    const z = (at[2] as number) - (this.#home[2] as number);
    this.#strayM = Math.max(this.#strayM, Math.hypot(x, z));
  }
}
