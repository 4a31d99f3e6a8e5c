import { createHash } from 'node:crypto';
import type {
  Account,
  Books,
  Checkpoint,
  CheckpointMark,
  CoreSpan,
  JournalGroup,
  PlacedPiece,
  Projection,
  ReadCheckpoint,
  RegionLease,
  SceneEvent,
  Store,
  StoreOutcome,
} from '../server/ports.ts';
import { type Database, STORE_APPLICATION_NAME } from './connect.ts';
import { asOutcome } from './outcome.ts';
import { Pool, type PoolUsage } from './pool.ts';
import { openBooks } from './postgres-books.ts';
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
import { selectPieces } from './queries/pieces.ts';
import { claimRegion, type Stray, selectSeed, selectStrays } from './queries/regions.ts';
import { insertSceneEvent } from './queries/scene-history.ts';
import { selectNothing } from './queries/settings.ts';
import { ReadReplica, type ReplicaUsage } from './replica.ts';

/** Groups that one statement removes: ten minutes of them, far more than grow in between. */
const PRUNED_GROUPS_MAX = 2400;
export const SOCKETS_MAX_DEFAULT = 10;
export const REPLICA_LAG_MAX_MS_DEFAULT = 1000;
const CLOSE_GRACE_S = 5;
const ANSWER_TIMEOUT_MS = 10_000;

export interface PostgresStoreOptions {
  readonly url: string;
  readonly log: (event: object) => void;
  /** Called last when the store closes. */
  readonly onClosed?: () => Promise<void>;
  readonly answerTimeoutMs?: number;
  readonly socketsMax?: number;
  /** Null or absent: all questions go to `url`. */
  readonly replicaUrl?: string | null;
  /** A replica that lags further behind is not asked. */
  readonly replicaLagMaxMs?: number;
  /** Hears how long each answered question took. */
  readonly onAnswered?: (durationMs: number) => void;
}

/** What the store's sockets do at one moment. */
export interface StoreUsage extends PoolUsage {
  /** Null without a replica. */
  readonly replica: ReplicaUsage | null;
}

/** The `Store` port on any PostgreSQL 15 or newer whose schema is up to date. */
export class PostgresStore implements Store {
  readonly books: Books;
  private readonly options: PostgresStoreOptions;
  private readonly pool: Pool;
  private readonly replica: ReadReplica | null;

  constructor(options: PostgresStoreOptions) {
    this.options = options;
    const pooled = {
      applicationName: STORE_APPLICATION_NAME,
      answerTimeoutMs: options.answerTimeoutMs ?? ANSWER_TIMEOUT_MS,
      socketsMax: options.socketsMax ?? SOCKETS_MAX_DEFAULT,
      ...(options.onAnswered ? { onAnswered: options.onAnswered } : {}),
    };
    this.pool = new Pool({ ...pooled, url: options.url });
    this.replica =
      typeof options.replicaUrl === 'string'
        ? new ReadReplica({
            primary: this.pool,
            pool: new Pool({ ...pooled, url: options.replicaUrl }),
            lagMaxMs: options.replicaLagMaxMs ?? REPLICA_LAG_MAX_MS_DEFAULT,
            log: options.log,
          })
        : null;
    this.books = openBooks(this.pool, this.replica ?? this.pool);
  }

  usage(): StoreUsage {
    return { ...this.pool.usage(), replica: this.replica?.usage() ?? null };
  }

  claimRegion(region: number, seed: number): Promise<{ lease: RegionLease; seed: number }> {
    return this.pool.ask((database) => claimRegion(database, region, seed));
  }

  regionSeed(region: number): Promise<number | null> {
    return this.pool.ask((database) => selectSeed(database, region));
  }

  /** A checkpoint that is not what was stored is logged and left out. */
  async *checkpoints(region: number, newestFrame?: number): AsyncGenerator<Checkpoint> {
    let upTo = newestFrame ?? Number.MAX_SAFE_INTEGER;
    for (;;) {
      const row = await this.pool.ask((db) => selectCheckpointUpTo(db, region, upTo));
      if (!row) return;
      upTo = row.frame - 1;
      const read = await unpackCheckpoint(row);
      if (read.kind === 'sound') yield read.checkpoint;
      else if (read.kind === 'damaged') {
        this.options.log({ event: 'checkpoint-damaged', region, frame: row.frame, why: read.why });
      }
      // Below a damaged number that came rounded nothing can be asked for.
      if (!Number.isSafeInteger(row.frame)) return;
    }
  }

  /** Groups and checkpoints of regions that do not exist. */
  strays(): Promise<Stray[]> {
    return this.pool.ask(selectStrays);
  }

  checkpointMarks(region: number, which: 'all' | 'with-state'): Promise<readonly CheckpointMark[]> {
    return this.pool.ask((database) => selectMarks(database, region, which));
  }

  coreSpans(region: number): Promise<readonly CoreSpan[]> {
    return this.pool.ask((database) => selectSpans(database, region));
  }

  async readCheckpoint(region: number, frame: number): Promise<ReadCheckpoint> {
    // A damaged number that came rounded is nobody's: the database may not even take it.
    if (!Number.isSafeInteger(frame)) return { kind: 'damaged', frame, why: 'frame' };
    const row = await this.pool.ask((database) => selectCheckpoint(database, region, frame));
    return row === null ? { kind: 'absent' } : unpackCheckpoint(row);
  }

  async *groups(region: number, fromFrame: number): AsyncGenerator<JournalGroup> {
    let afterFrame = fromFrame - 1;
    for (;;) {
      const page = await this.pool.ask((db) => selectGroups(db, region, afterFrame));
      const last = page.at(-1);
      if (!last) return;
      yield* page;
      // A damaged number beyond 2^53 comes rounded: asked on from it the page would come again.
      if (!Number.isSafeInteger(last.lastFrame)) return;
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
    return this.pool.ask((database) => insertCore(database, coreHash, wasm));
  }

  async keptCore(coreHash: string): Promise<Uint8Array | null> {
    const wasm = await this.pool.ask((database) => selectCore(database, coreHash));
    if (wasm === null) return null;
    return createHash('sha256').update(wasm).digest('hex') === coreHash ? wasm : null;
  }

  pieces(region: number): Promise<PlacedPiece[]> {
    return this.pool.ask((database) => selectPieces(database, region));
  }

  noteScene(lease: RegionLease, event: SceneEvent): Promise<StoreOutcome> {
    return this.write(async (database) =>
      whetherHeld(await insertSceneEvent(database, lease, event)),
    );
  }

  createGuest(name: string): Promise<Account> {
    return this.pool.ask((database) => insertAccount(database, name));
  }

  account(account: number): Promise<Account | null> {
    return this.pool.ask((database) => selectAccount(database, account));
  }

  async ping(): Promise<boolean> {
    try {
      await this.pool.ask(selectNothing);
      return true;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.pool.close(CLOSE_GRACE_S), this.replica?.close(CLOSE_GRACE_S)]);
    await this.options.onClosed?.();
  }

  /** What `statement` throws becomes a value. */
  private write(statement: (database: Database) => Promise<StoreOutcome>): Promise<StoreOutcome> {
    return asOutcome(() => this.pool.ask(statement));
  }
}

function whetherHeld(held: boolean): StoreOutcome {
  return held ? { kind: 'committed' } : { kind: 'lease-lost' };
}
