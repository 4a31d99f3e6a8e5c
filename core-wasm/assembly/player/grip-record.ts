export const enum GripKind {
  OPEN = 0,
  /** A dynamic body is held. */
  LOAD = 1,
  /** The hand holds on to a body that it cannot move. */
  HOLD = 2,
  /** The hand holds on to the terrain. */
  TERRAIN = 3,
}

/** What one hand holds, and where. */
@unmanaged
@final
export class Grip {
  /** The held entity; 0 for none and for the terrain. */
  held: u32;
  /** Ticks for which the button has been down, saturating; 0 while it is open. */
  ticks: u16;
  kind: u8;
  reserved0: u8;
  reserved1: u64;
  /**
   * LOAD: from the hand to the body's centre, in the hand's axes. HOLD: from the body's centre to
   * the hand, in the body's axes. TERRAIN: the hand's place in the world.
   */
  offset: v128;
  /** LOAD: how the body is turned, in the hand's axes. */
  turn: v128;
}

export const GRIP_BYTES: usize = 48;
assert(offsetof<Grip>() == GRIP_BYTES);
