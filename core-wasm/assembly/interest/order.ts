import { body } from '../body/body';
import { slotOf } from '../body/body-store';
import { OBSERVER_ORDER, OBSERVER_SQUARES, SQUARE_STARTS } from '../layout';
import { OBSERVER_CAPACITY } from '../limits';
import { PLAYER_CELLS, squareOf } from './cells';
import { observer } from './observer';

/**
 * Neighbours one after the other: they look at the same squares and take the same groups, which
 * are then still at hand. By number it takes up to twice as long. What each is told does not depend
 * on it.
 */

assert(OBSERVER_CAPACITY < 0xffff);

function squareAddress(square: i32): usize {
  return SQUARE_STARTS + ((<usize>square) << 1);
}

export function orderedObserver(place: i32): i32 {
  return <i32>load<u16>(OBSERVER_ORDER + ((<usize>place) << 1));
}

/** Orders those of the first `end` who observe; returns how many. */
export function orderObservers(end: i32): i32 {
  const squares = PLAYER_CELLS.side * PLAYER_CELLS.side;
  memory.fill(SQUARE_STARTS, 0, (<usize>(squares + 1)) << 1);
  for (let index = 0; index < end; index++) {
    const entity = observer(index).entity;
    const slot = slotOf(entity);
    const square = slot < 0 ? 0 : squareOf(PLAYER_CELLS, body(slot).position);
    store<u16>(OBSERVER_SQUARES + ((<usize>index) << 1), <u16>square);
    if (entity != 0) store<u16>(squareAddress(square), load<u16>(squareAddress(square)) + 1);
  }
  let sum: u16 = 0;
  for (let square = 0; square <= squares; square++) {
    sum += load<u16>(squareAddress(square));
    store<u16>(squareAddress(square), sum);
  }
  for (let index = end - 1; index >= 0; index--) {
    if (observer(index).entity == 0) continue;
    const at = squareAddress(<i32>load<u16>(OBSERVER_SQUARES + ((<usize>index) << 1)));
    const place = load<u16>(at) - 1;
    store<u16>(at, place);
    store<u16>(OBSERVER_ORDER + ((<usize>place) << 1), <u16>index);
  }
  return <i32>sum;
}
