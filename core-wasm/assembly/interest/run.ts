import { Role } from '../body/body';
import { areGroupsWhole } from '../island/groups';
import { EVERYBODYS, LISTED, OBSERVER_BYTES } from '../layout';
import { LISTED_CAPACITY, OBSERVER_CAPACITY } from '../limits';
import { packChunks } from '../wire/bubble/chunks';
import { packGhosts } from '../wire/bubble/ghost-record';
import { beginMessages, writeMessage } from '../wire/bubble/message';
import { isFrameOpen } from '../wire/passages';
import { forgetAgain } from './again';
import { settle } from './allowance';
import { buildCells, LOOSE_CELLS, PLAYER_CELLS } from './cells';
import { buildColumns, forgetColumns } from './columns';
import { buildEntries } from './entries';
import { chooseGhosts } from './ghosts';
import { observer } from './observer';
import { orderedObserver, orderObservers } from './order';
import { chooseMembers } from './select';

/**
 * Interest: for every observer the movers that his client simulates in the frame that was just
 * stepped, and the ghosts that it is told of. Looks at STATE and at the frame's groups, writes
 * neither. What an observer had is kept between calls, outside STATE: a world that is restored
 * must be told its observers again.
 */

let observerHigh: i32 = 0;

/**
 * False, and nothing done, unless a whole frame was stepped since the last first tick. With `tells`
 * each observer's message is written while it is known who is his; the frame's passages and the
 * packed state of its first tick must be open.
 */
export function runInterest(forcedCount: i32, tells: bool): bool {
  if (!areGroupsWhole() || forcedCount < 0 || forcedCount > LISTED_CAPACITY) return false;
  if (tells && !isFrameOpen()) return false;
  memory.copy(EVERYBODYS, LISTED, (<usize>forcedCount) << 2);
  buildEntries();
  buildCells(PLAYER_CELLS, Role.PLAYER);
  buildCells(LOOSE_CELLS, Role.LOOSE);
  buildColumns();
  if (tells) {
    packChunks();
    packGhosts();
    beginMessages();
  }
  let enters = 0;
  let leaves = 0;
  let ghosts = 0;
  const count = orderObservers(observerHigh);
  for (let place = 0; place < count; place++) {
    const index = orderedObserver(place);
    const o = observer(index);
    o.enterStart = enters;
    o.leaveStart = leaves;
    chooseMembers(index, o, forcedCount, tells);
    enters += o.enterCount;
    leaves += o.leaveCount;
    ghosts = chooseGhosts(index, o, ghosts);
    if (!tells) continue;
    writeMessage(index, o);
    settle(o);
  }
  forgetAgain();
  return true;
}

/**
 * Names the mover around whom an observer looks, his bytes for ghosts a frame, and for everything a
 * second, 0 for as many as it takes.
 */
export function setObserver(index: i32, entity: u32, budget: i32, bytesPerSecond: i32): bool {
  if (index < 0 || index >= OBSERVER_CAPACITY || entity == 0) return false;
  if (budget < 0 || bytesPerSecond < 0) return false;
  const o = observer(index);
  o.entity = entity;
  o.budget = budget;
  o.bytesPerSecond = bytesPerSecond;
  observerHigh = max<i32>(observerHigh, index + 1);
  return true;
}

/** He has nothing from here on. */
export function clearObserver(index: i32): void {
  if (index < 0 || index >= OBSERVER_CAPACITY) return;
  memory.fill(changetype<usize>(observer(index)), 0, OBSERVER_BYTES);
  forgetColumns(index);
}
