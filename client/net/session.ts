import { BubbleReader } from '../../core-wasm/host/bubble-reader.ts';
import type { Core } from '../../core-wasm/host/core.ts';
import { encodeIncident } from '../../core-wasm/host/incident-file.ts';
import {
  type FrameMessage,
  KeepingState,
  MessageKind,
  PROTOCOL_VERSION,
  type Snapshot,
  type Welcome,
} from '../../core-wasm/host/messages.ts';
import { TICKS_PER_FRAME, WireFault } from '../../core-wasm/host/types.ts';
import { Ghosts } from '../interpolate/ghosts.ts';
import { OwnLead } from '../interpolate/own-lead.ts';
import { ShownWorld } from '../interpolate/shown-world.ts';
import type { DisputeReport, PredictionFault } from '../predict/dispute.ts';
import type { Effect } from '../predict/effects.ts';
import type { Recorded } from '../predict/flight-recorder.ts';
import { Predictor } from '../predict/predictor.ts';
import { ClockSync } from './clock-sync.ts';
import { Connection, type Delivered, type ResumePoint } from './connection.ts';
import { Durability, type Durable } from './durability.ts';
import { InputDelay } from './input-delay.ts';
import { browserSchedule, every } from './schedule.ts';
import { connectWebSocket } from './socket.ts';
import { type SessionStatus, statusOf } from './status.ts';
import type { SessionOptions, WorldSession } from './world-session.ts';

export type { Durable } from './durability.ts';
export type { Schedule } from './schedule.ts';
export type { SessionStatus } from './status.ts';
export type { SessionOptions, WorldSession } from './world-session.ts';

/**
 * Inputs leave with the ticks, and the server does not wait for a slow display: when its frame is
 * overdue for so long, a timer plays in its place.
 */
const OVERDUE_MS = 25;
/** A hidden page gets no display frames: from here on its connection is kept, but nobody plays. */
const UNATTENDED_MS = 500;
/** Ticks, or frames that are skipped, in one update; the next ones catch up with the rest. */
const STEPS_PER_UPDATE_MAX = 12;
/** Further behind than this a frame's input would come too late: it is not asked for. */
const LATE_TICKS = 2 * TICKS_PER_FRAME;

const NO_HASHES = new Uint32Array(0);

/** Enters a world and stays in it. */
export function openSession(options: SessionOptions): WorldSession {
  return new Session(options);
}

class Session implements WorldSession {
  readonly core: Core;
  readonly status: SessionStatus;
  readonly bodies: WorldSession['bodies'];
  readonly players: WorldSession['players'];
  readonly ghosts = new Ghosts();
  readonly ownLead: Float32Array;

  readonly #options: SessionOptions;
  readonly #clock = new ClockSync();
  readonly #delay = new InputDelay();
  readonly #durability = new Durability();
  readonly #lead = new OwnLead();
  readonly #ownStep = { foot: new Float32Array(3), velocity: new Float32Array(3), tick: 0 };
  readonly #shown: ShownWorld;
  readonly #isShown: boolean;
  readonly #predictor: Predictor;
  readonly #connection: Connection;
  readonly #reader: BubbleReader;
  readonly #cancelPump: () => void;
  /** What is static, until the frame comes with which all that moves enters. */
  #base: Snapshot | null = null;
  /** Of the newest WELCOME, and of the one under which the world at hand began. */
  #lease = 0;
  #worldLease = 0;
  /** The fault for which the predicted world must be replaced; null while it is sound. */
  #broken: PredictionFault | null = null;
  #attendedMs: number;
  /** The news at hand are of ticks that the shown world had not reached. */
  #waited = false;
  /** Where the display was at the last update, ticks. */
  #shownTick = 0;

