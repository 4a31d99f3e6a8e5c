import { StateReader } from './state-reader.ts';
import { WireFault } from './types.ts';

/** A player who enters, and his history; zeros when none came along. */
export interface MetPlayer {
  readonly id: number;
  readonly history: Uint8Array;
}

/**
 * Bodies and snapshots in few bytes, without loss. What goes in is what comes out, and what comes
 * in from outside is checked like any snapshot.
 */
export class Shrinker extends StateReader {
  /**
   * The chunk of one group of the open snapshot: what `takePart` gives, small. Chunks of different
   * groups may follow each other in any order. Null as `takePart`. With `told`, players' histories
   * go along as they were before the frame of which `BubbleWriter.write` has just told.
   */
  shrinkPart(ids: ArrayLike<number>, told = false): Uint8Array | null {
    const length = this.list(ids) ? this.abi.groupShrink(ids.length, told ? 1 : 0) : -1;
    return length < 0 ? null : this.takeExcerpt(length);
  }

  /** Before the first `shrinkEnters` from an open snapshot; ends the messages that were written. */
  beginEnters(): void {
    this.abi.entersBegin();
  }

  /**
   * Chunks of all these movers, told as with `shrinkPart`, one for those who hung together when the
   * frame began; what was asked for before is copied. Null as `takePart`.
   */
  shrinkEnters(ids: ArrayLike<number>): Uint8Array | null {
    const length = this.list(ids) ? this.abi.entersWrite(ids.length) : -1;
    if (length < 0) return null;
    const first = this.abi.messagesAddress.value as number;
    return this.memory.bytes.slice(first, first + length);
  }

  /**
   * The players in the groups whose chunks `bytes` are, and what is known of their entries, in the
   * chunks' order; null when they are none. The world need not be at their tick, but of their
   * region. Ends an open snapshot.
   */
  meetPlayers(bytes: Uint8Array): MetPlayer[] | null {
    const count = this.stage(bytes) ? this.abi.groupsMeet(bytes.length) : -1;
    if (count < 0) return null;
    return Array.from({ length: count }, (_, number) => {
      const at = this.abi.metHistory(number);
      const history = this.memory.bytes.slice(at, at + this.abi.historyBytes.value);
      return { id: this.abi.metPlayer(number) >>> 0, history };
    });
  }

  /**
   * The excerpt of all groups whose chunks `bytes` are, for a world of this core's tick and region;
   * null when they are none. Ends an open snapshot.
   */
  unshrinkParts(bytes: Uint8Array): Uint8Array | null {
    const length = this.stage(bytes) ? this.abi.groupsUnshrink(bytes.length) : -1;
    return length < 0 ? null : this.takeStaged(length);
  }

  /** `insertPart` of the groups whose chunks `bytes` are. A refusal changes nothing. */
  insertShrunk(bytes: Uint8Array): WireFault {
    if (!this.stage(bytes)) return WireFault.TOO_LONG;
    return this.abi.groupsInsert(bytes.length) as WireFault;
  }

  /** A snapshot, small; null when it is none. The snapshot is then the open one. */
  packSnapshot(snapshot: Uint8Array): Uint8Array | null {
    const length = this.stage(snapshot) ? this.abi.snapshotShrink(snapshot.length) : -1;
    return length < 0 ? null : this.takeExcerpt(length);
  }

  /**
   * What `packSnapshot` was given, or null. The bytes are as good as where they come from:
   * `restore` checks them.
   */
  unpackSnapshot(bytes: Uint8Array): Uint8Array | null {
    const length = this.stage(bytes) ? this.abi.snapshotUnshrink(bytes.length) : -1;
    return length < 0 ? null : this.takeStaged(length);
  }

  protected list(ids: ArrayLike<number>): boolean {
    if (ids.length > this.abi.listedCapacity.value) return false;
    this.memory.u32.set(ids, (this.abi.listedAddress.value as number) >>> 2);
    return true;
  }

  /** What the core took out, of that many bytes. */
  protected takeExcerpt(length: number): Uint8Array {
    const first = this.abi.excerptAddress.value as number;
    return this.memory.bytes.slice(first, first + length);
  }

  private stage(bytes: Uint8Array): boolean {
    if (bytes.length > this.memory.stagingBytes) return false;
    this.memory.bytes.set(bytes, this.memory.staging);
    return true;
  }

  private takeStaged(length: number): Uint8Array {
    return this.memory.bytes.slice(this.memory.staging, this.memory.staging + length);
  }
}
