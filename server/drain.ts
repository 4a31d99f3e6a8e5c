import type { Listener } from './net/transport.ts';
import type { Logger } from './observe/log.ts';
import type { SecurityLog } from './observe/security-log.ts';
import type { Bus, Store } from './ports.ts';
import type { Pacer } from './room/pacer.ts';
import type { Room } from './room/room.ts';

/** A store that does not answer must not hold the process for ever. */
const DRAIN_TIMEOUT_MS = 20_000;

export interface DrainParts {
  readonly room: Room;
  readonly pacer: Pacer;
  readonly listener: Listener;
  readonly store: Store;
  readonly bus: Bus;
  readonly log: Logger;
  readonly securityLog: Pick<SecurityLog, 'close'>;
}

/**
 * The orderly end: no more ticks, players sent away, every frame written, a last checkpoint read
 * back and compared. True when the store holds the world exactly as it was.
 */
export async function drain(parts: DrainParts): Promise<boolean> {
  const { room, pacer, listener, store, bus, log, securityLog } = parts;
  pacer.stop();
  await listener.stop();
  const verified = await Promise.race([saveWorld(room, log), timeout(room)]);
  room.journal.stop();
  await Promise.race([securityLog.close(), timeout(room)]);
  await Promise.allSettled([store.close(), bus.close()]);
  log.info({ event: 'stopped', tick: room.core.tick, verified });
  return verified;
}

async function saveWorld(room: Room, log: Logger): Promise<boolean> {
  const flushed = await room.journal.flush();
  if (flushed.kind !== 'committed') {
    log.error({ event: 'drain-unflushed', ...flushed });
    return false;
  }
  const saved = await room.checkpointer.saveLast();
  if (saved.kind === 'committed') return true;
  log.error({ event: 'drain-unverified', ...saved });
  return false;
}

function timeout(room: Room): Promise<boolean> {
  return new Promise((resolve) => room.clock.after(DRAIN_TIMEOUT_MS, () => resolve(false)));
}
