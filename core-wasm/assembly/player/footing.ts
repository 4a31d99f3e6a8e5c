import { FOOTING_BYTES, FOOTING_NUMBERS, FOOTINGS } from '../layout';
import { clearRecord } from '../record';

/** What a tick wants of one player and finds out about his ground; dies with the tick. */
@unmanaged
@final
export class Footing {
  /** How he looks along his yaw, as a turn; see `facing`. */
  axes: v128;
  /** Where he wants to go, unit length, level; zero when nowhere. */
  ahead: v128;
  /** What he floats and flies with, m/s². */
  thrust: v128;
  /** Normal of the surface that carries him best. */
  normal: v128;
  place: v128;
  /** From that surface up to the foot when the tick began. */
  gap: f32;
  entity: u32;
  /** Solver body of the ground. */
  slot: i32;
  found: u8;
  /** 1 when the ground has pushed back. */
  pressed: u8;
  reserved: u16;
}

assert(offsetof<Footing>() == FOOTING_BYTES);

export function footing(player: i32): Footing {
  return changetype<Footing>(FOOTINGS + <usize>player * FOOTING_BYTES);
}

/** Of the player in a mover's slot; once `beginFooting` has been called for him in this tick. */
export function footingOf(slot: i32): Footing {
  return footing(<i32>load<u16>(FOOTING_NUMBERS + ((<usize>slot) << 1)));
}

/** Every field: what an earlier tick left in one would be history that no snapshot has. */
export function beginFooting(player: i32, slot: i32): void {
  clearRecord(changetype<usize>(footing(player)), FOOTING_BYTES);
  store<u16>(FOOTING_NUMBERS + ((<usize>slot) << 1), <u16>player);
}
