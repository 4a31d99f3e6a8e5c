import type { JournalState } from '../../server/persist/journal.ts';
import { pause } from './until.ts';

/** What a server says of itself at one moment, on its pages for operators. */
export interface Reading {
  readonly atMs: number;
  readonly framesSealed: number;
  readonly state: JournalState;
  readonly durableFrame: number;
  readonly queueBytes: number;
  readonly queueFrames: number;
  /** Why it should get no players; empty when it is ready. */
  readonly unready: readonly string[];
}

/** Reads a server's metrics and readiness all the time, until `stop`. */
export interface JournalWatch {
  /** Null before the first answer. */
  readonly newest: Reading | null;
  readonly statesSeen: ReadonlySet<JournalState>;
  readonly queueBytesMax: number;
  /** The first reading for which the condition holds. Rejects when none does in time. */
  until(what: string, condition: (reading: Reading) => boolean): Promise<Reading>;
  stop(): void;
}

const READ_INTERVAL_MS = 50;
const TIMEOUT_MS = 180_000;

/** `origin` as in http://host:port. A server that does not answer is asked again. */
export function watchJournal(origin: string): JournalWatch {
  const statesSeen = new Set<JournalState>();
  let newest: Reading | null = null;
  let queueBytesMax = 0;
  let stopped = false;
  let broken: unknown = null;
  const run = async (): Promise<void> => {
    while (!stopped) {
      const reading = await readJournal(origin);
      if (reading !== null) {
        newest = reading;
        statesSeen.add(reading.state);
        queueBytesMax = Math.max(queueBytesMax, reading.queueBytes);
      }
      await pause(READ_INTERVAL_MS);
    }
  };
  run().catch((error) => {
    broken = error;
  });
  return {
    get newest() {
      return newest;
    },
    statesSeen,
    get queueBytesMax() {
      return queueBytesMax;
    },
    async until(what, condition) {
      const endMs = performance.now() + TIMEOUT_MS;
      for (;;) {
        if (broken !== null) throw broken;
        if (newest !== null && condition(newest)) return newest;
        if (performance.now() > endMs) {
          throw new Error(`waited in vain for ${what}; last: ${JSON.stringify(newest)}`);
        }
        await pause(READ_INTERVAL_MS);
      }
    },
    stop() {
      stopped = true;
    },
  };
}

/** Null when the server does not answer. Throws when it has not what it should say. */
export async function readJournal(origin: string): Promise<Reading | null> {
  const pages = await Promise.all([
    fetch(`${origin}/metrics`).then((response) => response.text()),
    fetch(`${origin}/health/ready`).then((response) => response.json()),
  ]).catch(() => null);
  if (pages === null) return null;
  const [metrics, ready] = pages;
  return {
    atMs: performance.now(),
    framesSealed: figureOf(metrics, 'spacetime_frames_sealed_total'),
    state: stateOf(metrics),
    durableFrame: figureOf(metrics, 'spacetime_journal_durable_frame'),
    queueBytes: figureOf(metrics, 'spacetime_journal_queue_bytes'),
    queueFrames: figureOf(metrics, 'spacetime_journal_queue_frames'),
    unready: (ready as { readonly reasons: readonly string[] }).reasons,
  };
}

function figureOf(page: string, name: string): number {
  const line = page.split('\n').find((one) => one.startsWith(`${name} `));
  if (line === undefined) throw new Error(`the server has no metric ${name}`);
  return Number(line.slice(name.length + 1));
}

function stateOf(page: string): JournalState {
  const state = /^spacetime_journal_state\{state="(\w+)"\} 1$/m.exec(page)?.[1];
  if (state === undefined) throw new Error('the server does not say how its journal is');
  return state as JournalState;
}
