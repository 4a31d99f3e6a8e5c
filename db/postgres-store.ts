import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type {
  Account,
  Checkpoint,
  JournalGroup,
  Projection,
  RegionLease,
  Store,
  StoreOutcome,
} from '../server/ports.ts';
import { type Connection, connect, type Database } from './connect.ts';
import { insertAccount, selectAccount, upsertPlayers } from './queries/accounts.ts';
import {
  type CheckpointRow,
  pruneCheckpoints,
  selectCheckpointBefore,
  upsertCheckpoint,
} from './queries/checkpoints.ts';
import { cutGroups, insertGroup, selectGroups } from './queries/journal.ts';
import { claimRegion, holdLease } from './queries/regions.ts';
import { selectNothing } from './queries/settings.ts';

/** Checkpoints kept of each region: recovery goes back to an older one when a newer is damaged. */
export const CHECKPOINTS_KEPT = 5;
/** Level 1 of 9: a state is written once a minute while the world runs, and read once. */
const CHECKPOINT_ZLIB_LEVEL = 1;
const SOCKETS_MAX = 4;
const CLOSE_GRACE_S = 5;
/** A network that swallows packets tells nobody: after this long the connection is given up. */
const ANSWER_TIMEOUT_MS = 10_000;

const compress = promisify<Uint8Array, { level: number }, Uint8Array>(deflate);
const decompress = promisify<Uint8Array, { maxOutputLength: number }, Uint8Array>(inflate);

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

  /** A state that does not decompress is logged and left out. */
  async *checkpoints(region: number): AsyncGenerator<Checkpoint> {
    let before = Number.MAX_SAFE_INTEGER;
    for (;;) {
      const row = await this.answered((db) => selectCheckpointBefore(db, region, before));
      if (!row) return;
      before = row.frame;
      const checkpoint = await unpackCheckpoint(row);
      if (checkpoint) yield checkpoint;
      else this.options.log({ event: 'checkpoint-damaged', region, frame: row.frame });
    }
  }

  groups(region: number, fromFrame: number): AsyncIterable<JournalGroup> {
    return selectGroups(this.connection.database, region, fromFrame);
  }

  appendGroup(
    lease: RegionLease,
    group: JournalGroup,
    projection: Projection,
  ): Promise<StoreOutcome> {
    return this.write(lease, async (transaction) => {
      const result = await insertGroup(transaction, lease.region, group);
      if (result === 'conflict') {
        throw new Error(
          `frames ${group.firstFrame} to ${group.lastFrame} are journalled otherwise`,
        );
      }
      if (result === 'present') return;
      await upsertPlayers(transaction, lease.region, group.lastFrame, projection.players);
    });
  }

  truncateGroups(lease: RegionLease, fromFrame: number): Promise<StoreOutcome> {
    return this.write(lease, (transaction) => cutGroups(transaction, lease, fromFrame));
  }

  async saveCheckpoint(lease: RegionLease, checkpoint: Checkpoint): Promise<StoreOutcome> {
    const row = await packCheckpoint(lease.region, checkpoint);
    return this.write(lease, async (transaction) => {
      await upsertCheckpoint(transaction, row);
      await pruneCheckpoints(transaction, lease.region, CHECKPOINTS_KEPT);
    });
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

  /** Runs `work` in one transaction that commits only while `lease` is the current one. */
  private async write(
    lease: RegionLease,
    work: (transaction: Database) => Promise<void>,
  ): Promise<StoreOutcome> {
    try {
      return await this.answered((database) =>
        database.transaction(async (transaction): Promise<StoreOutcome> => {
          if (!(await holdLease(transaction, lease))) return { kind: 'lease-lost' };
          await work(transaction);
          return { kind: 'committed' };
        }),
      );
    } catch (error) {
      return { kind: 'unavailable', cause: rootCause(error) };
    }
  }

  /** Rejects when no answer comes in time, and then goes on with fresh sockets. */
  private async answered<T>(ask: (database: Database) => Promise<T>): Promise<T> {
    const asked = this.connection;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`no answer within ${this.answerTimeoutMs} ms`));
        if (this.connection !== asked) return;
        this.connection = this.connect();
        void asked.close(0);
      }, this.answerTimeoutMs);
    });
    try {
      return await Promise.race([ask(asked.database), timeout]);
    } finally {
      clearTimeout(timer);
    }
  }

  private connect(): Connection {
    return connect(this.options.url, {
      socketsMax: SOCKETS_MAX,
      applicationName: 'spacetime-vr store',
    });
  }
}

async function packCheckpoint(region: number, checkpoint: Checkpoint): Promise<CheckpointRow> {
  return {
    region,
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

/** Drizzle wraps what the driver threw; the innermost message is the one that says something. */
function rootCause(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause !== undefined) innermost = innermost.cause;
  return innermost instanceof Error ? innermost.message : String(innermost);
}
