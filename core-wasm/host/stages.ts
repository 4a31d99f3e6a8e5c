/**
 * Stages of a step, in the order in which a tick comes to each first; the index is the number that
 * `stepTimed` counts under. What each does: `core-wasm/STEP.md`.
 */
export const STEP_STAGES = [
  'input',
  'players',
  'select',
  'broadphase',
  'islands',
  'load',
  'narrowphase',
  'prepare-joints',
  'velocities',
  'warm-start',
  'joints',
  'push',
  'positions',
  'relax',
  'restitution',
  'keep',
  'finish',
  'sleep',
  'ground',
] as const;
export type StepStage = (typeof STEP_STAGES)[number];
