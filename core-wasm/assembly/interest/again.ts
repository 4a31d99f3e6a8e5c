import { HAD, HAS, LISTED } from '../layout';
import { entryBefore, groupEntry, groupOfEntry, groupStart } from './entries';
import { Observer, observer } from './observer';

/**
 * Whom an observer is to get once more although he has them: what he computed of them is wrong. In
 * the frame that is told next the whole groups of these both leave and enter.
 */

const AGAIN_CAPACITY: i32 = 4096;
/** Ids, those of an observer together. */
const AGAIN: usize = memory.data(AGAIN_CAPACITY * 4, 16);

let count: i32 = 0;

/** Takes the `listed` ids in LISTED; false when there is no room, or he gets something already. */
export function giveAgain(index: i32, listed: i32): bool {
  const o = observer(index);
  if (o.againCount > 0 || listed < 0 || listed > AGAIN_CAPACITY - count) return false;
  o.againStart = <u16>count;
  o.againCount = <u16>listed;
  memory.copy(AGAIN + ((<usize>count) << 2), LISTED, (<usize>listed) << 2);
  count += listed;
  return true;
}

/**
 * Lets HAD lack the groups that he is to get again, of those that he keeps: the others leave, which
 * needs no more.
 */
export function missAgain(o: Observer): void {
  const first = <i32>o.againStart;
  for (let i = first; i < first + <i32>o.againCount; i++) {
    const entry = entryBefore(load<u32>(AGAIN + ((<usize>i) << 2)));
    if (entry < 0) continue;
    if (!isKept(entry)) continue;
    const group = groupOfEntry(entry);
    for (let place = groupStart(group); place < groupStart(group + 1); place++) {
      const mate = groupEntry(place);
      const at = HAD + <usize>(mate >>> 3);
      const bit: u32 = 1 << (mate & 7);
      store<u8>(at, load<u8>(at) & <u8>~bit);
    }
  }
  o.againCount = 0;
}

function isKept(entry: i32): bool {
  return ((<i32>load<u8>(HAS + <usize>(entry >>> 3)) >>> (entry & 7)) & 1) != 0;
}

/** Everybody was told. */
export function forgetAgain(): void {
  count = 0;
}
