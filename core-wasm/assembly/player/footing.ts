import { FOOTING_BYTES, FOOTINGS } from '../layout';

/** What a tick wants of one player and finds out about his ground; dies with the tick. */
@unmanaged
@final
export class Footing {
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

/** Every field: what an earlier tick left in one would be history that no snapshot has. */
export function clearFooting(f: Footing): void {
  memory.fill(changetype<usize>(f), 0, FOOTING_BYTES);
}
