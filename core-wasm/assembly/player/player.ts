import { entityIndex } from '../body/body';
import { PLAYER_BYTES, PLAYERS } from '../layout';
import { header } from '../world/header';
import { GRIP_BYTES, Grip, GripKind } from './grip-record';
import { Walker } from './walker';

export const enum Button {
  JUMP = 1,
  SPRINT = 2,
  GRIP_LEFT = 4,
  GRIP_RIGHT = 8,
  /** Hovers; with JUMP it climbs, with DIVE it sinks. */
  JETPACK = 16,
  /** Swims or sinks down. */
  DIVE = 32,
  ALL = 63,
}

/** One player, 256 bytes: what is asked, where the tracked parts are, what the hands hold. */
@unmanaged
@final
export class Player extends Walker {
  id: u32;
  account: u32;
  leftHand: u32;
  rightHand: u32;

  /** Where the parts were when the frame began, and where they are to be when it ends. */
  headFrom: v128;
  headTo: v128;
  leftFrom: v128;
  leftTo: v128;
  rightFrom: v128;
  rightTo: v128;

  /** A `Grip` each, in place: the language has no records within records. */
  leftGrip: v128;
  leftOffset: v128;
  leftTurn: v128;
  rightGrip: v128;
  rightOffset: v128;
  rightTurn: v128;
}

assert(offsetof<Player>() == PLAYER_BYTES);
assert(offsetof<Player>('rightGrip') - offsetof<Player>('leftGrip') == GRIP_BYTES);

export function player(index: i32): Player {
  return changetype<Player>(PLAYERS + <usize>index * PLAYER_BYTES);
}

export function leftGripOf(p: Player): Grip {
  return changetype<Grip>(changetype<usize>(p) + offsetof<Player>('leftGrip'));
}

export function rightGripOf(p: Player): Grip {
  return changetype<Grip>(changetype<usize>(p) + offsetof<Player>('rightGrip'));
}

/** Place behind the player who was looked up last: lists of players ascend as they do. */
let behindLast: i32 = 0;

/** Position of a player in the list, or −1; players are sorted by entity index. */
export function playerIndex(id: u32): i32 {
  const count = header().playerCount;
  let at = behindLast;
  if (at >= count || player(at).id != id) at = playerLowerBound(entityIndex(id));
  if (at >= count || player(at).id != id) return -1;
  behindLast = at + 1;
  return at;
}

export function playerLowerBound(index: i32): i32 {
  let low = 0;
  let high = header().playerCount;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entityIndex(player(middle).id) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** True when a hand carries the body; what a hand only holds on to still is an obstacle. */
export function isLoadOf(p: Player, id: u32): bool {
  return carries(leftGripOf(p), id) || carries(rightGripOf(p), id);
}

function carries(grip: Grip, id: u32): bool {
  return grip.kind == GripKind.LOAD && grip.held == id;
}
