/** Every capacity and tuning constant of the core. Raising one changes the artifact's hash. */

// Time. One step is one tick.
export const TICK_RATE_HZ: i32 = 60;
export const TICKS_PER_FRAME: i32 = 3;
export const TICK_DT: f32 = 1.0 / 60.0;
/** TGS substeps a tick: 240 Hz keeps stacks of ten stiff at 30 Hz contact softness. */
export const SUBSTEP_COUNT: i32 = 4;
export const SUBSTEP_DT: f32 = TICK_DT / <f32>SUBSTEP_COUNT;

// Capacities. An entity's index needs 15 bits; index 0 is the terrain and means "none" in an id.
export const ENTITY_CAPACITY: i32 = 32768;
/** Dynamic and kinematic bodies. */
export const MOVER_CAPACITY: i32 = 16384;
/** Static bodies: bases are built of them. */
export const STATIC_CAPACITY: i32 = 16384;
export const PLAYER_CAPACITY: i32 = 4096;
/** Joints: a rope bridge takes about 60. Their indices need 16 bits. */
export const JOINT_CAPACITY: i32 = 4096;
/** Broadphase pairs a tick: a dense pile has about 7 a body. */
/** What one tick can tell its host: who entered and left sensors, who was stopped. */
export const EVENT_CAPACITY: i32 = 4096;
export const PAIR_CAPACITY: i32 = 65536;
/** Manifolds a tick: about 4 a body in a pile. */
export const CONTACT_CAPACITY: i32 = 32768;
export const MANIFOLD_POINTS_MAX: i32 = 4;
/** Contact points a tick. Spheres use 1, boxes 4; a pile of boxes averages below 3. */
export const POINT_CAPACITY: i32 = 65536;
/** Buckets of one level of a grid; also fits u16. */
export const GRID_BUCKETS_MAX: i32 = 16384;
/** What one look into a grid may find: everything, twice. */
export const HIT_CAPACITY: i32 = 65536;
/** Hulls and compounds that bodies may refer to. */
export const DEFINITION_CAPACITY: i32 = 1024;
export const HULL_VERTICES_MAX: i32 = 32;
export const COMPOUND_CHILDREN_MAX: i32 = 8;

// Interest: who is followed, and what one observer can be told.
/** Observers: as many as there can be players. */
export const OBSERVER_CAPACITY: i32 = PLAYER_CAPACITY;
/** Movers that one observer may simulate. */
export const MEMBER_CAPACITY: i32 = 512;
/** Players nearest to an observer whom he may be told to simulate. */
export const NEAREST_CAPACITY: i32 = 64;
/** Loose bodies left out for want of room that are still reported, the nearest ones. */
export const RIM_CAPACITY: i32 = 128;
/** Ghosts of one observer and frame. */
export const GHOST_CAPACITY: i32 = 64;
/** In a full region a player who is no member is looked at in one of so many frames. */
export const GHOST_PHASES: i32 = 16;

// Region. Half a side; f32 resolves 0.015 mm at the rim, 0.06 mm under the ceiling (STEP.md).
export const REGION_HALF_M: f32 = 250.0;
export const REGION_FLOOR_M: f32 = -200.0;
export const REGION_CEILING_M: f32 = 1000.0;

// Terrain: a square of cells around the origin.
export const TERRAIN_CELLS: i32 = 256;
export const TERRAIN_VERTICES: i32 = TERRAIN_CELLS + 1;
export const TERRAIN_SPACING_M: f32 = 2.0;

// Contacts.
/** Penetration that is left alone, so that resting contacts do not flicker. */
export const LINEAR_SLOP_M: f32 = 0.00065;
/**
 * Distance at which a contact is made before surfaces touch, beside what the pair's velocity needs.
 * Gravity makes 2.7 mm in a tick; every millimetre more costs contacts that never press.
 */
export const SPECULATIVE_MARGIN_M: f32 = 0.005;
/** Soft contact frequency, at most a quarter of the substep rate (Catto, "Soft Step"). */
export const CONTACT_HERTZ: f32 = 60.0;
export const CONTACT_DAMPING_RATIO: f32 = 5.0;
/** Speed limit of the push-out of deep overlaps, so that nothing explodes. */
export const CONTACT_PUSH_MAX_MPS: f32 = 3.0;
/** Approach speed below which nothing bounces. */
export const RESTITUTION_THRESHOLD_MPS: f32 = 1.0;

