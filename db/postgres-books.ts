import type { Books, StoreOutcome } from '../server/ports.ts';
import type { Database } from './connect.ts';
import { asOutcome } from './outcome.ts';
import {
  deleteExpiredRevocations,
  insertRevocation,
  insertSecurityEvents,
  selectRevocations,
  upsertMetrics,
} from './queries/books.ts';
import { selectSceneHistory } from './queries/scene-history.ts';

/** Whoever answers questions: a pool, or a replica that falls back to one. */
export interface Asked {
  ask<T>(question: (database: Database) => Promise<T>): Promise<T>;
}

const COMMITTED: StoreOutcome = { kind: 'committed' };

/** `reader` may lag behind: only what the API shows is read there. */
export function openBooks(writer: Asked, reader: Asked): Books {
  const write = (run: (database: Database) => Promise<void>): Promise<StoreOutcome> =>
    asOutcome(async () => {
      await writer.ask(run);
      return COMMITTED;
    });
  return {
    revokeTicket: (ticketId, expiresAtMs) =>
      writer.ask((database) => insertRevocation(database, ticketId, expiresAtMs)),
    revokedTickets: (nowMs) =>
      writer.ask(async (database) => {
        await deleteExpiredRevocations(database, nowMs);
        return await selectRevocations(database, nowMs);
      }),
    addSecurityEvents: (events) => write((database) => insertSecurityEvents(database, events)),
    addMetrics: (region, minuteMs, aggregates) =>
      write((database) => upsertMetrics(database, region, minuteMs, aggregates)),
    sceneHistory: (region, limit) =>
      reader.ask((database) => selectSceneHistory(database, region, limit)),
  };
}
