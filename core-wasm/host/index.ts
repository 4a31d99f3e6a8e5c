/**
 * The library: everything that another program needs, on Bun, on Node or in a page. `API.md` is
 * made of what is exported here.
 */

export { type BubbleFrame, type BubbleRead, BubbleReader } from './bubble-reader.ts';
export { BubbleWriter } from './bubble-writer.ts';
export { Codec } from './codec.ts';
export { emptyBodies, emptyPlayers } from './columns.ts';
export { Core } from './core.ts';
export { type Boxes, type ContactPoints, emptyBoxes, emptyContacts } from './debug-view.ts';
export { bodyPose, meshPose, type Pose3 } from './definition-pose.ts';
export { EntryPacker, type Unpacked } from './entry-packer.ts';
export { EventKind, type TickEvent } from './events.ts';
export { FrameWriter } from './frame-writer.ts';
export { type Ghost, type GhostParts, ghostKeyOf } from './ghost.ts';
export {
  GHOST_BUDGET_MIN_BYTES,
  INTEREST_DEFAULTS,
  Interest,
  type InterestSettings,
} from './interest.ts';
export {
  type AddJoint,
  type BallJoint,
  type DistanceJoint,
  type Ends,
  emptyJoints,
  type Frames,
  type HingeJoint,
  type JointColumns,
  JointKind,
  type WeldJoint,
} from './joints.ts';
export { type CoreModule, compileCore } from './load-core.ts';
export { Queries } from './queries.ts';
export {
  emptyHit,
  type Overlap,
  type QueryFilter,
  type QueryHit,
  type QueryShape,
  QueryStatus,
  type Vector,
} from './query-types.ts';
export { REWIND_TICKS_MAX, Rewind } from './rewind.ts';
export { STEP_STAGES, type StepStage } from './stages.ts';
export { StateReader, type Terrain } from './state-reader.ts';
export {
  type BodyColumns,
  BodyKind,
  BodyRole,
  Button,
  type CompoundChild,
  type CompoundPiece,
  type DefinitionFrame,
  type FrameHeader,
  type Intent,
  type PartPose,
  type PlayerColumns,
  type PlayerInput,
  type Pose,
  ShapeKind,
  type SpawnBody,
  type SpawnPlayer,
  StepFault,
  TICK_RATE_HZ,
  TICKS_PER_FRAME,
  WireFault,
} from './types.ts';
export { type BodyGiven, World } from './world.ts';
