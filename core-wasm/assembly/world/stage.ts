/**
 * What the time of a tick goes to; the same numbers as `STEP_STAGES` of the host. Several calls of
 * `compute` may be one stage, and those of the substeps come round again.
 */
export const enum Stage {
  INPUT = 0,
  PLAYERS = 1,
  SELECT = 2,
  BROADPHASE = 3,
  ISLANDS = 4,
  LOAD = 5,
  NARROWPHASE = 6,
  PREPARE_JOINTS = 7,
  ALONE = 8,
  VELOCITIES = 9,
  WARM_START = 10,
  JOINTS = 11,
  PUSH = 12,
  POSITIONS = 13,
  RELAX_JOINTS = 14,
  RELAX = 15,
  RESTITUTION = 16,
  KEEP = 17,
  FINISH = 18,
  SLEEP = 19,
  GROUND = 20,
}

/**
 * The core has no clock, so the host takes the time, and for that it must have the stages one by
 * one. Each call of `compute` stands behind `at`: in a plain step `at` is always true, in a step by
 * stages it is true for one call, the next in order. A second list, of stages to be called in turn,
 * was rejected: one day it would be another order than that of `compute`.
 */

const NONE: i32 = -1;

/** Calls of this tick that were made one by one; 0 between ticks. */
let made: i32 = 0;
let oneByOne: bool = false;
let passed: i32 = 0;
let found: i32 = NONE;

/** Whether the call behind it is to be made. */
export function at(stage: Stage): bool {
  if (!oneByOne) return true;
  if (passed++ != made) return false;
  found = stage;
  return true;
}

/** From here to `closeStage` only the next call of the tick is made. */
export function openStage(): void {
  oneByOne = true;
  passed = 0;
  found = NONE;
}

/** The stage of the call that was made; −1 when none was left, and the tick is over. */
export function closeStage(): i32 {
  oneByOne = false;
  made = found == NONE ? 0 : made + 1;
  return found;
}

/** Forgets a tick that was begun by stages: another state has come. */
export function dropTick(): void {
  made = 0;
}

export function isBetweenTicks(): bool {
  return made == 0;
}
