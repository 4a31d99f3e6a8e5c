import type { Abi } from './abi.ts';
import type { Memory } from './memory.ts';
import type { Timing } from './messages.ts';

// Words of an observer's record, and of an order; flags of orders.
const MESSAGE_START = 13;
const MESSAGE_LENGTH = 14;
const ORDER_PROOF = 0;
const ORDER_FLAGS = 2;
const ORDER_INPUT_FRAME = 3;
const ORDER_SLACK = 4;
const ORDER_REPLACED = 5;
const ORDER_UNDURABLE = 6;
const TELLS = 1;
const TIMING = 2;
const PROOF = 4;
const DURABLE = 8;

/** Observers between two calls of `onWritten`: few enough that the first do not wait. */
const WRITTEN_AT_ONCE = 64;

/**
 * What each client is told of a frame: chosen by `Core.interest`, written in one pass over all
 * observers, in which whatever concerns several is encoded once.
 *
 *   before the frame   `Core.loadFrame`, `Core.openFrame`
 *   after its steps    `Core.openSnapshot` of its first tick, `order` for each, `write`
 *   then               `message` of each
 */
export class BubbleWriter {
  private readonly abi: Abi;
  private readonly memory: Memory;
  private readonly capacity: number;
  private readonly orders: number;
  private readonly orderWords: number;
  private readonly records: number;
  private readonly recordWords: number;
  private readonly messages: number;

  /** `capacity`: how many observers there can be. */
  constructor(abi: Abi, memory: Memory, capacity: number) {
    this.abi = abi;
    this.memory = memory;
    this.capacity = capacity;
    this.orders = (abi.ordersAddress.value as number) >>> 2;
    this.orderWords = (abi.orderBytes.value as number) >>> 2;
    this.records = (abi.observersAddress.value as number) >>> 2;
    this.recordWords = (abi.observerBytes.value as number) >>> 2;
    this.messages = abi.messagesAddress.value;
  }

  /**
   * Has the next `write` make a message for an observer; an order stands for one frame. `proof` is
   * that of what he had at the frame's first tick, 0n for none; `undurable` how many frames a
   * crash may still take, null to say nothing of it. RangeError for no observer.
   */
  order(
    observer: number,
    timing: Timing | null,
    proof: bigint,
    undurable: number | null = null,
  ): void {
    if (!(observer >= 0 && observer < this.capacity)) throw new RangeError(`observer ${observer}`);
    const { u32, i32 } = this.memory;
    const first = this.orders + observer * this.orderWords;
    let flags = TELLS;
    if (timing !== null) flags |= TIMING;
    if (proof !== 0n) flags |= PROOF;
    if (undurable !== null) flags |= DURABLE;
    u32[first + ORDER_FLAGS] = flags;
    u32[first + ORDER_UNDURABLE] = Math.min(0xffff, undurable ?? 0);
    if (timing !== null) {
      u32[first + ORDER_INPUT_FRAME] = timing.inputFrame;
      i32[first + ORDER_SLACK] = Math.max(-32768, Math.min(32767, timing.slackMs));
      u32[first + ORDER_REPLACED] = Math.min(0xffff, timing.replaced);
    }
    if (proof === 0n) return;
    u32[first + ORDER_PROOF] = Number(proof & 0xffffffffn);
    u32[first + ORDER_PROOF + 1] = Number((proof >> 32n) & 0xffffffffn);
  }

  /**
   * `Interest.run`, and the messages of all observers who were ordered one. False, and nothing
   * done, as there. `onWritten` is called with observers whose messages are ready, some at a time,
   * so that they can go out before the others' are written; it may read what is theirs and calls
   * nothing else of this core. Its view is valid until it returns.
   */
  write(
    forced: ArrayLike<number> = [],
    onWritten: (observers: Uint16Array) => void = () => {},
  ): boolean {
    if (forced.length > this.abi.listedCapacity.value) return false;
    this.memory.u32.set(forced, (this.abi.listedAddress.value as number) >>> 2);
    if (this.abi.interestBegin(forced.length, 1) === 0) return false;
    let next = (this.abi.observerOrderAddress.value as number) >>> 1;
    for (;;) {
      const count = this.abi.interestLookOn(WRITTEN_AT_ONCE);
      if (count === 0) return true;
      onWritten(this.memory.u16.subarray(next, next + count));
      next += count;
    }
  }

  /**
   * The FRAME for an observer, a view until the next `write`. Null when none was ordered, or when
   * there was no room for it: then he must be forgotten and begin anew.
   */
  message(observer: number): Uint8Array | null {
    const first = this.records + observer * this.recordWords;
    const length = this.memory.u32[first + MESSAGE_LENGTH] as number;
    if (length === 0) return null;
    const start = this.messages + (this.memory.u32[first + MESSAGE_START] as number);
    return this.memory.bytes.subarray(start, start + length);
  }

  /**
   * Where in `all` the messages of the last `write` are: for each observer start and length, the
   * latter 0 without one, as far as `places` has room for pairs. Returns the bytes that they take.
   */
  readPlaces(places: Uint32Array): number {
    const { u32 } = this.memory;
    const count = Math.min(this.capacity, places.length >>> 1);
    let used = 0;
    for (let observer = 0; observer < count; observer++) {
      const first = this.records + observer * this.recordWords;
      const start = u32[first + MESSAGE_START] as number;
      const length = u32[first + MESSAGE_LENGTH] as number;
      places[observer * 2] = start;
      places[observer * 2 + 1] = length;
      if (length > 0) used = Math.max(used, start + length);
    }
    return used;
  }

  /** All messages of the last `write` in one piece of so many bytes, a view until the next. */
  all(bytes: number): Uint8Array {
    return this.memory.bytes.subarray(this.messages, this.messages + bytes);
  }
}
