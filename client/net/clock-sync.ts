import {
  FRAME_DURATION_MS,
  TICK_DURATION_MS,
  TICKS_PER_FRAME,
} from '../../core-wasm/host/types.ts';
import { INPUT_FRAMES_AHEAD_MAX } from '../predict/history.ts';

/** How early inputs shall reach the server, besides what jitter asks for. */
export const SLACK_TARGET_MS = 3;
/**
 * Mean deviations of slack that are kept in reserve. A report names the least of five inputs, so
 * that three, 2.4 standard deviations of it, leave one input in some five hundred late.
 */
const JITTER_FACTOR = 2.5;
const JITTER_MIN_MS = 2;
/** Jitter is not allowed to push the client further ahead than this. */
const JITTER_SLACK_MAX_MS = 80;
/**
 * Reports that shortfalls are remembered from: four minutes. Once is an accident, twice is the
 * network's way and will come again: then slack must cover the worst of them. The second worst of a
 * minute was too little for segments that are lost in a row, which come every other minute on a
 * line of 2 % loss.
 */
const SHORTFALL_REPORTS = 960;
/**
 * What comes late by less costs one replaced frame, in which the last intent goes on: nobody sees
 * it, while slack against it delays everything that everybody sees of this player.
 */
const SHORTFALL_MIN_MS = FRAME_DURATION_MS;
/**
 * A repeated segment is a round trip late, and 50 ms more for each that was lost behind it; beyond
 * this waiting would cost more than it saves.
 */
export const SHORTFALL_MAX_MS = 300;
/** Of so much a lead may cover one, but not the repetition's own loss on top. */
const HELD_UP_MS = SHORTFALL_MAX_MS / 3;
/** Time runs at most so much faster or slower: below what a player can feel. */
export const RATE_CHANGE_MAX = 0.05;
/** An error beyond this is jumped over instead of steered away. */
export const JUMP_MS = 150;
/** One late input is an accident: a jump needs this many reports that agree. */
const JUMP_REPORTS = 3;
/** Share of a reported error that is corrected: being late is worse than being early. */
const GAIN_LATE = 0.6;
const GAIN_EARLY = 0.25;
/** Share of a new sample in the averages. */
const SMOOTHING = 1 / 8;
/** Sent inputs that are remembered: three seconds. */
const SENT_FRAMES_MAX = 64;
/** Time that a report covers. */
const REPORT_INTERVAL_MS = 250;
/** A report on nothing newer than this before the round trip says nothing. */
const REPORT_AGE_MAX_MS = 1_000;
/**
 * Nobody may predict further ahead of the newest frame. A clock beyond it would ask for ticks that
 * are never played; so no input would leave, no report come, and nothing ever set it right.
 */
const LEAD_TICKS_MAX = (INPUT_FRAMES_AHEAD_MAX - 1) * TICKS_PER_FRAME;

/**
 * Says which tick the client should be at, so that its inputs come in just before they are needed.
 *
 * An input leaves at the end of its frame and must arrive before the server's first tick of it. So
 * the client runs a frame, half a round trip and the slack ahead. The first guess comes from the
 * arrival of frames and the round trip; after that only the server's own word counts, because half
 * of the round trip is a guess and the slack is measured.
 *
 * A report tells of inputs that left before some of our steering. What was steered since is added
 * to the report; without that the loop would correct each error twice and swing.
 */
export class ClockSync {
  /** Round trip, averaged, ms; 0 before the first sample. */
  rttMs = 0;
  /** Slack that the server last reported, ms. */
  slackMs = 0;
  /** Mean deviation of the reported slack, ms. */
  jitterMs = 0;

