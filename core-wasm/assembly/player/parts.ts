import { slotOf } from '../body/body-store';
import { IS_HAND, PART_SLOTS } from '../layout';
import { header } from '../world/header';
import { player } from './player';

/** In which slots the bodies of each player are; looked up once a tick, behind its commands. */

export function findParts(): void {
  memory.fill(IS_HAND, 0, header().moverCount);
  const count = header().playerCount;
  for (let i = 0; i < count; i++) {
    const p = player(i);
    const slot = slotOf(p.id);
    const left = slotOf(p.leftHand);
    const right = slotOf(p.rightHand);
    assert(slot >= 0 && left >= 0 && right >= 0);
    const at = PART_SLOTS + ((<usize>i) << 3);
    store<u16>(at, <u16>slot);
    store<u16>(at, <u16>left, 2);
    store<u16>(at, <u16>right, 4);
    store<u8>(IS_HAND + <usize>left, 1);
    store<u8>(IS_HAND + <usize>right, 1);
  }
}

/** Of the player at a place in the list. */
export function bodySlot(player: i32): i32 {
  return <i32>load<u16>(PART_SLOTS + ((<usize>player) << 3));
}

export function leftSlot(player: i32): i32 {
  return <i32>load<u16>(PART_SLOTS + ((<usize>player) << 3), 2);
}

export function rightSlot(player: i32): i32 {
  return <i32>load<u16>(PART_SLOTS + ((<usize>player) << 3), 4);
}

/** Whether a mover is somebody's hand: most of what there is, and the least of what happens. */
export function isHand(slot: i32): bool {
  return load<u8>(IS_HAND + <usize>slot) != 0;
}

/** A hand that touches something or holds it is busy; nobody else is. */
export function noteBusyHand(slot: i32): void {
  if (isHand(slot)) store<u8>(IS_HAND + <usize>slot, 2);
}

/** Once all that is busy has been noted. */
export function isIdleHand(slot: i32): bool {
  return load<u8>(IS_HAND + <usize>slot) == 1;
}

/** Notes whether the hands of a player hold something. */
export function noteGrips(player: i32, left: bool, right: bool): void {
  store<u16>(PART_SLOTS + ((<usize>player) << 3), left || right ? 1 : 0, 6);
  if (left) noteBusyHand(leftSlot(player));
  if (right) noteBusyHand(rightSlot(player));
}

/** Whether a player holds anything, once his grips have been looked at. */
export function isHolding(player: i32): bool {
  return load<u16>(PART_SLOTS + ((<usize>player) << 3), 6) != 0;
}
