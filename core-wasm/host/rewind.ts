import type { Abi } from './abi.ts';
import type { Memory } from './memory.ts';
import { Queries } from './queries.ts';

/** Half a second. */
export const REWIND_TICKS_MAX = 30;

const POSE_BYTES = 64;
const NO_TICK = -1;

/** What is kept of one tick. */
interface Entry {
  tick: number;
  /** Grows when needed, never shrinks. */
  movers: Uint8Array;
  moverCount: number;
  statics: Statics;
}

/** Shared by all ticks between two changes of the statics. */
interface Statics {
  readonly revision: number;
  readonly poses: Uint8Array;
  readonly count: number;
}

/**
 * The poses of the last ticks, so that a hit can be judged by the world that the shooter saw: the
 * same queries with the same answers as they would have had then. 64 bytes a moving body and tick,
 * kept outside the state: no snapshot carries it. Made by `Core.keepPast`.
 */
export class Rewind {
  private readonly abi: Abi;
  private readonly memory: Memory;
  private readonly entries: Entry[];
  private readonly queries: Queries;
  private statics: Statics = { revision: NO_TICK, poses: new Uint8Array(0), count: 0 };
  private target = NO_TICK;
  /** What the core holds of the past just now. */
  private loaded: Entry | null = null;
  /** Of the present statics and definitions when it was loaded: what is loaded rests on both. */
  private loadedRevision = NO_TICK;

  constructor(abi: Abi, memory: Memory, ticks: number) {
    if (!(ticks >= 1 && ticks <= REWIND_TICKS_MAX && Number.isInteger(ticks))) {
      throw new RangeError(`ticks 1…${REWIND_TICKS_MAX}, not ${ticks}`);
    }
    this.abi = abi;
    this.memory = memory;
    this.entries = Array.from({ length: ticks }, () => ({
      tick: NO_TICK,
      movers: new Uint8Array(0),
      moverCount: 0,
      statics: this.statics,
    }));
    this.queries = new Queries(abi, memory, () => this.load());
  }

  /**
   * Keeps the present state under `tick`, the one that the next step computes. Call it once before
   * each step. A tick that was kept before, and all later ones, are replaced: that is a rollback.
   */
  capture(tick: number): void {
    if (!(tick >= 0 && Number.isInteger(tick))) throw new RangeError(`no tick ${tick}`);
    for (const entry of this.entries) if (entry.tick >= tick) this.drop(entry);
    const entry = this.entries[tick % this.entries.length] as Entry;
    this.drop(entry);
    const { bytes, staging } = this.memory;
    const count = this.abi.pastSaveMovers();
    const length = count * POSE_BYTES;
    if (entry.movers.length < length) entry.movers = new Uint8Array(length + (length >>> 1));
    entry.movers.set(bytes.subarray(staging, staging + length));
    entry.moverCount = count;
    entry.statics = this.presentStatics();
    entry.tick = tick;
  }

  private presentStatics(): Statics {
    const revision = this.abi.queryStaticsRevision() >>> 0;
    if (this.statics.revision === revision) return this.statics;
    const { bytes, staging } = this.memory;
    const count = this.abi.pastSaveStatics();
    const poses = bytes.slice(staging, staging + count * POSE_BYTES);
    this.statics = { revision, poses, count };
    return this.statics;
  }

  /** Drops all ticks; for a world that goes on somewhere else. */
  forget(): void {
    for (const entry of this.entries) this.drop(entry);
  }

  private drop(entry: Entry): void {
    entry.tick = NO_TICK;
    if (this.loaded === entry) this.loaded = null;
  }

  /**
   * Queries on the state that was captured under `tick`, or null when it is not kept. There is one
   * such object: asking for another tick turns it there. Group what asks for one tick, since each
   * turn brings the whole tick back into the core.
   */
  at(tick: number): Queries | null {
    if (this.find(tick) === undefined) return null;
    this.target = tick;
    return this.queries;
  }

  private find(tick: number): Entry | undefined {
    if (tick < 0) return undefined;
    return this.entries.find((entry) => entry.tick === tick);
  }

  private load(): void {
    const entry = this.find(this.target);
    if (entry === undefined) throw new RangeError(`tick ${this.target} is no longer kept`);
    const present = this.abi.queryStaticsRevision() >>> 0;
    if (this.loaded === entry && this.loadedRevision === present) return;
    const { bytes, staging } = this.memory;
    const length = entry.moverCount * POSE_BYTES;
    bytes.set(entry.movers.subarray(0, length), staging);
    const isPresent = entry.statics.revision === present;
    if (!isPresent) bytes.set(entry.statics.poses, staging + length);
    this.abi.pastLoad(entry.moverCount, isPresent ? -1 : entry.statics.count);
    this.loaded = entry;
    this.loadedRevision = present;
  }
}
