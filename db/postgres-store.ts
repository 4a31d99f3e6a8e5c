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
import { type Connection, connect, type Database, isConnectionLost, rootCause } from './connect.ts';
import { insertAccount, selectAccount } from './queries/accounts.ts';
import {
  type CheckpointRow,
  selectCheckpointBefore,
  upsertCheckpoint,
} from './queries/checkpoints.ts';
import { cutGroups, insertGroup, selectGroups } from './queries/journal.ts';
import { claimRegion } from './queries/regions.ts';
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
    const row = await packCheckpoint(checkpoint);
    return this.write(async (database) =>
      whetherHeld(await upsertCheckpoint(database, lease, row, CHECKPOINTS_KEPT)),
    );
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