/** Along y, until a command says otherwise. */
export const GRAVITY_MPS2: f32 = -9.81;
/** Each component of a region's gravity lies within this. */
export const GRAVITY_MAX_MPS2: f32 = 50.0;
/** Below everything: the region is dry. Also the farthest that a water level may be from 0. */
export const WATER_NONE_M: f32 = -10000.0;
export const WATER_DENSITY_KGPM3: f32 = 1000.0;
/** Share of speed that water takes from a body wholly in it, in a second. */
export const WATER_LINEAR_DRAG_HZ: f32 = 2.0;
export const WATER_ANGULAR_DRAG_HZ: f32 = 2.0;
/** A body faster than this moves further in a tick than any shape is thick. */
export const LINEAR_SPEED_MAX_MPS: f32 = 200.0;
export const ANGULAR_SPEED_MAX_RPS: f32 = 60.0;

// Sleep: an island rests when nobody in it was faster than this for so long.
export const SLEEP_TICKS: i32 = 30;
export const SLEEP_LINEAR_MPS: f32 = 0.05;
export const SLEEP_ANGULAR_RPS: f32 = 0.1;

// Joints.
/**
 * What is rigid is a spring as stiff as a substep can see: a quarter of the substep rate. It gives
 * way by load / (mass·ω²), 70 µm under its own weight. Rigid rows with a share of the gap as bias
 * were rejected: warm started, a chain with thirteen times a link's mass on its end tears open by
 * 0.7 m. A damping ratio above 2 costs energy: at 5 a pendulum loses 1 % in 20 s, at 2 a quarter.
 */
export const JOINT_HERTZ: f32 = 60.0;
export const JOINT_DAMPING_RATIO: f32 = 2.0;
/** How far from a body's centre, or from the region's, an anchor may be. */
export const JOINT_ANCHOR_MAX_M: f32 = 128.0;
export const JOINT_PLACE_MAX_M: f32 = 1000.0;
/** A rod that is shorter has no direction: that is a ball joint. */
export const JOINT_LENGTH_MIN_M: f32 = 0.01;
/** A distance that may become so long has no upper stop. */
export const JOINT_LENGTH_MAX_M: f32 = 1000.0;
/** Springs are slower than what is rigid, and not so slow that their period is lost in rounding. */
export const SPRING_HERTZ_MIN: f32 = 0.01;
export const SPRING_HERTZ_MAX: f32 = 60.0;
export const SPRING_DAMPING_RATIO_MAX: f32 = 100.0;
/** Beyond, the two ends of a hinge's range would be one turn apart. */
export const HINGE_LIMIT_MAX_RAD: f32 = 3.1;
export const MOTOR_SPEED_MAX_RPS: f32 = 60.0;
export const MOTOR_TORQUE_MAX_NM: f32 = 1e7;

// Players.
export const PLAYER_RADIUS_M: f32 = 0.3;
/** Half of the capsule's segment: 0.3 + 1.2 + 0.3 = 1.8 m tall. */
export const PLAYER_HALF_LENGTH_M: f32 = 0.6;
export const PLAYER_HALF_HEIGHT_M: f32 = PLAYER_RADIUS_M + PLAYER_HALF_LENGTH_M;
export const PLAYER_MASS_KG: f32 = 80.0;
export const PLAYER_WALK_MPS: f32 = 3.5;
export const PLAYER_SPRINT_MPS: f32 = 6.5;
export const PLAYER_GROUND_ACCELERATION_MPS2: f32 = 30.0;
export const PLAYER_AIR_ACCELERATION_MPS2: f32 = 6.0;
export const PLAYER_JUMP_MPS: f32 = 4.6;
/** Cosine of the steepest slope that carries a player: 50°. */
export const PLAYER_GROUND_COSINE: f32 = 0.6427876;
/** How fast a player turns upright when gravity changes. */
export const PLAYER_TURN_RPS: f32 = 3.0;
/** What is no higher than this is walked onto, and walked down from. */
export const STEP_MAX_M: f32 = 0.42;
/** The same for a loose body that is lighter than the player: more is kicked. */
export const STEP_LIGHT_MAX_M: f32 = 0.1;
/** How fast a step raises and lowers a player: an eye in a headset feels a jerk. */
export const STEP_RISE_MPS: f32 = 2.5;
/** What soles hold against a load, and on ground that may slide away itself. */
export const SOLE_ACCELERATION_MPS2: f32 = 12.0;
/** A player who leaves the ground faster than this is thrown and not held to it. */
export const STICK_MPS: f32 = 4.0;

