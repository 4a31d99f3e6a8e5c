import { slotOf } from '../body/body-store';
import { FIRST_STATIC } from '../layout';
import { leftGripOf, Player, rightGripOf } from './player';

/** How many movers besides his own parts a player's tick may depend on without touching them. */
export const ATTACHED: i32 = 3;

/** Slot of what the left hand holds, the right hand holds, the feet stood on; −1 if no mover. */
export function attached(p: Player, which: i32): i32 {
  const id = which == 0 ? leftGripOf(p).held : which == 1 ? rightGripOf(p).held : p.groundEntity;
  const slot = slotOf(id);
  return slot < FIRST_STATIC ? slot : -1;
}
