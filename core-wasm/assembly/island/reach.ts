import { Body, body, Role } from '../body/body';
import { slotOf } from '../body/body-store';
import { surfaceDistance } from '../body/surface-distance';
import { GRAB_DISTANCE_MAX_M, HAND_RADIUS_M } from '../limits';
import { isReaching } from '../player/grip';
import { leftGripOf, Player, player, rightGripOf } from '../player/player';
import { header } from '../world/header';
import { isActive } from './active';
import { unite } from './islands';

/**
 * A hand that is closing takes the nearest body in reach, so all bodies in reach have a say in the
 * tick's outcome, though their bounds do not touch the hand.
 */

/** What a hand could take, or hold on to, this tick. */
export function isInReach(p: Player, b: Body): bool {
  if (b.role != Role.LOOSE) return false;
  const reach: f32 = GRAB_DISTANCE_MAX_M + HAND_RADIUS_M;
  return (
    (isReaching(leftGripOf(p).ticks) &&
      surfaceDistance(b, body(slotOf(p.leftHand)).position) < reach) ||
    (isReaching(rightGripOf(p).ticks) &&
      surfaceDistance(b, body(slotOf(p.rightHand)).position) < reach)
  );
}

/** Makes one island of a player who is closing a hand and all that he could take. */
export function uniteReach(): void {
  const players = header().playerCount;
  const movers = header().moverCount;
  for (let i = 0; i < players; i++) {
    const p = player(i);
    if (!isReaching(leftGripOf(p).ticks) && !isReaching(rightGripOf(p).ticks)) continue;
    const slot = slotOf(p.id);
    if (!isActive(slot)) continue;
    for (let other = 0; other < movers; other++) {
      if (isActive(other) && isInReach(p, body(other))) unite(slot, other);
    }
  }
}
