import type { Core } from '../../core-wasm/host/core.ts';
import { MessageKind } from '../../core-wasm/host/messages.ts';
import {
  type BodyColumns,
  type Intent,
  type PlayerColumns,
  type Pose,
  TICKS_PER_FRAME,
  WireFault,
} from '../../core-wasm/host/types.ts';
import { ShownWorld } from '../interpolate/shown-world.ts';
import { type PredictionFault, Predictor } from '../predict/predictor.ts';
import { ClockSync } from './clock-sync.ts';
import { Connection, type Delivered } from './connection.ts';
import { type Connect, connectWebSocket } from './socket.ts';
import { type SessionStatus, statusOf } from './status.ts';

export type { SessionStatus } from './status.ts';

export interface WorldSession {
  readonly status: SessionStatus;
  /** The predicted world, read-only for the view. */
  readonly core: Core;
  /**
   * Advances network and prediction to `nowMs`. Calls `sampleIntent` once for each tick that it
   * simulates and `samplePose` once for each frame. Returns how far, 0…1, the display is from the
   * previous to the current tick.
   */
  update(nowMs: number): number;
  /** Previous and current tick, corrections blended in. Rows are reused: read, do not keep. */
  readonly bodies: { readonly previous: BodyColumns; readonly current: BodyColumns };
  readonly players: { readonly previous: PlayerColumns; readonly current: PlayerColumns };
  /** Confirmed hash at a frame's first tick, for the last ten seconds. */
  hashOfFrame(frame: number): bigint | null;
  close(): void;
}

/** Runs `task` once after `delayMs`; the returned function cancels it. */
export type Schedule = (delayMs: number, task: () => void) => () => void;

export interface SessionOptions {
  readonly url: string;
  /** Fetches a ticket; called again when the server refuses the one at hand. */
  readonly ticket: () => Promise<string>;
  /** An own core: the session is the only one to step it. */
  readonly core: Core;
  /** Monotonic, ms. */
  readonly nowMs: () => number;
  readonly sampleIntent: () => Intent;
  /** Null while nothing is tracked. */
  readonly samplePose: () => Pose | null;
  readonly connect?: Connect;
  readonly schedule?: Schedule;
  readonly random?: () => number;
}

/** A hidden page gets no display frames: from here on a timer keeps the connection alive. */
const UNATTENDED_MS = 500;
/** Ticks that one update may simulate; more are caught up with in the next ones. */
const TICKS_PER_UPDATE_MAX = 12;
/** Further behind than this a frame's input would come too late: it is not asked for. */
const LATE_TICKS = 2 * TICKS_PER_FRAME;

/** Enters a world and stays in it. */
export function openSession(options: SessionOptions): WorldSession {
  const { core, sampleIntent, samplePose, nowMs } = options;
  const clock = new ClockSync();
  const shown = new ShownWorld();
  let broken: string | null = null;
  const predictor = new Predictor(core, (fault) => {
    broken = describe(fault);
  });
  const connection = new Connection({
    url: options.url,
    ticket: options.ticket,
    codec: core,
    nowMs,
    connect: options.connect ?? connectWebSocket,
    random: options.random ?? Math.random,
    resumePoint: () => predictor.resumePoint(),
    onRoundTrip: (rttMs) => clock.onRoundTrip(rttMs),
    deliver: (message, atMs) => {
      const refusal = deliver(predictor, clock, message, atMs);
      if (message.kind === MessageKind.SNAPSHOT) shown.correct(core, predictor.entity);
      return refusal;
    },
  });
  let attendedMs = nowMs();

  const settle = (now: number) => {
    if (predictor.settle()) shown.correct(core, predictor.entity);
    if (broken === null) return;
    connection.rejoin(broken, now);
    broken = null;
  };

  const simulate = (now: number) => {
    const target = clock.tickAt(now);
    for (let ticks = 0; ticks < TICKS_PER_UPDATE_MAX; ticks += 1) {
      const behind = Math.floor(target) - core.tick;
      if (behind <= 0 || !predictor.canPredict) break;
      if (predictor.atFrameStart && behind > LATE_TICKS) {
        predictor.skipFrame();
      } else {
        const pose = predictor.atFrameStart ? samplePose() : null;
        const input = predictor.tick(sampleIntent(), pose);
        if (input !== null) {
          connection.send(core.encodeInput(input.frame, input.entry));
          clock.onInputSent(now);
        }
      }
      shown.advance(core);
    }
    return target - core.tick;
  };

  const update = (now: number) => {
    attendedMs = now;
    connection.advance(now);
    settle(now);
    if (connection.state !== 'live' || !clock.running) return 1;
    return Math.min(Math.max(simulate(now), 0), 1);
  };

  const cancelPump = pump(options.schedule ?? browserSchedule, () => {
    const now = nowMs();
    if (now - attendedMs < UNATTENDED_MS) return;
    connection.advance(now);
    settle(now);
  });

  return {
    core,
    bodies: shown.bodies,
    players: shown.players,
    status: statusOf(connection, clock, predictor, core, nowMs),
    update,
    hashOfFrame: (frame) => predictor.confirmed.at(frame),
    close() {
      cancelPump();
      connection.close();
    },
  };
}

/** Takes a message of the server into clock and prediction; a reason refuses it. */
function deliver(
  predictor: Predictor,
  clock: ClockSync,
  message: Delivered,
  atMs: number,
): string | null {
  switch (message.kind) {
    case MessageKind.WELCOME:
      clock.restart();
      predictor.entity = message.entity;
      return message.resumed && message.nextFrame !== predictor.nextFrame
        ? 'resumed at another frame'
        : null;
    case MessageKind.SNAPSHOT: {
      // A clock that runs has seen frames of this connection: the state replaces lost ones.
      const wire = clock.running
        ? predictor.resync(message.frame, message.state)
        : predictor.start(message.frame, message.state);
      return wire === WireFault.NONE ? null : `the core refused the world's state (${wire})`;
    }
    case MessageKind.FRAME: {
      if (!predictor.receive(message.bytes)) return 'a frame is missing';
      clock.onFrame(predictor.newestFrame, atMs);
      return null;
    }
    case MessageKind.TIMING:
      clock.onTiming(message.slackMs, atMs);
      return null;
  }
}

function describe(fault: PredictionFault): string {
  return fault.kind === 'desync'
    ? `the state at frame ${fault.frame} differs from the server's`
    : `the core refused frame ${fault.frame} (${fault.wire})`;
}

function pump(schedule: Schedule, task: () => void): () => void {
  let cancel = () => {};
  const next = () => {
    cancel = schedule(UNATTENDED_MS, () => {
      task();
      next();
    });
  };
  next();
  return () => cancel();
}

const browserSchedule: Schedule = (delayMs, task) => {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
};
