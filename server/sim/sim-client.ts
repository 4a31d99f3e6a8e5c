import { openSession, type WorldSession } from '../../client/net/session.ts';
import type { Core } from '../../core-wasm/host/core.ts';
import { type Intent, type PartPose, type Pose, TICK_RATE_HZ } from '../../core-wasm/host/types.ts';
import type { MemoryListener } from '../net/listen-memory.ts';
import type { NetworkConditions } from '../net/memory-pipe.ts';
import type { Clock } from '../ports.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { connectMemory, type SimLink } from './sim-link.ts';

/** One real client, its network and its will. */
export interface SimClient {
  readonly session: WorldSession;
  /** Of connections that are opened from now on. */
  conditions: NetworkConditions;
  /** Pulls the cable of the connection at hand. */
  cut(): void;
  /** As `cut`, but the server hears nothing of it: its end stays open, and nobody reads. */
  vanish(): void;
  /** The machine sleeps: no timer runs, nothing is read, until `wake`. */
  sleep(): void;
  wake(): void;
  /** Timers run no more often than this, ms, as those of a hidden page; 0 for as they want. */
  throttle(intervalMs: number): void;
  /** Messages that came in and were not looked at. */
  readonly waiting: number;
  update(): void;
}

/** How long a client wants the same thing. */
const MOOD_TICKS = TICK_RATE_HZ;

/**
 * `door` gives the listener of the server that runs now, null while none does; `tap` sees each
 * message that arrives, `onIncident` each desync as a file.
 */
export function createSimClient(
  account: number,
  core: Core,
  clock: Clock,
  random: SeededRandom,
  conditions: NetworkConditions,
  door: () => MemoryListener | null,
  tap: (bytes: Uint8Array) => void = () => {},
  onIncident: (file: Uint8Array) => void = () => {},
): SimClient {
  let live: SimLink | null = null;
  let timersMs = 0;
  /** Timers that fell due in the machine's sleep; null while it is awake. */
  let overdue: (() => void)[] | null = null;
  const will = createWill(random);
  const client: SimClient = {
    conditions,
    session: openSession({
      url: 'memory:',
      ticket: async () => String(account),
      core,
      nowMs: () => clock.nowMs(),
      sampleIntent: will.intent,
      samplePose: will.pose,
      random,
      onIncident,
      schedule: (delayMs, task) =>
        clock.after(Math.max(delayMs, timersMs), () => {
          if (overdue === null) task();
          else overdue.push(task);
        }),
      connect: (_url, protocols, nowMs) => {
        const link = connectMemory(door(), client.conditions, protocols, nowMs, tap);
        live = link;
        return link;
      },
    }),
    cut: () => live?.cut(),
    vanish: () => live?.vanish(),
    sleep() {
      overdue = [];
      live?.pause();
    },
    wake() {
      const tasks = overdue ?? [];
      overdue = null;
      live?.resume();
      for (const task of tasks) task();
    },
    throttle(intervalMs) {
      timersMs = intervalMs;
    },
    get waiting() {
      return live?.waiting ?? 0;
    },
    update: () => void client.session.update(clock.nowMs()),
  };
  return client;
}

export interface Will {
  intent(): Intent;
  pose(): Pose | null;
}

/** Walks about, turns, jumps, grips and waves, as the seed has it. */
export function createWill(random: SeededRandom): Will {
  let tick = 0;
  let mood: Intent = { moveX: 0, moveZ: 0, yaw: 0, pitch: 0, buttons: 0 };
  const wavers = random() < 0.5;
  return {
    intent() {
      if (tick++ % MOOD_TICKS === 0) {
        mood = {
          moveX: Math.round((random() - 0.5) * 200),
          moveZ: random() < 0.8 ? 127 : -60,
          yaw: Math.floor(random() * 65536),
          pitch: Math.round((random() - 0.5) * 8000),
          buttons: Math.floor(random() * 16),
        };
      }
      return mood;
    },
    pose() {
      if (!wavers) return null;
      const swing = Math.sin(tick / 11);
      return {
        head: part(0, 1650, swing),
        left: part(-250, 1000, swing),
        right: part(250, 900, -swing),
      };
    },
  };
}

function part(x: number, y: number, swing: number): PartPose {
  const half = swing * 0.3;
  return {
    position: [x, Math.round(y + 200 * swing), -350],
    rotation: [Math.sin(half), 0, 0, Math.cos(half)],
  };
}
