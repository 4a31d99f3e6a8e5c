import { Body, BodyKind, body, Role } from '../body/body';
import { maySense } from '../contact/sense';
import { isLoadOf, player, playerIndex } from '../player/player';

/** One must move, or sense; and a player never fights with his own hands or load. */
export function mayCollide(a: i32, b: i32): bool {
  const one = body(a);
  const two = body(b);
  if ((one.layer & two.mask) == 0 || (two.layer & one.mask) == 0) return false;
  if ((one.sensor | two.sensor) != 0) return maySense(one, two);
  if (one.kind != BodyKind.DYNAMIC && two.kind != BodyKind.DYNAMIC) return false;
  if (one.owner != 0 && two.owner != 0) {
    return one.role == Role.PLAYER && two.role == Role.PLAYER;
  }
  if (one.owner != 0) return touchesLoose(one, two.id);
  if (two.owner != 0) return touchesLoose(two, one.id);
  return true;
}

function touchesLoose(part: Body, loose: u32): bool {
  if (part.role != Role.PLAYER && part.touches == 0) return false;
  return !isCarriedBy(part.owner, loose);
}

function isCarriedBy(owner: u32, id: u32): bool {
  const index = playerIndex(owner);
  return index >= 0 && isLoadOf(player(index), id);
}
