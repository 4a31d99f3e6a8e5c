import type { PhysicsScene } from './scene.ts';

/** A restore lands in one of these; a rollback of 8 ticks writes the others. */
export const SNAPSHOT_SLOTS = 9;

export interface PartialRollback {
  /** Steps from `tick` as `step` does and keeps what a client would need to come back. */
  record(tick: number, ticks: number): void;
  /** The recorded ticks again with the first `changed` steered bodies led elsewhere: in part. */
  replay(tick: number, ticks: number, changed: number): void;
  /** The same, all of it. */
  replayWhole(tick: number, ticks: number, changed: number): void;
}

/** What the bench asks of an engine; an adapter holds one world. */
export interface Engine {
  readonly name: string;
  /** Whether a scene may have joints. */
  readonly canJoin: boolean;
  /** Lower part of a steered capsule that is legs, which step onto things, and not solid; m. */
  readonly legsM?: number;
  /**
   * Makes it `scene`, sleeping off, the material of `scene.ts` on everything. Returns the tick
   * that comes next: not 0 where bodies cannot be made without a step.
   */
  load(scene: PhysicsScene): number;
  /** Steers for `tick`, then computes it. */
  step(tick: number): void;
  /** Keeps the whole state in a slot, in the fastest way that the engine's package allows. */
  snapshot(slot: number): void;
  restore(slot: number): void;
  /** Rolling back only what news touched, where an engine can. */
  readonly part?: PartialRollback;
  /** What the last snapshot took. */
  stateBytes(): number;
  /** Position and rotation, 7 numbers a body in the order of `scene.bodies`. */
  readTransforms(into: Float64Array): void;
}
