import { createHash } from 'node:crypto';
import type {
  Account,
  Checkpoint,
  CheckpointMark,
  CoreSpan,
  JournalGroup,
  Projection,
  ReadCheckpoint,
  RegionLease,
  Store,
  StoreOutcome,
} from '../server/ports.ts';
import { type Connection, connect, type Database, isConnectionLost, rootCause } from './connect.ts';
import { insertAccount, selectAccount } from './queries/accounts.ts';
import { packCheckpoint, unpackCheckpoint } from './queries/checkpoint-row.ts';
import {
  deleteCheckpointsAfter,
  selectCheckpoint,
  selectCheckpointUpTo,
  selectMarks,
  selectSpans,
  thinCheckpoints,
  upsertCheckpoint,
} from './queries/checkpoints.ts';
import { insertCore, selectCore } from './queries/cores.ts';
import { cutGroups, insertGroup, pruneGroups, selectGroups } from './queries/journal.ts';
import { claimRegion, type Stray, selectSeed, selectStrays } from './queries/regions.ts';
import { selectNothing } from './queries/settings.ts';

/** Groups that one statement removes: ten minutes of them, far more than grow in between. */
const PRUNED_GROUPS_MAX = 2400;
const SOCKETS_MAX = 4;
const CLOSE_GRACE_S = 5;
/** A network that swallows packets tells nobody: after this long the connection is given up. */
const ANSWER_TIMEOUT_MS = 10_000;

export interface PostgresStoreOptions {
  readonly url: string;
  readonly log: (event: object) => void;
  /** Called last when the store closes. */
  readonly onClosed?: () => Promise<void>;
  readonly answerTimeoutMs?: number;
}

/** The `Store` port on any PostgreSQL 15 or newer whose schema is up to date. */
export class PostgresStore implements Store {
  private readonly options: PostgresStoreOptions;
  private readonly answerTimeoutMs: number;
  private connection: Connection;

  constructor(options: PostgresStoreOptions) {
    this.options = options;
    this.answerTimeoutMs = options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS;
    this.connection = this.connect();
  }

  claimRegion(region: number, seed: number): Promise<{ lease: RegionLease; seed: number }> {
    return this.answered((database) => claimRegion(database, region, seed));
  }

  regionSeed(region: number): Promise<number | null> {
    return this.answered((database) => selectSeed(database, region));
  }

  /** A checkpoint that is not what was stored is logged and left out. */
  async *checkpoints(region: number, newestFrame?: number): AsyncGenerator<Checkpoint> {
    let upTo = newestFrame ?? Number.MAX_SAFE_INTEGER;
    for (;;) {
      const row = await this.answered((db) => selectCheckpointUpTo(db, region, upTo));
      if (!row) return;
      upTo = row.frame - 1;
      const read = await unpackCheckpoint(row);
      if (read.kind === 'sound') yield read.checkpoint;
      else if (read.kind === 'damaged') {
        this.options.log({ event: 'checkpoint-damaged', region, frame: row.frame, why: read.why });
      }
    }
  }

  /** Groups and checkpoints of regions that do not exist. */
  strays(): Promise<Stray[]> {
    return this.answered(selectStrays);
  }

  checkpointMarks(region: number, which: 'all' | 'with-state'): Promise<readonly CheckpointMark[]> {
    return this.answered((database) => selectMarks(database, region, which));
  }

  coreSpans(region: number): Promise<readonly CoreSpan[]> {
    return this.answered((database) => selectSpans(database, region));
  }

  async readCheckpoint(region: number, frame: number): Promise<ReadCheckpoint> {
    const row = await this.answered((database) => selectCheckpoint(database, region, frame));
    return row === null ? { kind: 'absent' } : unpackCheckpoint(row);
  }

  async *groups(region: number, fromFrame: number): AsyncGenerator<JournalGroup> {
    let afterFrame = fromFrame - 1;
    for (;;) {
      const page = await this.answered((db) => selectGroups(db, region, afterFrame));
      const last = page.at(-1);
      if (!last) return;
      yield* page;
      afterFrame = last.lastFrame;
    }
  }

