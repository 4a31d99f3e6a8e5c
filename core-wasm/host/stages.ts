/**
 * The stages of a step, in the order in which a tick first comes to them. The index is the number
 * under which `Core.stepTimed` counts.
 */
export const STEP_STAGES = [
  /** Commands of the frame and intents of the players become state. */
  'input',
  /** Players, hands and grips are driven. */
  'players',
  /** Who is computed: the awake, or what news touched. */
  'select',
  /** Pairs whose bounds touch. */
  'broadphase',
  /** Who could have felt whom, in this tick and since the frame began. */
  'islands',
  /** The solver's copy of each body. */
  'load',
  /** Manifolds, and the constraints made of them. */
  'narrowphase',
  /** Levers, axes and masses of joints and grabs. */
  'prepare-joints',
  /** Who meets only what never moves: all substeps of each at once. */
  'alone',
  /** Substep: gravity, damping, and the impulses carried from the substep before. */
  'velocities',
  /** Substep: what joints carry; in the first also what contacts kept from the tick before. */
  'warm-start',
  /** Substep: grabs, then joints with the bias that closes their gaps. */
  'joints',
  /** Substep: non-penetration, with the push that takes overlaps out. */
  'push',
  /** Substep: bodies move. */
  'positions',
  /** Substep: joints without bias. */
  'relax-joints',
  /** Substep: the push is taken back, friction is applied. */
  'relax',
  /** What was hit hard enough bounces. */
  'restitution',
  /** Impulses become state, for the next tick's warm start. */
  'keep',
  /** The solver's result becomes state; quarantine; the tick counts up. */
  'finish',
  /** Islands that have come to rest fall asleep. */
  'sleep',
  /** Who stands on what. */
  'ground',
] as const;
export type StepStage = (typeof STEP_STAGES)[number];