  #state: 'stopped' | 'guessing' | 'steering' = 'stopped';
  #tick = 0;
  #atMs = 0;
  /** What is still to be steered, ms; positive runs faster. */
  #pendingMs = 0;
  /** All that was ever steered, ms. */
  #steeredMs = 0;
  /** When inputs were sent, and what had been steered by then; the newest at `#sentCount` − 1. */
  readonly #sentAtMs = new Float64Array(SENT_FRAMES_MAX);
  readonly #steeredAtSend = new Float64Array(SENT_FRAMES_MAX);
  #sentCount = 0;
  /** Mean of what the slack would be without any steering: moves by the network alone. */
  #meanUnsteeredMs = 0;
  /** How far below the mean each report was, ms; the newest at `#reportCount` − 1. */
  readonly #shortfallsMs = new Float64Array(SHORTFALL_REPORTS);
  #reportCount = 0;
  #shortfallMs = 0;
  /** The second worst of them. */
  #repeatedMs = 0;
  #farReports = 0;
  /** The worst of far reports that may still turn out to be accidents, ms; Infinity for none. */
  #farMs = Number.POSITIVE_INFINITY;
  #deafUntilMs = 0;

  get running(): boolean {
    return this.#state !== 'stopped';
  }

  /** Inputs were held up by more than a lead is good for when it happens twice in a row. */
  get isOftenHeldUp(): boolean {
    return this.#repeatedMs >= HELD_UP_MS;
  }

