import { deadzoneScale } from '../input/actions.ts';

/** Full deflection, m. */
const REACH_M = 0.14;
const DEADZONE = 0.25;
/** A pinch that grabs something does so within this time; until then the stick stays still. */
const DELAY_MS = 180;

/** A joystick made of nothing but a pinch: centred where it closed, pulled by the hand. */
export interface AirStick {
  /** −1 (left) … 1 (right). */
  x: number;
  /** −1 (towards the body) … 1 (away, along −z of the rig). */
  z: number;
  centreX: number;
  centreZ: number;
  heldMs: number;
}

export function createAirStick(): AirStick {
  return { x: 0, z: 0, centreX: 0, centreZ: 0, heldMs: -1 };
}

export function releaseAirStick(stick: AirStick): void {
  stick.x = 0;
  stick.z = 0;
  stick.heldMs = -1;
}

/** Follows a pinching hand at (handX, handZ) of the rig. */
export function moveAirStick(
  stick: AirStick,
  handX: number,
  handZ: number,
  elapsedMs: number,
): void {
  if (stick.heldMs < 0) {
    stick.centreX = handX;
    stick.centreZ = handZ;
    stick.heldMs = 0;
    return;
  }
  stick.heldMs += elapsedMs;
  if (stick.heldMs < DELAY_MS) return;
  const x = (handX - stick.centreX) / REACH_M;
  const z = -(handZ - stick.centreZ) / REACH_M;
  const scale = deadzoneScale(Math.hypot(x, z), DEADZONE);
  stick.x = x * scale;
  stick.z = z * scale;
}
