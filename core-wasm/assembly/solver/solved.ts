import { pair, pairCount } from '../broadphase/pair-list';
import { activeCount, activeSlot } from '../island/active';
import { FIRST_STATIC, IS_TIED, SOLVED, SOLVED_ENDS } from '../layout';
import { CONTACT_CAPACITY } from '../limits';
import { isIdleHand, noteBusyHand } from '../player/parts';
import { header } from '../world/header';

/**
 * Whom the solver computes: all that is active but idle hands, which go where they are told to. Of
 * these some are tied to another mover, by a contact, a joint or a grab; they are solved together,
 * substep by substep. The others are alone; see `alone.ts`.
 */

assert(CONTACT_CAPACITY <= <i32>u16.MAX_VALUE);

let count: i32 = 0;

/** Behind the grips and the pairs: both make a hand busy. */
export function findSolved(): void {
  const pairs = header().playerCount > 0 ? pairCount() : 0;
  for (let i = 0; i < pairs; i++) {
    noteBusyHand(<i32>(pair(i) >>> 16));
    const other = <i32>(pair(i) & 0xffff);
    if (other < FIRST_STATIC) noteBusyHand(other);
  }
  count = 0;
  for (let i = 0; i < activeCount(); i++) {
    const slot = activeSlot(i);
    if (isIdleHand(slot)) continue;
    store<u16>(SOLVED + ((<usize>count) << 1), <u16>slot);
    count++;
  }
  memory.fill(IS_TIED, 0, header().moverCount);
}

export function solvedCount(): i32 {
  return count;
}

/** Ascending. */
export function solvedSlot(index: i32): i32 {
  return <i32>load<u16>(SOLVED + ((<usize>index) << 1));
}

/** Its constraints are those from the end of the one before up to here. */
export function noteEnd(index: i32, constraints: i32): void {
  store<u16>(SOLVED_ENDS + ((<usize>index) << 1), <u16>constraints);
}

export function solvedEnd(index: i32): i32 {
  return <i32>load<u16>(SOLVED_ENDS + ((<usize>index) << 1));
}

/** What a body does in this tick's substeps depends on another mover; `FIXED` is tied to nobody. */
export function tie(slot: i32): void {
  store<u8>(IS_TIED + <usize>slot, 1);
}

export function isTied(slot: i32): bool {
  return load<u8>(IS_TIED + <usize>slot) != 0;
}