  /** Slack that is steered for, ms. */
  get targetMs(): number {
    const jitterMs = Math.min(this.jitterMs * JITTER_FACTOR, JITTER_SLACK_MAX_MS);
    return SLACK_TARGET_MS + Math.max(jitterMs, this.#shortfallMs);
  }

  /** Forgets where the server is, after a (re)connect: it may have restarted from the past. */
  restart(): void {
    this.#state = 'stopped';
    this.#pendingMs = 0;
    this.#farReports = 0;
    this.#sentCount = 0;
    this.#deafUntilMs = 0;
  }

  /** A measured round trip, ms. */
  onRoundTrip(sampleMs: number): void {
    this.rttMs = this.rttMs === 0 ? sampleMs : mix(this.rttMs, sampleMs);
  }

  /** A frame came in: the server was at its first tick half a round trip ago. */
  onFrame(frame: number, atMs: number): void {
    this.#advance(atMs);
    // The stamp of an arrival may lie before the last look at the clock.
    const leadMs = this.rttMs + this.targetMs + this.#atMs - atMs;
    const limit = frame * TICKS_PER_FRAME + LEAD_TICKS_MAX;
    const tick = Math.min((frame + 1) * TICKS_PER_FRAME + leadMs / TICK_DURATION_MS, limit);
    // Frames of a backlog are old: the one that is least late knows best. And whoever is behind
    // the frames themselves has been away (a suspended page); no report can tell him yet.
    const behind = this.#state === 'guessing' && this.#tick < tick;
    const lost = this.#state === 'steering' && this.#tick < frame * TICKS_PER_FRAME;
    const beyond = this.#state !== 'stopped' && this.#tick > limit;
    if (this.#state === 'stopped' || behind || lost || beyond) this.#jumpTo(tick);
    if (this.#state === 'stopped') this.#state = 'guessing';
  }

  /** An input was sent at `atMs`. */
  onInputSent(atMs: number): void {
    this.#advance(atMs);
    const slot = this.#sentCount++ % SENT_FRAMES_MAX;
    this.#sentAtMs[slot] = atMs;
    this.#steeredAtSend[slot] = this.#steeredMs;
  }

  /** The server's report on the inputs of the last quarter second. */
  onTiming(slackMs: number, atMs: number): void {
    if (this.#state === 'stopped' || atMs < this.#deafUntilMs) return;
    const steeredThen = this.#steeredBefore(atMs - this.rttMs);
    if (steeredThen === null) return;
    this.#advance(atMs);
    this.slackMs = slackMs;
    const unsteeredMs = slackMs - steeredThen;
    const errorMs = this.targetMs - (unsteeredMs + this.#steeredMs);
    // What slack is kept for shortfalls is steered for, not jumped to: none of it is missing yet.
    const far = errorMs > JUMP_MS + this.#shortfallMs || errorMs < -JUMP_MS;
    this.#farReports = far ? this.#farReports + 1 : 0;
    if (this.#state === 'guessing') this.#meanUnsteeredMs = unsteeredMs;
    // A step of the route or the server is no jitter and no shortfall: whether it is shows later.
    if (far) this.#farMs = Math.min(this.#farMs, unsteeredMs);
    else this.#noteOrdinary(unsteeredMs);
    this.#state = 'steering';
    if (this.#farReports >= JUMP_REPORTS) {
      this.#farReports = 0;
      this.#meanUnsteeredMs = unsteeredMs;
      this.#farMs = Number.POSITIVE_INFINITY;
      this.#shortfallsMs.fill(0);
      this.#shortfallMs = 0;
      this.#repeatedMs = 0;
      // The next reports are still of inputs from before the jump; the round trip that we know may
      // be short by what just went wrong.
      this.#deafUntilMs = atMs + this.rttMs + Math.abs(errorMs) + REPORT_INTERVAL_MS * 2;
      this.#jumpTo(this.#tick + errorMs / TICK_DURATION_MS);
      return;
    }
    this.#pendingMs = errorMs * (errorMs > 0 ? GAIN_LATE : GAIN_EARLY);
  }

  /** Where the client should be at `nowMs`, in ticks and parts of them. */
  tickAt(nowMs: number): number {
    this.#advance(nowMs);
    return this.#tick;
  }

  /**
   * What had been steered when the newest input was sent that the server can have known of. By time
   * and not by the frame that the report names: while all inputs are late, that one stands still.
   */
  #steeredBefore(untilMs: number): number | null {
    const oldest = Math.max(0, this.#sentCount - SENT_FRAMES_MAX);
    for (let i = this.#sentCount - 1; i >= oldest; i--) {
      const sentAtMs = this.#sentAtMs[i % SENT_FRAMES_MAX] as number;
      if (sentAtMs > untilMs) continue;
      if (sentAtMs < untilMs - REPORT_AGE_MAX_MS) return null;
      return this.#steeredAtSend[i % SENT_FRAMES_MAX] as number;
    }
    return null;
  }

  #advance(nowMs: number): void {
    const elapsedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs = Math.max(this.#atMs, nowMs);
    if (this.#state === 'stopped') return;
    const limitMs = elapsedMs * RATE_CHANGE_MAX;
    const steerMs = Math.min(Math.max(this.#pendingMs, -limitMs), limitMs);
    this.#pendingMs -= steerMs;
    this.#steeredMs += steerMs;
    this.#tick += (elapsedMs + steerMs) / TICK_DURATION_MS;
  }

  #jumpTo(tick: number): void {
    if (this.#state !== 'stopped') this.#steeredMs += (tick - this.#tick) * TICK_DURATION_MS;
    this.#tick = tick;
    this.#pendingMs = 0;
  }

  #noteOrdinary(unsteeredMs: number): void {
    if (this.#farMs !== Number.POSITIVE_INFINITY) this.#noteShortfall(this.#farMs);
    this.#farMs = Number.POSITIVE_INFINITY;
    this.#noteShortfall(unsteeredMs);
    this.#noteJitter(unsteeredMs);
  }

  #noteShortfall(unsteeredMs: number): void {
    const shortfallMs = Math.max(0, this.#meanUnsteeredMs - unsteeredMs);
    this.#shortfallsMs[this.#reportCount++ % SHORTFALL_REPORTS] = shortfallMs;
    let [worstMs, secondMs] = [0, 0];
    for (const oneMs of this.#shortfallsMs) {
      secondMs = Math.max(secondMs, Math.min(oneMs, worstMs));
      worstMs = Math.max(worstMs, oneMs);
    }
    this.#repeatedMs = secondMs;
    this.#shortfallMs = secondMs < SHORTFALL_MIN_MS ? 0 : Math.min(worstMs, SHORTFALL_MAX_MS);
  }

  #noteJitter(unsteeredMs: number): void {
    // One hiccup of the server is no jitter of the way: a report may double it at most.
    const deviation = Math.min(
      Math.abs(unsteeredMs - this.#meanUnsteeredMs),
      this.jitterMs * 2 + JITTER_MIN_MS,
    );
    this.#meanUnsteeredMs = mix(this.#meanUnsteeredMs, unsteeredMs);
    this.jitterMs = mix(this.jitterMs, deviation);
  }
}

function mix(average: number, sample: number): number {
  return average + (sample - average) * SMOOTHING;
}
