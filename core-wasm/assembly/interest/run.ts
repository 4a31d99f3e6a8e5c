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

/** Of the run that goes on. */
let places: i32 = 0;
let nextPlace: i32 = 0;
let forced: i32 = 0;
let isTelling: bool = false;
let enters: i32 = 0;
let leaves: i32 = 0;
let ghosts: i32 = 0;

/**
 * Begins a run; `lookOn` until it gives 0 goes through all observers. False, and nothing done,
 * unless a whole frame was stepped since the last first tick. With `tells` each observer's message
 * is written while it is known who is his; the frame's passages and the packed state of its first
 * tick must be open.
 */
export function beginInterest(forcedCount: i32, tells: bool): bool {
  places = 0;
  nextPlace = 0;
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
  enters = 0;
  leaves = 0;
  ghosts = 0;
  forced = forcedCount;
  isTelling = tells;
  places = orderObservers(observerHigh);
  return true;
}

/**
 * Looks for the next `most` observers, of whom the numbers stand in OBSERVER_ORDER one after the
 * other; for how many it did, 0 when all have theirs. Between two calls nothing may change the
 * world or what is open of it.
 */
export function lookOn(most: i32): i32 {
  const first = nextPlace;
  const end = min(places, first + max(0, most));
  for (; nextPlace < end; nextPlace++) lookFor(orderedObserver(nextPlace));
  if (end == places) forgetAgain();
  return end - first;
}

function lookFor(index: i32): void {
  const o = observer(index);
  o.enterStart = enters;
  o.leaveStart = leaves;
  chooseMembers(index, o, forced, isTelling);
  enters += o.enterCount;
  leaves += o.leaveCount;
  ghosts = chooseGhosts(index, o, ghosts);
  if (!isTelling) return;
  writeMessage(index, o);
  settle(o);
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
