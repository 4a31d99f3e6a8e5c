/** Shapes that cross the core's facade. Units: metres, seconds, radians unless a name says else. */

export const TICK_RATE_HZ = 60;
export const TICK_DURATION_MS = 1000 / TICK_RATE_HZ;
/** Ticks that one frame, and so one network message, carries. */
export const TICKS_PER_FRAME = 3;
export const FRAME_DURATION_MS = TICK_DURATION_MS * TICKS_PER_FRAME;

/** A full turn in the units of `yaw`. */
export const YAW_UNITS_PER_TURN = 65536;
/** Units of `pitch` in a quarter turn up; down is negative. */
export const PITCH_UNITS_PER_QUARTER = 16384;

export const Button = {
  JUMP: 1,
  SPRINT: 2,
  GRIP_LEFT: 4,
  GRIP_RIGHT: 8,
  /**
   * Hovers while the jetpack has energy; with JUMP it climbs, with DIVE it sinks. From the ground
   * it takes JUMP to start.
   */
  JETPACK: 16,
  /** Swims or sinks down. */
  DIVE: 32,
} as const;
/** Every bit of `Button`. */
export const BUTTONS_ALL = 63;

/** What a player wants during one tick. */
export interface Intent {
  /** Strafe, −127 (left) … 127 (right), in the player's own yaw. */
  readonly moveX: number;
  /** Forward 127, backward −127. */
  readonly moveZ: number;
  /** Turns of 1/65536, counter-clockwise seen from above; 0 looks along −z. */
  readonly yaw: number;
  /** −16384 (straight down) … 16384 (straight up). */
  readonly pitch: number;
  /** Bits of `Button`. */
  readonly buttons: number;
}

/**
 * One tracked part, relative to the player: origin at the capsule's foot, axes turned by `yaw`
 * (+x right, +y up, −z ahead).
 */
export interface PartPose {
  /** Millimetres, each −32767…32767; the core clamps to reach. */
  readonly position: readonly [number, number, number];
  /** Unit quaternion x, y, z, w. */
  readonly rotation: readonly [number, number, number, number];
}

export interface Pose {
  readonly head: PartPose;
  readonly left: PartPose;
  readonly right: PartPose;
}

/** The inputs of one player for one frame. */
export interface PlayerInput {
  readonly intents: readonly [Intent, Intent, Intent];
  /** Null means unchanged since the last pose that the server sequenced. */
  readonly pose: Pose | null;
}

/** What a body is made of; `SpawnBody.size` tells the dimensions. */
export const ShapeKind = { SPHERE: 0, CAPSULE: 1, BOX: 2, HULL: 3, COMPOUND: 4 } as const;
export type ShapeKind = (typeof ShapeKind)[keyof typeof ShapeKind];

export const BodyKind = {
  /** Moved by forces and contacts. */
  DYNAMIC: 0,
  /** Moved by its velocity alone, and moves others: a door, a lift. */
  KINEMATIC: 1,
  /** Never moves: cheap in tens of thousands. */
  STATIC: 2,
} as const;
export type BodyKind = (typeof BodyKind)[keyof typeof BodyKind];

/** Whose part a body is; all but LOOSE belong to a player. */
export const BodyRole = { LOOSE: 0, PLAYER: 1, HAND_LEFT: 2, HAND_RIGHT: 3 } as const;
export type BodyRole = (typeof BodyRole)[keyof typeof BodyRole];

