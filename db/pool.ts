import { type Connection, connect, type Database, isConnectionLost } from './connect.ts';

export interface PoolOptions {
  readonly url: string;
  /** Sockets at most. */
  readonly socketsMax: number;
  readonly applicationName: string;
  /** A network that swallows packets tells nobody: a socket silent for so long is given up. */
  readonly answerTimeoutMs: number;
  /** Hears how long each answered question took, its wait for a socket included. */
  readonly onAnswered?: (durationMs: number) => void;
}

/** What a pool does at one moment. */
export interface PoolUsage {
  readonly socketsMax: number;
  /** Sockets that are open, or being opened. */
  readonly open: number;
  /** Of them, those that work on a question. */
  readonly busy: number;
  /** Questions that wait for a socket. */
  readonly waiting: number;
  /** How long sockets were busy since the beginning, summed over all. */
  readonly busyMs: number;
}

interface Slot {
  readonly connection: Connection;
  isDead: boolean;
}

type Waiter = (slot: Slot) => void;

/**
 * Sockets to one database, opened as they are needed; each answers one question at a time. The
 * driver's own pool was the way before: it sends questions on before earlier ones are answered and
 * tells nobody how many wait, and one lost socket cost all of them.
 */
export class Pool {
  private readonly options: PoolOptions;
  /** The one used last is taken first: its statements are prepared and its caches warm. */
  private readonly idle: Slot[] = [];
  private readonly waiters: Waiter[] = [];
  private readonly slots = new Set<Slot>();
  private closed = false;
  private busyMs = 0;

  constructor(options: PoolOptions) {
    this.options = options;
  }

  /**
   * Rejects with what `question` throws, or when no answer comes in time, the wait for a socket
   * included. A socket that was lost or did not answer is not used again.
   */
  async ask<T>(question: (database: Database) => Promise<T>): Promise<T> {
    const { answerTimeoutMs } = this.options;
    let timer: NodeJS.Timeout | undefined;
    let slot: Slot | null = null;
    const expiry = new Promise<never>((_, reject) => {
      const error = new Error(`no answer within ${answerTimeoutMs} ms`);
      timer = setTimeout(() => reject(error), answerTimeoutMs);
    });
    const askedMs = performance.now();
    let takenMs = askedMs;
    const taken = this.take();
    try {
      slot = await Promise.race([taken.slot, expiry]);
      takenMs = performance.now();
      const answer = await Promise.race([question(slot.connection.database), expiry]);
      this.options.onAnswered?.(performance.now() - askedMs);
      return answer;
    } catch (error) {
      if (slot === null) taken.giveUp();
      else if (isConnectionLost(error)) this.discard(slot);
      throw error;
    } finally {
      clearTimeout(timer);
      if (slot !== null) {
        this.busyMs += performance.now() - takenMs;
        this.release(slot);
      }
    }
  }

  usage(): PoolUsage {
    return {
      socketsMax: this.options.socketsMax,
      open: this.slots.size,
      busy: this.slots.size - this.idle.length,
      waiting: this.waiters.length,
      busyMs: this.busyMs,
    };
  }

  /** Lets running questions end for `graceS` seconds, then drops them. */
  async close(graceS: number): Promise<void> {
    this.closed = true;
    await Promise.all([...this.slots].map(({ connection }) => connection.close(graceS)));
    this.slots.clear();
    this.idle.length = 0;
  }

  /** A socket now or as soon as one is free; `giveUp` when nobody waits for it any more. */
  private take(): { readonly slot: Promise<Slot>; giveUp(): void } {
    if (this.closed) return { slot: Promise.reject(new Error('closed')), giveUp: () => {} };
    const free = this.idle.pop() ?? (this.hasRoom() ? this.open() : null);
    if (free !== null) return { slot: Promise.resolve(free), giveUp: () => {} };
    let waiter: Waiter = () => {};
    const slot = new Promise<Slot>((resolve) => {
      waiter = resolve;
    });
    this.waiters.push(waiter);
    const giveUp = (): void => {
      const index = this.waiters.indexOf(waiter);
      if (index >= 0) this.waiters.splice(index, 1);
      // It got one in the very moment in which it gave up.
      else void slot.then((unused) => this.release(unused));
    };
    return { slot, giveUp };
  }

  private hasRoom(): boolean {
    return this.slots.size < this.options.socketsMax;
  }

  private open(): Slot {
    const { url, applicationName } = this.options;
    const slot: Slot = {
      connection: connect(url, {
        socketsMax: 1,
        applicationName,
        onClose: () => this.discard(slot),
      }),
      isDead: false,
    };
    this.slots.add(slot);
    return slot;
  }

  private release(slot: Slot): void {
    if (this.closed) return;
    const next = this.waiters.shift();
    if (slot.isDead) {
      if (next !== undefined) next(this.open());
    } else if (next !== undefined) next(slot);
    else this.idle.push(slot);
  }

  private discard(slot: Slot): void {
    if (slot.isDead) return;
    slot.isDead = true;
    this.slots.delete(slot);
    const index = this.idle.indexOf(slot);
    if (index >= 0) this.idle.splice(index, 1);
    void slot.connection.close(0);
  }
}