  appendGroup(
    lease: RegionLease,
    group: JournalGroup,
    projection: Projection,
  ): Promise<StoreOutcome> {
    return this.write(async (database) => {
      const result = await insertGroup(database, lease, group, projection);
      if (result !== 'conflict') return whetherHeld(result !== 'lease-lost');
      const cause = `other frames stand at ${group.firstFrame} to ${group.lastFrame} or later`;
      return { kind: 'unavailable', cause };
    });
  }

  truncateGroups(lease: RegionLease, fromFrame: number): Promise<StoreOutcome> {
    return this.write(async (database) => whetherHeld(await cutGroups(database, lease, fromFrame)));
  }

  async saveCheckpoint(lease: RegionLease, checkpoint: Checkpoint): Promise<StoreOutcome> {
    const row = await packCheckpoint(lease.region, checkpoint);
    return this.write(async (database) =>
      whetherHeld(await upsertCheckpoint(database, lease, row)),
    );
  }

  thinCheckpoints(lease: RegionLease, frames: readonly number[]): Promise<StoreOutcome> {
    return this.write(async (db) => whetherHeld(await thinCheckpoints(db, lease, frames)));
  }

  pruneJournal(lease: RegionLease, frame: number): Promise<StoreOutcome> {
    return this.write(async (database) => {
      for (;;) {
        const pruned = await pruneGroups(database, lease, frame, PRUNED_GROUPS_MAX);
        if (pruned === null || pruned < PRUNED_GROUPS_MAX) return whetherHeld(pruned !== null);
      }
    });
  }

  dropCheckpointsAfter(lease: RegionLease, frame: number): Promise<StoreOutcome> {
    return this.write(async (db) => whetherHeld(await deleteCheckpointsAfter(db, lease, frame)));
  }

  keepCore(coreHash: string, wasm: Uint8Array): Promise<void> {
    return this.answered((database) => insertCore(database, coreHash, wasm));
  }

  async keptCore(coreHash: string): Promise<Uint8Array | null> {
    const wasm = await this.answered((database) => selectCore(database, coreHash));
    if (wasm === null) return null;
    return createHash('sha256').update(wasm).digest('hex') === coreHash ? wasm : null;
  }

  createGuest(name: string): Promise<Account> {
    return this.answered((database) => insertAccount(database, name));
  }

  account(account: number): Promise<Account | null> {
    return this.answered((database) => selectAccount(database, account));
  }

  async ping(): Promise<boolean> {
    try {
      await this.answered(selectNothing);
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await this.connection.close(CLOSE_GRACE_S);
    await this.options.onClosed?.();
  }

  /** What `statement` throws becomes a value. */
  private async write(
    statement: (database: Database) => Promise<StoreOutcome>,
  ): Promise<StoreOutcome> {
    try {
      return await this.answered(statement);
    } catch (error) {
      const cause = rootCause(error);
      return { kind: 'unavailable', cause: cause instanceof Error ? cause.message : `${cause}` };
    }
  }

  /** Rejects when no answer comes in time. Goes on with a fresh connection after a lost one. */
  private async answered<T>(ask: (database: Database) => Promise<T>): Promise<T> {
    const asked = this.connection;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      const error = new Error(`no answer within ${this.answerTimeoutMs} ms`);
      timer = setTimeout(() => reject(error), this.answerTimeoutMs);
    });
    try {
      return await Promise.race([ask(asked.database), timeout]);
    } catch (error) {
      if (isConnectionLost(error)) this.replace(asked);
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private replace(lost: Connection): void {
    if (this.connection !== lost) return;
    this.connection = this.connect();
    void lost.close(0);
  }

  private connect(): Connection {
    return connect(this.options.url, {
      socketsMax: SOCKETS_MAX,
      applicationName: 'spacetime-vr store',
    });
  }
}

function whetherHeld(held: boolean): StoreOutcome {
  return held ? { kind: 'committed' } : { kind: 'lease-lost' };
}
