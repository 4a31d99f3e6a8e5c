import { TURNS } from '../layout';
import { nlerp } from '../math/quat';
import { unpackRotation } from './part';

/**
 * How a hand is turned when the frame begins and when it ends, unpacked. Poses change once a frame,
 * and one frame's end is the next one's beginning, so what is kept here is right most of the time;
 * it goes by the packed turns alone, and has no say in what is computed.
 */
@unmanaged
@final
class Turn {
  /** Zero, as no turn is, until there is one. */
  from: v128;
  to: v128;
  fromPacked: u32;
  toPacked: u32;
  reserved: u64;
}

const TURN_BYTES: usize = 48;
assert(offsetof<Turn>() == TURN_BYTES);

function packedOf(part: v128): u32 {
  return <u32>i32x4.extract_lane(part, 3);
}

/** Of the hand with a number, two a player: turned between the two poses of its part. */
export function turnBetween(hand: i32, from: v128, to: v128, fraction: f32): v128 {
  const t = changetype<Turn>(TURNS + <usize>hand * TURN_BYTES);
  if (t.fromPacked != packedOf(from) || t.toPacked != packedOf(to) || !v128.any_true(t.from)) {
    unpack(t, packedOf(from), packedOf(to));
  }
  return nlerp(t.from, t.to, fraction);
}

function unpack(t: Turn, from: u32, to: u32): void {
  const isNext = t.toPacked == from && v128.any_true(t.from);
  t.from = isNext ? t.to : unpackRotation(from);
  t.to = unpackRotation(to);
  t.fromPacked = from;
  t.toPacked = to;
}
