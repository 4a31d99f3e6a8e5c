import { type Database, isConnectionLost, rootCause } from './connect.ts';
import type { Pool, PoolUsage } from './pool.ts';
import { selectReplayedBytes, selectWrittenBytes } from './queries/replication.ts';

export interface ReplicaOptions {
  readonly primary: Pool;
  /** Of the replica; closed with it. */
  readonly pool: Pool;
  /** A replica that lags further behind is not asked. */
  readonly lagMaxMs: number;
  readonly log: (event: object) => void;
}

/** What a replica does at one moment. */
export interface ReplicaUsage extends PoolUsage {
  /** How old its newest state is; null while it is away. */
  readonly lagMs: number | null;
  /** Questions that it answered, and that the primary answered in its place. */
  readonly answered: number;
  readonly fellBack: number;
}

/** The primary had written its log so far at that time. */
interface Mark {
  readonly bytes: number;
  readonly atMs: number;
}

const PROBE_INTERVAL_MS = 500;
/** Five minutes of marks: a lag beyond shows as that. */
const MARKS_MAX = 600;

/**
 * A streaming replica for what may be read a moment late. Its lag is measured by the primary's own
 * log: how long ago was written what is not replayed yet. `pg_last_xact_replay_timestamp` was the
 * way before: it grows while nobody writes, and a replica cut off from its primary calls itself
 * up to date, for it compares with what it received.
 */
export class ReadReplica {
  private readonly options: ReplicaOptions;
  private marks: Mark[] = [];
  private lagMs: number | null = null;
  private answered = 0;
  private fellBack = 0;
  private timer: NodeJS.Timeout | null = null;
  private closed = false;

  constructor(options: ReplicaOptions) {
    this.options = options;
    void this.probe();
  }

  /** Answered by the replica, or by the primary when that is away or too far behind. */
  async ask<T>(question: (database: Database) => Promise<T>): Promise<T> {
    const { pool, primary } = this.options;
    if (this.isUsable()) {
      try {
        const answer = await pool.ask(question);
        this.answered++;
        return answer;
      } catch (error) {
        if (!isConnectionLost(error)) throw error;
        this.setLag(null, String(rootCause(error)));
      }
    }
    this.fellBack++;
    return await primary.ask(question);
  }

  usage(): ReplicaUsage {
    const { lagMs, answered, fellBack } = this;
    return { ...this.options.pool.usage(), lagMs, answered, fellBack };
  }

  async close(graceS: number): Promise<void> {
    this.closed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.options.pool.close(graceS);
  }

  private isUsable(): boolean {
    return this.lagMs !== null && this.lagMs <= this.options.lagMaxMs;
  }

  private async probe(): Promise<void> {
    const { primary, pool } = this.options;
    // A primary that is away writes nothing, so nothing new can be missing.
    const written = await primary.ask(selectWrittenBytes).catch(() => null);
    const askedMs = performance.now();
    if (written !== null) this.marks.push({ bytes: written, atMs: askedMs });
    if (this.marks.length > MARKS_MAX) this.marks.shift();
    try {
      const replayed = await pool.ask(selectReplayedBytes);
      if (replayed === null) this.setLag(null, 'it is no replica');
      else this.setLag(this.lagAt(replayed, performance.now()), null);
    } catch (error) {
      this.setLag(null, String(rootCause(error)));
    }
    if (this.closed) return;
    this.timer = setTimeout(() => void this.probe(), PROBE_INTERVAL_MS);
    this.timer.unref();
  }

  /** Forgets the marks that are replayed. */
  private lagAt(replayedBytes: number, nowMs: number): number {
    const missing = this.marks.findIndex(({ bytes }) => bytes > replayedBytes);
    this.marks = missing < 0 ? [] : this.marks.slice(missing);
    const oldest = this.marks[0];
    return oldest === undefined ? 0 : nowMs - oldest.atMs;
  }

  private setLag(lagMs: number | null, cause: string | null): void {
    const wasUsable = this.isUsable();
    this.lagMs = lagMs;
    if (this.closed || wasUsable === this.isUsable()) return;
    if (wasUsable) this.options.log({ event: 'replica-unused', lagMs, cause });
    else this.options.log({ event: 'replica-used', lagMs });
  }
}