/** A rigid body to be. A value out of its range has the whole frame refused. */
export interface SpawnBody {
  /** A free id: `Core.nextEntity`. */
  readonly entity: number;
  readonly kind: BodyKind;
  readonly shape: ShapeKind;
  /**
   * Sphere: [radius, 0, 0]. Capsule along y: [radius, half length of its segment, 0]. Box: half
   * extents. 0.02 … 64 m each. Ignored for a hull and a compound.
   */
  readonly size: readonly [number, number, number];
  /** What a hull or compound looks like: the id of a definition of that kind. */
  readonly definition?: number;
  /** Within the region: x and z −250 … 250, y −200 … 1000. */
  readonly position: readonly [number, number, number];
  /** Unit quaternion x, y, z, w. */
  readonly rotation: readonly [number, number, number, number];
  /** m/s, each −200 … 200; 0 for what is static. */
  readonly linearVelocity: readonly [number, number, number];
  /** rad/s about the world's axes, each −200 … 200; taken down to 60. */
  readonly angularVelocity: readonly [number, number, number];
  /** 1 … 30,000 kg/m³; ignored unless dynamic. */
  readonly density: number;
  /** Coulomb's coefficient, 0 … 4. */
  readonly friction: number;
  /** Share of the speed that comes back, 0 … 1. */
  readonly restitution: number;
  /** 0 … 1000: share of the speed that is lost in a second, about; 0.02 unless given. */
  readonly linearDamping?: number;
  /** The same for turning; 0.1 unless given. */
  readonly angularDamping?: number;
  /** −100 … 100 times the region's gravity; 1 unless given. */
  readonly gravityScale?: number;
  /**
   * Bits of the layers that it is on; 1 unless given. Two bodies meet when each is on a layer that
   * the other meets.
   */
  readonly layer?: number;
  /** Bits of the layers that it meets; all unless given. */
  readonly mask?: number;
  /** It meets nobody, no query sees it, and `Core.events` tells who moves into it and out. */
  readonly sensor?: boolean;
}

/** What a region does to everything in it. */
export interface Region {
  /** m/s², each −50…50. Up, for players and water, is against it; +y where nothing pulls. */
  readonly gravity: readonly [number, number, number];
  /** Height of the water's surface above the origin, along up, m. `WATER_NONE_M`: dry. */
  readonly waterLevel: number;
}

/** Below everything: a region of this water level is dry. */
export const WATER_NONE_M = -10000;

/** One shape of a compound. Sizes as in `SpawnBody`; a hull has its definition instead. */
export interface CompoundChild {
  readonly shape:
    | typeof ShapeKind.SPHERE
    | typeof ShapeKind.CAPSULE
    | typeof ShapeKind.BOX
    | typeof ShapeKind.HULL;
  readonly size?: readonly [number, number, number];
  readonly definition?: number;
  /** Where the child's origin (a hull's as it was defined) lies in the compound, within 64 m. */
  readonly offset: readonly [number, number, number];
  readonly rotation: readonly [number, number, number, number];
}

/** One shape of a compound in the axes of the body; a hull's own axes are those of `hullMesh`. */
export interface CompoundPiece {
  readonly shape: ShapeKind;
  readonly size: readonly [number, number, number];
  /** Of a hull, else 0. */
  readonly definition: number;
  readonly position: readonly [number, number, number];
  readonly rotation: readonly [number, number, number, number];
}

/**
 * A body of a definition stands with its centre of mass at its origin and turned to its principal
 * axes. This is the pose of that body in the axes that the definition was given in: a point p of
 * the body lies at `centre + rotation · p` of the definition (`host/definition-pose.ts`).
 */
export interface DefinitionFrame {
  readonly centre: [number, number, number];
  readonly rotation: [number, number, number, number];
  /** m³; a compound counts twice where its children overlap. */
  readonly volume: number;
  /** Diagonal of the inertia in body axes for density 1, m⁵. */
  readonly inertia: [number, number, number];
}

/** A player to be: a capsule of 1.8 m and two hands, all of them or nothing. */
export interface SpawnPlayer {
  /** The capsule's entity; its hands take `leftHand` and `rightHand`. */
  readonly entity: number;
  readonly leftHand: number;
  readonly rightHand: number;
  readonly account: number;
  /** Where the foot stands; the core lifts it onto the terrain when it would be below. */
  readonly foot: readonly [number, number, number];
  readonly yaw: number;
}

