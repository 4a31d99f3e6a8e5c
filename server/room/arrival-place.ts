import type { PlayerProjection } from '../ports.ts';

/** Newcomers stand on a ring around the middle of the clearing, spread by account. */
const ARRIVAL_RING_M = 7;
const GOLDEN_ANGLE = 2.399963;
/**
 * Steps of the R2 sequence, powers of the inverse plastic number: any run of accounts covers the
 * square evenly, so that a region fills like one that people live in (Roberts, "The unreasonable
 * effectiveness of quasirandom sequences", 2018).
 */
const R2_STEP_X = 0.7548776662466927;
const R2_STEP_Z = 0.5698402909980532;

type Place = Pick<PlayerProjection, 'x' | 'y' | 'z' | 'yaw'>;

/**
 * Where an account stands that was never seen before: on the ring, or, when `spreadM` is not 0,
 * somewhere in the square of that half side. Everyone looks at the middle. The core lifts the foot
 * onto the ground.
 */
export function arrivalPlace(account: number, spreadM: number): Place {
  if (spreadM > 0) {
    const x = spread(account * R2_STEP_X, spreadM);
    const z = spread(account * R2_STEP_Z, spreadM);
    return { x, y: 0, z, yaw: yawOf(Math.atan2(x, z)) };
  }
  const angle = account * GOLDEN_ANGLE;
  const x = Math.sin(angle) * ARRIVAL_RING_M;
  return { x, y: 0, z: Math.cos(angle) * ARRIVAL_RING_M, yaw: yawOf(angle) };
}

/** The fraction of `n`, from 0…1 to −`halfM`…`halfM`. */
function spread(n: number, halfM: number): number {
  return (2 * (n - Math.floor(n)) - 1) * halfM;
}

function yawOf(angle: number): number {
  const turn = angle / (2 * Math.PI);
  return Math.floor((turn - Math.floor(turn)) * 65536) & 0xffff;
}
