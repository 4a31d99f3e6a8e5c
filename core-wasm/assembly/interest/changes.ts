import { ENTERS, HAD, HAS, LEAVES } from '../layout';
import { missAgain } from './again';
import {
  areEntriesSame,
  bitBytes,
  entryOfOld,
  idBefore,
  idNow,
  isHad,
  isTaken,
  oldId,
} from './entries';
import { memberEntriesOf, membersOf, Observer } from './observer';

/** What became of an observer's choice: who leaves, who enters, whom he has now. */

/** Mostly nobody came or went, in the world and here: then all stands written already. */
export function writeChanges(index: i32, o: Observer): void {
  o.enterCount = 0;
  o.leaveCount = 0;
  if (o.againCount > 0) missAgain(o);
  if (areEntriesSame() && hasWhatHeHad()) return;
  writeLeaves(index, o);
  writeEnters(o);
  writeMembers(index, o);
}

function hasWhatHeHad(): bool {
  for (let at: usize = 0; at < bitBytes(); at += 16) {
    if (v128.any_true(v128.xor(v128.load(HAS + at), v128.load(HAD + at)))) return false;
  }
  return true;
}

function writeLeaves(index: i32, o: Observer): void {
  const entries = memberEntriesOf(index);
  let leaves = LEAVES + ((<usize>o.leaveStart) << 2);
  for (let i = 0; i < o.memberCount; i++) {
    const old = <i32>load<u16>(entries + ((<usize>i) << 1));
    const entry = entryOfOld(old);
    if (entry >= 0 && isTaken(entry) && isHad(entry)) continue;
    store<u32>(leaves, oldId(old));
    leaves += 4;
  }
  o.leaveCount = <i32>((leaves - LEAVES) >> 2) - o.leaveStart;
}

/** Who enters was there at the frame's first tick; who came since comes by the frame itself. */
function writeEnters(o: Observer): void {
  let enters = ENTERS + ((<usize>o.enterStart) << 2);
  for (let at: usize = 0; at < bitBytes(); at += 8) {
    for (let bits = load<u64>(HAS + at) & ~load<u64>(HAD + at); bits != 0; bits &= bits - 1) {
      const id = idBefore(<i32>(at << 3) + <i32>ctz(bits));
      if (id == 0) continue;
      store<u32>(enters, id);
      enters += 4;
    }
  }
  o.enterCount = <i32>((enters - ENTERS) >> 2) - o.enterStart;
}

function writeMembers(index: i32, o: Observer): void {
  const ids = membersOf(index);
  const entries = memberEntriesOf(index);
  let count: usize = 0;
  for (let at: usize = 0; at < bitBytes(); at += 8) {
    for (let bits = load<u64>(HAS + at); bits != 0; bits &= bits - 1) {
      const entry = <i32>(at << 3) + <i32>ctz(bits);
      const id = idNow(entry);
      if (id == 0) continue;
      store<u32>(ids + (count << 2), id);
      store<u16>(entries + (count << 1), <u16>entry);
      count++;
    }
  }
  o.memberCount = <i32>count;
}