/** Columns for drawing, refilled by `Core.readBodies`; bodies come in entity order. */
export interface BodyColumns {
  count: number;
  /** Grows when needed, never shrinks. */
  ids: Uint32Array;
  kinds: Uint8Array;
  shapes: Uint8Array;
  roles: Uint8Array;
  /** Of hulls and compounds, 0 for the rest. */
  definitions: Uint16Array;
  /** 3 a body. */
  sizes: Float32Array;
  /** 3 a body. */
  positions: Float32Array;
  /** 4 a body, x y z w. */
  rotations: Float32Array;
}

/** Columns for drawing players, in entity order. Parts are in world space. */
export interface PlayerColumns {
  count: number;
  ids: Uint32Array;
  accounts: Uint32Array;
  leftHands: Uint32Array;
  rightHands: Uint32Array;
  yaws: Uint16Array;
  pitches: Int16Array;
  buttons: Uint16Array;
  /** 3 a player: the capsule's foot. */
  feet: Float32Array;
  /** 7 a player: head position x y z, rotation x y z w. */
  heads: Float32Array;
  /** 7 a player. */
  lefts: Float32Array;
  /** 7 a player. */
  rights: Float32Array;
  /** Entity held by each hand, 0 for none; 2 a player, left then right. */
  held: Uint32Array;
  /** 1 while the player stands on something. */
  grounded: Uint8Array;
  /** Share of the player that is under water, 0…1; he swims from 0.6 on. */
  submersions: Float32Array;
  /** What the jetpack has left, 0…480,000 J: twenty seconds of full thrust. */
  energies: Float32Array;
}

/** Bits that `Core.step` returns; the world stays valid whatever is set. */
export const StepFault = {
  /** A spawn found no free body record: raise MOVER_CAPACITY. */
  BODIES_FULL: 1,
  /** A spawn found no free player record: raise PLAYER_CAPACITY. */
  PLAYERS_FULL: 2,
  /** More touching pairs than PAIR_CAPACITY; the last in entity order were left out. */
  PAIRS_FULL: 4,
  /** More manifolds than CONTACT_CAPACITY; the last in entity order were left out. */
  CONTACTS_FULL: 8,
  /** A body became NaN and was stopped where it last was sane, or met the rim of the region. */
  QUARANTINED: 16,
  /** A command named an entity that does not exist or exists already: it was skipped. */
  COMMAND_SKIPPED: 32,
  /** A spawn found no free record for a static body: raise STATIC_CAPACITY. */
  STATICS_FULL: 64,
  /** A joint found no free record: raise JOINT_CAPACITY. */
  JOINTS_FULL: 128,
  /** No more hulls and compounds can be defined: raise DEFINITION_CAPACITY. */
  DEFINITIONS_FULL: 256,
  /** More events than EVENT_CAPACITY; the last were left out. */
  EVENTS_FULL: 512,
} as const;

/** Why bytes were refused; 0 is success. The same numbers go into close reasons. */
export const WireFault = {
  NONE: 0,
  /** They end too early. */
  TRUNCATED: 1,
  /** They go on behind the end. */
  TRAILING_BYTES: 2,
  /** A kind of command or message that there is not. */
  UNKNOWN_KIND: 3,
  /** A number that may not be: NaN, a size, a place outside of the region. */
  OUT_OF_RANGE: 4,
  /** Longer than any such bytes are. */
  TOO_LONG: 5,
  /** A frame that is not the one the world needs next. */
  WRONG_FRAME: 6,
  /** A snapshot of another layout or core. */
  WRONG_LAYOUT: 7,
} as const;
export type WireFault = (typeof WireFault)[keyof typeof WireFault];

export interface FrameHeader {
  readonly frame: number;
  /** State hash at the frame's first tick, before its commands. */
  readonly stateHash: bigint;
  readonly commandCount: number;
  readonly inputCount: number;
}
