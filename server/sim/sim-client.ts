import { openSession, type SessionOptions, type WorldSession } from '../../client/net/session.ts';
import type { FlightRecorder } from '../../client/predict/flight-recorder.ts';
import type { Core } from '../../core-wasm/host/core.ts';
import type { MemoryListener, Partition } from '../net/listen-memory.ts';
import type { NetworkConditions } from '../net/memory-pipe.ts';
import type { Clock } from '../ports.ts';
import type { SeededRandom } from '../seeded-random.ts';
import {
  changeConditions,
  connectMemory,
  createCable,
  partition,
  type SimLink,
} from './sim-link.ts';
import { createWill, type Will } from './will.ts';

/** One real client, its network and its will. */
export interface SimClient {
  readonly session: WorldSession;
  /** Of connections that are opened from now on. */
  conditions: NetworkConditions;
  /** Pulls the cable: of all connections at hand, as of those below. */
  cut(): void;
  /** As `cut`, but the server hears nothing of it: its end stays open, and nobody reads. */
  vanish(): void;
  /** Says which ways carry nothing, of connections old and new. */
  partition(ways: Partition): void;
  /** The machine sleeps: no timer runs, nothing is read, until `wake`. */
  sleep(): void;
  wake(): void;
  /** Timers run no more often than this, ms, as those of a hidden page; 0 for as they want. */
  throttle(intervalMs: number): void;
  /** Messages that came in and were not looked at. */
  readonly waiting: number;
  /** As a display asks for each frame: see `WorldSession.update`. */
  update(): number;
}

export interface SimClientOptions {
  readonly account: number;
  readonly core: Core;
  readonly clock: Clock;
  readonly random: SeededRandom;
  readonly conditions: NetworkConditions;
  /** The listener of the server that runs now, null while none does. */
  readonly door: () => MemoryListener | null;
  /** What the player wants; walks about as `random` has it unless given. */
  readonly will?: Will;
  readonly onMoved?: NonNullable<SessionOptions['onMoved']>;
  /** Gets each desync as a file. */
  readonly onIncident?: NonNullable<SessionOptions['onIncident']>;
  /** Keeps what the client had, for `WorldSession.recorded`. */
  readonly recorder?: FlightRecorder;
  /** Sees each message that arrives. */
  readonly tap?: (bytes: Uint8Array) => void;
}

export function createSimClient(options: SimClientOptions): SimClient {
  const { account, core, clock, random, door, onMoved, onIncident, recorder } = options;
  const will = options.will ?? createWill(random);
  const cable = createCable(door, options.conditions, options.tap);
  const timers = createTimers(clock);
  const links = new Set<SimLink>();
  const all = (act: (link: SimLink) => void): void => {
    for (const link of links) act(link);
  };
  const session = openSession({
    url: 'memory:',
    ticket: async () => String(account),
    core,
    nowMs: () => clock.nowMs(),
    sampleIntent: will.intent,
    samplePose: will.pose,
    random,
    ...(onMoved === undefined ? {} : { onMoved }),
    ...(onIncident === undefined ? {} : { onIncident }),
    ...(recorder === undefined ? {} : { recorder }),
    schedule: timers.schedule,
    connect: (_url, protocols, nowMs) => {
      const link = connectMemory(cable, protocols, nowMs);
      for (const one of links) if (one.state === 'closed') links.delete(one);
      links.add(link);
      return link;
    },
  });
  return {
    session,
    get conditions() {
      return cable.conditions;
    },
    set conditions(conditions) {
      changeConditions(cable, conditions);
    },
    cut: () => all((link) => link.cut()),
    vanish: () => all((link) => link.vanish()),
    partition: (ways) => partition(cable, ways),
    sleep() {
      timers.sleep();
      all((link) => link.pause());
    },
    wake: () => timers.wake(() => all((link) => link.resume())),
    throttle: timers.throttle,
    get waiting() {
      return [...links].reduce((sum, link) => sum + link.waiting, 0);
    },
    update: () => session.update(clock.nowMs()),
  };
}

/** A machine's timers. */
interface Timers {
  readonly schedule: NonNullable<SessionOptions['schedule']>;
  sleep(): void;
  /** `beforeDue` runs before what fell due in the sleep. */
  wake(beforeDue: () => void): void;
  throttle(intervalMs: number): void;
}

function createTimers(clock: Clock): Timers {
  let leastMs = 0;
  /** Timers that fell due in the machine's sleep; null while it is awake. */
  let overdue: (() => void)[] | null = null;
  return {
    schedule: (delayMs, task) =>
      clock.after(Math.max(delayMs, leastMs), () => {
        if (overdue === null) task();
        else overdue.push(task);
      }),
    sleep() {
      overdue = [];
    },
    wake(beforeDue) {
      const tasks = overdue ?? [];
      overdue = null;
      beforeDue();
      for (const task of tasks) task();
    },
    throttle(intervalMs) {
      leastMs = intervalMs;
    },
  };
}
