import { ORDER_BYTES, ORDERS } from '../../layout';

export const enum OrderFlag {
  /** He is to get a message. */
  TELLS = 1,
  /** With the timing of his inputs. */
  TIMING = 2,
  /** With the proof of what he had at the frame's first tick. */
  PROOF = 4,
  /** With how many frames are not durable. */
  DURABLE = 8,
}

/** What the host wants one observer's message to say beside the frame. It stands for one frame. */
@unmanaged
@final
export class Order {
  proof: u64;
  flags: u32;
  /** As in the TIMING of `messages.ts`. */
  inputFrame: u32;
  slackMs: i32;
  replaced: u32;
  undurable: u32;
  reserved: u32;
}

assert(offsetof<Order>() == ORDER_BYTES);

export function orderOf(observer: i32): Order {
  return changetype<Order>(ORDERS + <usize>observer * ORDER_BYTES);
}
