import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type {
  Account,
  Books,
  Checkpoint,
  JournalGroup,
  PlacedPiece,
  Projection,
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
import {
  type CheckpointRow,
  selectCheckpointBefore,
  upsertCheckpoint,
} from './queries/checkpoints.ts';
import { cutGroups, insertGroup, selectGroups } from './queries/journal.ts';
import { selectPieces } from './queries/pieces.ts';
import { claimRegion } from './queries/regions.ts';
import { insertSceneEvent } from './queries/scene-history.ts';
import { selectNothing } from './queries/settings.ts';
import { ReadReplica, type ReplicaUsage } from './replica.ts';

/** Checkpoints kept of each region: recovery goes back to an older one when a newer is damaged. */
export const CHECKPOINTS_KEPT = 5;
/** Level 1 of 9: a state is written once a minute while the world runs, and read once. */
const CHECKPOINT_ZLIB_LEVEL = 1;
export const SOCKETS_MAX_DEFAULT = 10;
export const REPLICA_LAG_MAX_MS_DEFAULT = 1000;
const CLOSE_GRACE_S = 5;
const ANSWER_TIMEOUT_MS = 10_000;

const compress = promisify<Uint8Array, { level: number }, Uint8Array>(deflate);
const decompress = promisify<Uint8Array, { maxOutputLength: number }, Uint8Array>(inflate);

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

  /** A state that does not decompress is logged and left out. */
  async *checkpoints(region: number): AsyncGenerator<Checkpoint> {
    let before = Number.MAX_SAFE_INTEGER;
    for (;;) {
      const row = await this.pool.ask((db) => selectCheckpointBefore(db, region, before));
      if (!row) return;
      before = row.frame;
      const checkpoint = await unpackCheckpoint(row);
      if (checkpoint) yield checkpoint;
      else this.options.log({ event: 'checkpoint-damaged', region, frame: row.frame });
    }
  }

  async *groups(region: number, fromFrame: number): AsyncGenerator<JournalGroup> {
    let afterFrame = fromFrame - 1;
    for (;;) {
      const page = await this.pool.ask((db) => selectGroups(db, region, afterFrame));
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
    const row = await packCheckpoint(checkpoint);
    return this.write(async (database) =>
      whetherHeld(await upsertCheckpoint(database, lease, row, CHECKPOINTS_KEPT)),
    );
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

async function packCheckpoint(checkpoint: Checkpoint): Promise<CheckpointRow> {
  return {
    frame: checkpoint.frame,
    coreHash: checkpoint.coreHash,
    stateHash: checkpoint.stateHash.toString(16).padStart(16, '0'),
    stateBytes: checkpoint.state.length,
    state: await compress(checkpoint.state, { level: CHECKPOINT_ZLIB_LEVEL }),
    chain: checkpoint.chain,
  };
}

async function unpackCheckpoint(row: CheckpointRow): Promise<Checkpoint | null> {
  try {
    return {
      frame: row.frame,
      coreHash: row.coreHash,
      stateHash: BigInt(`0x${row.stateHash}`),
      state: await decompress(row.state, { maxOutputLength: row.stateBytes }),
      chain: row.chain,
    };
  } catch {
    return null;
  }
}
