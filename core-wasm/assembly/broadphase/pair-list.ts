import { areKeptApart } from '../joint/joint-pairs';
import { PAIR_COUNTS, PAIRS, PAIRS_SORTED } from '../layout';
import { PAIR_CAPACITY } from '../limits';
import { raiseFault, StepFault } from '../world/fault';
import { header } from '../world/header';
import { hit } from './grid';
import { mayCollide } from './may-collide';

/** The tick's pairs as lower slot << 16 | higher; found in any order, maybe twice, then sorted. */

let count: i32 = 0;

export function pairCount(): i32 {
  return count;
}

export function pair(index: i32): u32 {
  return load<u32>(PAIRS + ((<usize>index) << 2));
}

function setPair(index: i32, key: u32): void {
  store<u32>(PAIRS + ((<usize>index) << 2), key);
}

export function clearPairs(): void {
  count = 0;
  memory.fill(PAIR_COUNTS, 0, (<usize>(header().moverCount + 1)) << 2);
}

/** Lists two whose bounds touch, if they may collide. */
export function emit(a: i32, b: i32): void {
  if (a == b || !mayCollide(a, b) || areKeptApart(a, b)) return;
  if (count == PAIR_CAPACITY) {
    raiseFault(StepFault.PAIRS_FULL);
    return;
  }
  const low = min<i32>(a, b);
  store<u32>(PAIRS + ((<usize>count) << 2), ((<u32>low) << 16) | <u32>max<i32>(a, b));
  const address = PAIR_COUNTS + ((<usize>low) << 2);
  store<i32>(address, load<i32>(address) + 1);
  count++;
}

/** The same for what the last look into a grid has found. */
export function emitHits(slot: i32, hits: i32): void {
  for (let i = 0; i < hits; i++) emit(slot, hit(i));
}

/** Sorts by the lower slot by counting, by the higher by insertion; drops what came twice. */
export function sortPairs(): void {
  const movers = header().moverCount;
  let sum = 0;
  for (let slot = 0; slot < movers; slot++) {
    const address = PAIR_COUNTS + ((<usize>slot) << 2);
    const here = load<i32>(address);
    store<i32>(address, sum);
    sum += here;
  }
  for (let i = 0; i < count; i++) {
    const key = pair(i);
    const address = PAIR_COUNTS + ((<usize>(key >>> 16)) << 2);
    const at = load<i32>(address);
    store<i32>(address, at + 1);
    store<u32>(PAIRS_SORTED + ((<usize>at) << 2), key);
  }
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const key = load<u32>(PAIRS_SORTED + ((<usize>i) << 2));
    let at = kept;
    while (at > 0 && pair(at - 1) > key) at--;
    if (at > 0 && pair(at - 1) == key) continue;
    for (let i = kept; i > at; i--) setPair(i, pair(i - 1));
    setPair(at, key);
    kept++;
  }
  count = kept;
}
