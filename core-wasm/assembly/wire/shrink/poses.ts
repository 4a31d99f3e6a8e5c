import { Player } from '../../player/player';
import { Flag, Row, Tree } from './context';
import { codeChoice, codeFlag, codeRaw, codeSmall, codeWord } from './model';

/**
 * Head and hands as trackers said: where they are to be when the frame ends against how somebody
 * stands, and where they were when it began against that.
 */

const HEAD_MM: i32 = 1650;
const HAND_X_MM: i32 = 220;
const HAND_Y_MM: i32 = 1050;
const HAND_Z_MM: i32 = -320;
/** Middle of ten bits. */
const SMALL_ZERO: i32 = 512;

export function codePoses(p: Player): void {
  const at = changetype<usize>(p);
  codePart(at + offsetof<Player>('headTo'), at + offsetof<Player>('headFrom'), 0);
  codePart(at + offsetof<Player>('leftTo'), at + offsetof<Player>('leftFrom'), 1);
  codePart(at + offsetof<Player>('rightTo'), at + offsetof<Player>('rightFrom'), 2);
}

/** `part`: 0 the head, 1 and 2 the hands. */
function codePart(to: usize, from: usize, part: u32): void {
  const rows: u32 = part == 0 ? Row.PART_PLACE : Row.HAND_PART_PLACE;
  for (let axis: u32 = 0; axis < 3; axis++) {
    const address = to + ((<usize>axis) << 2);
    store<u32>(address, codeWord(rows + axis, restOf(part, axis), load<u32>(address)));
  }
  store<u32>(to, codeTurn(load<u32>(to, 12), u32(part != 0)), 12);
  if (!codeFlag(Flag.PART_MOVES + part, memory.compare(to, from, 16) != 0)) {
    memory.copy(from, to, 16);
    return;
  }
  const row: u32 = Row.FROM_PLACE + u32(part != 0);
  for (let i: usize = 0; i < 12; i += 4) {
    store<u32>(from + i, codeWord(row, load<u32>(to + i), load<u32>(from + i)));
  }
  store<u32>(from, codeTurnFrom(load<u32>(from, 12), load<u32>(to, 12), u32(part != 0)), 12);
}

function restOf(part: u32, axis: u32): i32 {
  if (part == 0) return axis == 1 ? HEAD_MM : 0;
  if (axis == 1) return HAND_Y_MM;
  return axis == 2 ? HAND_Z_MM : part == 1 ? -HAND_X_MM : HAND_X_MM;
}

function smallOf(packed: u32, rank: u32): i32 {
  return <i32>((packed >>> (20 - 10 * rank)) & 1023);
}

/** Smallest three, against no turn. */
function codeTurn(packed: u32, isHand: u32): u32 {
  let found = codeChoice(Tree.PART_LARGEST + isHand * 4, 2, packed >>> 30) << 30;
  const rows = Row.PART_TURN + isHand * 3;
  for (let rank: u32 = 0; rank < 3; rank++) {
    const small = SMALL_ZERO + codeSmall(rows + rank, smallOf(packed, rank) - SMALL_ZERO);
    found |= (<u32>small & 1023) << (20 - 10 * rank);
  }
  return found;
}

/** Against the turn that it became; all at once when another component is the largest. */
export function codeTurnFrom(packed: u32, to: u32, isHand: u32): u32 {
  if (codeFlag(Flag.PART_LARGEST, packed >>> 30 != to >>> 30)) return codeRaw(32, packed);
  let found = to & 0xc0000000;
  for (let rank: u32 = 0; rank < 3; rank++) {
    const expected = smallOf(to, rank);
    const small = expected + codeSmall(Row.FROM_TURN + isHand, smallOf(packed, rank) - expected);
    found |= (<u32>small & 1023) << (20 - 10 * rank);
  }
  return found;
}
