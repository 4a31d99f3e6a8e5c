import { MESSAGES, ORDER_BYTES, ORDERS } from '../../layout';

/** Messages' part of the ABI; `core-wasm/host/bubble-writer.ts` is the one caller. */

export const ordersAddress: usize = ORDERS;
export const orderBytes: i32 = ORDER_BYTES;
export const messagesAddress: usize = MESSAGES;
