import { entityIndex } from '../body/body';
import { PLAYER_BYTES, PLAYERS } from '../layout';
import { header } from '../world/header';

export const enum Button {
  JUMP = 1,
  SPRINT = 2,
  GRIP_LEFT = 4,
  GRIP_RIGHT = 8,
  ALL = 15,
}

/** One player, 224 bytes: what is asked, where the tracked parts are, what is held. */
@unmanaged
@final
export class Player {
  id: u32;
  account: u32;
  leftHand: u32;
  rightHand: u32;

  moveX: i8;
  moveZ: i8;
  yaw: u16;
  pitch: i16;
  buttons: u16;
  /** Buttons of the tick before: an edge is a press. */
  buttonsBefore: u16;
  grounded: u16;
  /** Ticks for which each grip has been down; 0 when open. */
  leftGripTicks: u16;
  rightGripTicks: u16;

  /** Where the parts were when the frame began, and where they are to be when it ends. */
  headFrom: v128;
  headTo: v128;
  leftFrom: v128;
  leftTo: v128;
  rightFrom: v128;
  rightTo: v128;

  /** Normal of the ground under a grounded player. */
  groundNormal: v128;

  /** Held entities, 0 for none, and where the hand holds them in its own axes. */
  leftHeld: u32;
  rightHeld: u32;
  reserved1: u64;
  leftOffset: v128;
  leftTurn: v128;
  rightOffset: v128;
  rightTurn: v128;
}

assert(offsetof<Player>() == PLAYER_BYTES);

export function player(index: i32): Player {
  return changetype<Player>(PLAYERS + <usize>index * PLAYER_BYTES);
}

/** Position of a player in the list, or −1; players are sorted by entity index. */
export function playerIndex(id: u32): i32 {
  const at = playerLowerBound(entityIndex(id));
  return at < header().playerCount && player(at).id == id ? at : -1;
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

export function isHeldBy(p: Player, id: u32): bool {
  return p.leftHeld == id || p.rightHeld == id;
}
