import { PITCH_UNITS_PER_QUARTER, YAW_UNITS_PER_TURN } from '../../core-wasm/host/types.ts';

/** The input entry's integers, and back. Radians and metres here, the core's units there. */

const TURN = Math.PI * 2;
const QUARTER = Math.PI / 2;
const POSITION_MM_MAX = 32767;

/** Counter-clockwise radians, any number of turns → 0…65535. */
export function yawUnits(radians: number): number {
  const units = Math.round((radians / TURN) * YAW_UNITS_PER_TURN) % YAW_UNITS_PER_TURN;
  return units < 0 ? units + YAW_UNITS_PER_TURN : units;
}

export function yawRadians(units: number): number {
  return (units / YAW_UNITS_PER_TURN) * TURN;
}

/** Radians up → −16384…16384. */
export function pitchUnits(radians: number): number {
  const clamped = Math.max(-QUARTER, Math.min(QUARTER, radians));
  return Math.round((clamped / QUARTER) * PITCH_UNITS_PER_QUARTER);
}

/** −1…1 → −127…127. */
export function moveUnits(amount: number): number {
  return Math.round(Math.max(-1, Math.min(1, amount)) * 127);
}

/** Metres → millimetres that fit the wire. */
export function millimetres(metres: number): number {
  return Math.max(-POSITION_MM_MAX, Math.min(POSITION_MM_MAX, Math.round(metres * 1000)));
}

/** The equal angle in −π…π. */
export function wrapAngle(radians: number): number {
  return radians - TURN * Math.round(radians / TURN);
}