  constructor(options: SessionOptions) {
    const { core, url, ticket, nowMs } = options;
    this.#options = options;
    this.#isShown = options.isShown ?? true;
    this.core = core;
    this.#shown = new ShownWorld((entity, distanceM) =>
      options.onMoved?.(entity, distanceM, this.#waited),
    );
    this.ownLead = this.#lead.offset;
    this.bodies = this.#shown.bodies;
    this.players = this.#shown.players;
    this.#reader = new BubbleReader(core);
    this.#predictor = new Predictor(
      core,
      (fault) => {
        this.#broken = fault;
      },
      (report) => this.#file(report),
      options.recorder,
    );
    this.#connection = new Connection({
      url,
      ticket,
      codec: core,
      nowMs,
      connect: options.connect ?? connectWebSocket,
      random: options.random ?? Math.random,
      resumePoint: () => this.#resumePoint(),
      onRoundTrip: (rttMs) => this.#clock.onRoundTrip(rttMs),
      deliver: (message, atMs) => this.#deliver(message, atMs),
    });
    this.status = statusOf({
      connection: this.#connection,
      clock: this.#clock,
      predictor: this.#predictor,
      durability: this.#durability,
      core,
      nowMs,
    });
    this.#attendedMs = nowMs();
    this.#cancelPump = every(OVERDUE_MS, options.schedule ?? browserSchedule, () =>
      this.#tend(nowMs()),
    );
  }

  update(nowMs: number): number {
    if (nowMs - this.#attendedMs > UNATTENDED_MS) this.#connection.hurry(nowMs);
    this.#attendedMs = nowMs;
    this.#connection.advance(nowMs);
    this.#settle();
    if (!this.#canPlay) return 1;
    const ahead = Math.max(this.#simulate(nowMs), 0);
    this.#leadOn(ahead);
    return Math.min(ahead, 1);
  }

  hashOfFrame(frame: number): bigint | null {
    return this.#predictor.confirmed.at(frame);
  }

  confirmedState(): { frame: number; state: Uint8Array } | null {
    return this.#predictor.confirmedState();
  }

  whenDurable(frame: number): Promise<Durable> {
    return this.#durability.when(frame);
  }

  recorded(): Recorded | null {
    this.#settle();
    return this.#predictor.recorded();
  }

  takeEffects(): Effect[] {
    return this.#predictor.effects.take();
  }

  close(): void {
    this.#cancelPump();
    this.#connection.close();
    this.#durability.end();
  }

  /** Stands in for `update` while nobody calls it. */
  #tend(nowMs: number): void {
    const overdueMs = nowMs - this.#attendedMs;
    if (overdueMs < OVERDUE_MS) return;
    this.#connection.advance(nowMs);
    this.#settle();
    if (overdueMs < UNATTENDED_MS && this.#canPlay) this.#simulate(nowMs);
  }

  get #canPlay(): boolean {
    // What would be done while the world stands still would all happen when it goes on.
    const stands = this.#durability.state === KeepingState.PAUSED;
    return this.#connection.state === 'live' && this.#clock.running && !stands;
  }

  /** A world that is not the server's is replaced while its player plays on. */
  #settle(): void {
    const { tick } = this.core;
    if (this.#predictor.settle() && this.#isShown) {
      this.#waited = this.core.tick > tick;
      this.#shown.correct(this.core, this.#predictor.entity);
      this.#waited = false;
    }
    if (this.#broken === null) return;
    const fault = this.#broken;
    const told = fault.kind === 'differs' ? fault : { got: 0n, hashes: NO_HASHES };
    const repair = { frame: fault.frame, proof: told.got, hashes: told.hashes };
    this.#broken = null;
    // On the way in a state comes anyway.
    if (this.#connection.state !== 'live') return;
    this.#connection.send(this.core.encodeRepair(repair));
  }

  #file({ head, frames }: DisputeReport): void {
    const { onIncident } = this.#options;
    if (onIncident === undefined) return;
    const { entity } = this.#predictor;
    const { account } = this.status;
    const coreHash = this.core.module.hash;
    const own = { protocol: PROTOCOL_VERSION, coreHash, account, entity };
    onIncident(encodeIncident({ ...own, ...head }, frames));
  }

  /** Null where only a snapshot will do: also when one has come that no frame followed. */
  #resumePoint(): ResumePoint | null {
    this.#settle();
    const point = this.#predictor.resumePoint();
    if (point === null || this.#base !== null || point.frame !== this.#reader.frame) return null;
    return { ...point, lease: this.#worldLease };
  }

  /** Predicts up to where the clock wants to be; returns the ticks and parts that are left over. */
  #simulate(nowMs: number): number {
    const predictor = this.#predictor;
    const inputTarget = this.#clock.tickAt(nowMs);
    this.#sample(inputTarget, nowMs);
    const target = Math.min(inputTarget - this.#delay.at(nowMs), predictor.inputTick + 1);
    for (let steps = 0; steps < STEPS_PER_UPDATE_MAX; steps++) {
      const behind = Math.min(Math.floor(target), predictor.inputTick) - this.core.tick;
      if (behind <= 0 || !predictor.canPredict) break;
      const isFar = behind > LATE_TICKS && predictor.roomTicks >= TICKS_PER_FRAME;
      if (isFar && predictor.atFrameStart) predictor.advanceFrame();
      else predictor.advance();
      if (this.#isShown) this.#shown.advance(this.core);
    }
    return target - this.core.tick;
  }

  /**
   * Inputs leave in time even while the world waits for news: the server would replace what it
   * misses, and what was done meanwhile would be undone.
   */
  #sample(target: number, nowMs: number): void {
    const predictor = this.#predictor;
    for (let steps = 0; steps < STEPS_PER_UPDATE_MAX; steps++) {
      const behind = Math.floor(target) - predictor.inputTick;
      if (behind <= 0 || !predictor.canSample) break;
      if (behind > LATE_TICKS && predictor.wantsPose) predictor.skipInput();
      else this.#play(nowMs);
    }
  }

  #play(nowMs: number): void {
    const { core, sampleIntent, samplePose } = this.#options;
    const pose = this.#predictor.wantsPose ? samplePose() : null;
    const intent = sampleIntent();
    this.#lead.steer(this.#predictor.inputTick, intent);
    const input = this.#predictor.sample(intent, pose);
    if (input === null) return;
    this.#connection.sendInput(core.encodeInput(input.frame, input.entry), nowMs);
    this.#clock.onInputSent(nowMs);
  }

  /** `ahead`: ticks from the previous tick that the world shows to where the display is. */
  #leadOn(ahead: number): void {
    const shownTick = this.core.tick + ahead;
    const elapsed = Math.max(0, shownTick - this.#shownTick);
    this.#shownTick = shownTick;
    const step = this.#ownStep;
    const { entity } = this.#predictor;
    this.#shown.readOwnFoot(entity, Math.min(ahead, 1), step.foot);
    if (!this.core.bodyVelocity(entity, step.velocity)) step.velocity.fill(0);
    step.tick = this.core.tick;
    this.#lead.update(step, Math.max(0, ahead - 1), elapsed);
  }

  /** Takes a message of the server; a reason refuses it. */
  #deliver(message: Delivered, atMs: number): string | null {
    switch (message.kind) {
      case MessageKind.WELCOME:
        return this.#onWelcome(message);
      case MessageKind.SNAPSHOT:
        return this.#onSnapshot(message);
      case MessageKind.FRAME:
        return this.#onFrame(message, atMs);
      case MessageKind.KEEPING:
        this.#durability.onKeeping(message, atMs);
        return null;
    }
  }

  #onFrame({ message }: FrameMessage, atMs: number): string | null {
    const read = this.#reader.read(message);
    if (!read.ok) return `a frame cannot be read (${read.fault})`;
    const { frame, bytes, timing } = read.frame;
    const refusal = this.#takeBase();
    if (refusal !== null) return refusal;
    this.ghosts.take(frame, read.frame.ghosts, read.frame.leaves);
    // Where no frame can be applied they pass by, but they still tell the time.
    this.#durability.onFrame(frame, read.frame.undurable);
    this.#clock.onFrame(frame, atMs);
    this.#delay.onFrame(this.#clock.tickAt(atMs) - frame * TICKS_PER_FRAME);
    if (timing !== null) this.#clock.onTiming(timing.slackMs, atMs);
    if (this.#clock.isOftenHeldUp) this.#connection.wantsSpare = true;
    return this.#predictor.receive(bytes, read.frame) ? null : 'a frame is missing';
  }

  #onWelcome({ entity, resumed, nextFrame, lease }: Welcome): string | null {
    this.#lease = lease;
    this.#clock.restart();
    this.#delay.restart();
    this.#lead.restart();
    this.#durability.restart();
    this.#predictor.entity = entity;
    const goesOn = !resumed || nextFrame === this.#predictor.nextFrame;
    return goesOn ? null : 'resumed at another frame';
  }

  #onSnapshot(snapshot: Snapshot): string | null {
    this.#reader.begin(snapshot.frame);
    this.#base = snapshot;
    return null;
  }

  /** Begins anew when a state has come: with the frame behind it, so that nobody is missed. */
  #takeBase(): string | null {
    if (this.#base === null) return null;
    const { frame, state: packed } = this.#base;
    this.#base = null;
    const state = this.core.unpackSnapshot(packed);
    if (state === null) return "the world's state cannot be unpacked";
    // A clock that runs has seen frames of this connection: the state replaces lost ones.
    const isResync = this.#clock.running;
    if (!isResync) this.ghosts.clear();
    const wire = isResync
      ? this.#predictor.resync(frame, state)
      : this.#predictor.start(frame, state);
    if (wire !== WireFault.NONE) return `the core refused the world's state (${wire})`;
    this.#worldLease = this.#lease;
    this.#broken = null;
    return null;
  }
}
