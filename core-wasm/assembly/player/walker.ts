/**
 * What the character controller needs to know of whoever walks, and remembers of him between
 * ticks: intent and ground. No account and no hands, so that a creature's record may hold one too.
 */
@unmanaged
export class Walker {
  /** −127 left … 127 right, in the walker's own yaw. */
  moveX: i8;
  /** −127 back … 127 ahead. */
  moveZ: i8;
  /** Turns of 1/65536 about the walker's up. */
  yaw: u16;
  /** −16384 down … 16384 up. */
  pitch: i16;
  /** Bits of `Button`. */
  buttons: u16;
  /** Buttons of the tick before: an edge is a press. */
  buttonsBefore: u16;
  /** 1 while the feet have ground that carries them. */
  grounded: u16;
  /** What they stand on, 0 for the terrain; its motion carries the walker. */
  groundEntity: u32;
  /** Normal of the ground's surface; zero in the air. */
  groundNormal: v128;
  /** From the ground up to the foot, m; negative while a step is being climbed. */
  groundGap: f32;
  /** Share of the height that is under water, 0…1. */
  submersion: f32;
  /** What is left for the jetpack, J. */
  energy: f32;
  reserved: u32;
}

export function isDown(w: Walker, button: i32): bool {
  return (w.buttons & button) != 0;
}

/** True in the tick in which the button went down. */
export function isPressed(w: Walker, button: i32): bool {
  return (w.buttons & button) != 0 && (w.buttonsBefore & button) == 0;
}