// Swimming.
/** Share of a player under water at which he floats: the mouth stays out. */
export const PLAYER_FLOAT_SHARE: f32 = 0.85;
/** From this share on he swims; below it he wades. */
export const PLAYER_SWIM_SHARE: f32 = 0.6;
export const PLAYER_SWIM_MPS: f32 = 1.8;
export const PLAYER_SWIM_SPRINT_MPS: f32 = 3.0;
export const PLAYER_SWIM_ACCELERATION_MPS2: f32 = 8.0;
/** Share of speed that water takes from an idle swimmer in a second. */
export const PLAYER_SWIM_DRAG_HZ: f32 = 2.5;

// Jetpack.
export const JETPACK_THRUST_N: f32 = 1600.0;
export const JETPACK_RISE_MPS: f32 = 5.0;
export const JETPACK_ACCELERATION_MPS2: f32 = 10.0;
/** What full thrust takes; less takes its share. */
export const JETPACK_POWER_W: f32 = 24000.0;
/** Twenty seconds of full thrust; a player without a load hovers for forty. */
export const JETPACK_ENERGY_MAX_J: f32 = 480000.0;

// Hands.
export const HAND_RADIUS_M: f32 = 0.07;
/** A hand at rest, arm behind it, against what runs into it. */
export const HAND_MASS_KG: f32 = 20.0;
/** A hand may be so far from the capsule's axis at eye height: arm, plus the flat client's ray. */
export const HAND_REACH_MAX_MM: i32 = 4500;
/** How far from a hand's surface a body may be to be gripped. */
export const GRAB_DISTANCE_MAX_M: f32 = 0.25;
/** A held body this far from where the hand wants it slips away. */
export const GRAB_SLIP_M: f32 = 1.5;
export const GRAB_HERTZ: f32 = 12.0;
export const GRAB_DAMPING_RATIO: f32 = 1.2;
/** What a contact or a joint may carry over to the next tick: its square is still finite. */
export const IMPULSE_MAX_NS: f32 = 1e15;
/** What a suit's arm can exert: lifts about 120 kg. */
export const GRAB_FORCE_MAX_N: f32 = 1200.0;
/** What each of two arms exerts on one load: together they lift about 160 kg. */
export const GRAB_FORCE_BOTH_N: f32 = 780.0;
/** What an arm that holds on exerts: pulls its player up, and half as much again. */
export const HOLD_FORCE_MAX_N: f32 = 1500.0;
/** Speed of the pull: a hand that is torn down does not hurl its player up. */
export const HOLD_SPEED_MAX_MPS: f32 = 4.0;
/** How far from a hand's surface something fast may be to be held on to. */
export const HOLD_DISTANCE_MAX_M: f32 = 0.08;
/** A hand this far from what it holds on to has slipped. */
export const HOLD_SLIP_M: f32 = 0.5;
export const GRAB_TORQUE_MAX_NM: f32 = 160.0;

// Queries.
/** Queries of one call. */
export const QUERY_CAPACITY: i32 = 1024;
/** Bodies that the overlaps of one call can list together. */
export const LISTED_CAPACITY: i32 = 16384;
/** Longer than the region's diagonal. */
export const QUERY_DISTANCE_MAX_M: f32 = 1500.0;
/** Queries from further outside are refused. */
export const QUERY_ORIGIN_MAX_M: f32 = 10000.0;
export const QUERY_SIZE_MIN_M: f32 = 0.001;

// Wire.
export const FRAME_BYTES_MAX: i32 = 262144;
