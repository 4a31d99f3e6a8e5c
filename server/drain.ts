import { hashText } from '../core-wasm/host/hash-text.ts';
import type { Listener } from './net/transport.ts';
import type { Logger } from './observe/log.ts';
import type { SecurityLog } from './observe/security-log.ts';
import type { CheckpointOutcome } from './persist/checkpoint.ts';
import type { Bus, Clock, Store } from './ports.ts';
import type { Pacer } from './room/pacer.ts';
import type { Room } from './room/room.ts';

export interface DrainParts {
  readonly room: Room;
  readonly pacer: Pacer;
  readonly listener: Listener;
  readonly store: Store;
  readonly bus: Bus;
  readonly log: Logger;
  readonly securityLog: Pick<SecurityLog, 'close'>;
  /** A store that does not answer must not hold the process for longer. */
  readonly timeoutMs: number;
}

/** Between two attempts at a store that is away. */
const RETRY_INTERVAL_MS = 250;
/** What is kept is kept: a database that will not be left must not hold the process. */
const CLOSE_TIMEOUT_MS = 10_000;

/**
 * The orderly end: no more ticks, players sent away, every frame written, a last checkpoint read
 * back and compared. A store that is away is asked again until the deadline. True when the store
 * holds the world exactly as it was.
 */
export async function drain(parts: DrainParts): Promise<boolean> {
  const { room, pacer, listener, store, bus, log, securityLog, timeoutMs } = parts;
  const { clock } = room;
  const deadlineMs = clock.nowMs() + timeoutMs;
  pacer.stop();
  const saved = listener.stop().then(() => saveWorld(room, log, deadlineMs));
  const inTime = await withinMs(clock, timeoutMs, saved);
  if (inTime === null) log.error({ event: 'drain-timeout', timeoutMs });
  const verified = inTime ?? false;
  room.journal.stop();
  await withinMs(clock, CLOSE_TIMEOUT_MS, securityLog.close());
  await withinMs(clock, CLOSE_TIMEOUT_MS, Promise.allSettled([store.close(), bus.close()]));
  const { core } = room;
  log.info({ event: 'stopped', tick: core.tick, stateHash: hashText(core.stateHash()), verified });
  return verified;
}

async function saveWorld(room: Room, log: Logger, deadlineMs: number): Promise<boolean> {
  for (let told = false; ; told = true) {
    const outcome = await saveOnce(room);
    if (outcome.kind === 'committed') return true;
    const mayRetry =
      outcome.kind === 'unavailable' && room.clock.nowMs() + RETRY_INTERVAL_MS < deadlineMs;
    if (!mayRetry || !told) log.error({ event: 'drain-unsaved', ...outcome });
    if (!mayRetry) return false;
    await new Promise<void>((resolve) => room.clock.after(RETRY_INTERVAL_MS, resolve));
  }
}

async function saveOnce({ journal, checkpointer }: Room): Promise<CheckpointOutcome> {
  const flushed = await journal.flush();
  return flushed.kind === 'committed' ? checkpointer.saveLast() : flushed;
}

/** What the promise resolves to; null when it takes longer. */
function withinMs<T>(clock: Clock, timeoutMs: number, promise: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(timeoutMs, () => resolve(null));
    promise.finally(cancel).then(resolve, reject);
  });
}
