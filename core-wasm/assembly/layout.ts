import {
  CONTACT_CAPACITY,
  DEFINITION_CAPACITY,
  ENTITY_CAPACITY,
  EVENT_CAPACITY,
  FRAME_BYTES_MAX,
  GHOST_CAPACITY,
  HIT_CAPACITY,
  JOINT_CAPACITY,
  LISTED_CAPACITY,
  MEMBER_CAPACITY,
  MOVER_CAPACITY,
  NEAREST_CAPACITY,
  OBSERVER_CAPACITY,
  PAIR_CAPACITY,
  PLAYER_CAPACITY,
  POINT_CAPACITY,
  QUERY_CAPACITY,
  RIM_CAPACITY,
  STATIC_CAPACITY,
  TERRAIN_VERTICES,
} from './limits';

/**
 * The memory map. Addresses exist here and nowhere in state, hashes or the wire.
 *
 *   STATE    header │ generations │ definitions │ movers │ statics │ players │ joints │ contacts
 *                                                                    saved, hashed
 *   TERRAIN  heights                                                 pure function of the seed
 *   SHAPES   faces and masses of what is defined                     pure function of definitions
 *   SCRATCH  slots, bounds, grids, pairs, constraints, solver bodies  dies with the tick
 *   INTEREST entries, squares, members and waits of observers        kept, no part of STATE
 *   IO       staging, frames, fields, outbox                         the host's letter box
 *
 * Every array of STATE is dense and sorted by entity index, so that the used part is canonical:
 * two equal worlds have equal bytes whatever order they were built in, and one linear pass hashes
 * them. Stable slots were rejected: they keep holes and insertion history in the bytes. Static
 * bodies have an array of their own, because nothing of a tick but the static grid walks them.
 */

// Record sizes, asserted beside the classes that they measure.
export const HEADER_BYTES: i32 = 64;
export const DEFINITION_BYTES: i32 = 400;
export const BODY_BYTES: i32 = 144;
export const PLAYER_BYTES: i32 = 256;
export const JOINT_BYTES: i32 = 160;
export const CONTACT_BYTES: i32 = 64;
export const CONTACT_SHIFT: i32 = 6;

/** Slots: movers from 0, statics from here on. */
export const FIRST_STATIC: i32 = MOVER_CAPACITY;
export const SLOT_CAPACITY: i32 = MOVER_CAPACITY + STATIC_CAPACITY;

export const STATE_BYTES: i32 =
  HEADER_BYTES +
  ENTITY_CAPACITY * 2 +
  DEFINITION_CAPACITY * DEFINITION_BYTES +
  SLOT_CAPACITY * BODY_BYTES +
  PLAYER_CAPACITY * PLAYER_BYTES +
  JOINT_CAPACITY * JOINT_BYTES +
  CONTACT_CAPACITY * CONTACT_BYTES;
export const STATE: usize = memory.data(STATE_BYTES, 16);
export const GENERATIONS: usize = STATE + HEADER_BYTES;
export const DEFINITIONS: usize = GENERATIONS + ENTITY_CAPACITY * 2;
export const BODIES: usize = DEFINITIONS + DEFINITION_CAPACITY * DEFINITION_BYTES;
export const PLAYERS: usize = BODIES + SLOT_CAPACITY * BODY_BYTES;
export const JOINTS: usize = PLAYERS + PLAYER_CAPACITY * PLAYER_BYTES;
export const CONTACTS: usize = JOINTS + JOINT_CAPACITY * JOINT_BYTES;

export const TERRAIN_HEIGHTS: usize = memory.data(TERRAIN_VERTICES * TERRAIN_VERTICES * 4, 16);

/** What follows from the definitions, one record each in their order; see `shape/hull.ts`. */
export const SHAPE_BYTES: i32 = 2576;
export const SHAPES: usize = memory.data(DEFINITION_CAPACITY * SHAPE_BYTES, 16);
/** Place of each definition id in both arrays, −1 for none. */
export const DEFINITION_PLACES: usize = memory.data(65536 * 2, 16);

/** Body slot of each entity index, −1 for none. */
export const SLOT_OF: usize = memory.data(ENTITY_CAPACITY * 2, 16);
/** Two v128 a body: least and greatest corner. */
export const BOUNDS: usize = memory.data(SLOT_CAPACITY * 32, 16);
/** Level and bucket of each body while a grid is built, and what a look into one found. */
export const LEVEL_OF: usize = memory.data(STATIC_CAPACITY, 16);
export const BUCKET_OF: usize = memory.data(STATIC_CAPACITY * 2, 16);
export const CANDIDATES: usize = memory.data(STATIC_CAPACITY * 2, 16);
export const HITS: usize = memory.data(HIT_CAPACITY * 2, 16);
/** Movers that the tick computes: their slots, and a flag for each slot. */
export const ACTIVE: usize = memory.data(MOVER_CAPACITY * 2, 16);
export const IS_ACTIVE: usize = memory.data(MOVER_CAPACITY, 16);
/** Slots of each player's body and hands, eight bytes a player, and a flag for each hand's slot. */
export const PART_SLOTS: usize = memory.data(PLAYER_CAPACITY * 8, 16);
export const IS_HAND: usize = memory.data(MOVER_CAPACITY, 16);
/** Union-find over movers' slots, and the least stillness of each island. */
export const ISLANDS: usize = memory.data(MOVER_CAPACITY * 2, 16);
export const STILL: usize = memory.data(MOVER_CAPACITY * 2, 16);
/** Lower slot << 16 | higher slot, ascending. */
export const PAIRS: usize = memory.data(PAIR_CAPACITY * 4, 16);
export const PAIRS_SORTED: usize = memory.data(PAIR_CAPACITY * 4, 16);
export const PAIR_COUNTS: usize = memory.data((MOVER_CAPACITY + 1) * 4, 16);

/** Partial steps: entities that differ from the old timeline, slots that are computed, islands. */
export const CHANGED: usize = memory.data(ENTITY_CAPACITY, 16);
export const IN_PART: usize = memory.data(MOVER_CAPACITY, 16);
export const OLD_ISLANDS: usize = memory.data(MOVER_CAPACITY * 2, 16);

/** Union-find over entity indices: who met whom since the frame began; 0 is its own parent. */
export const GROUPS: usize = memory.data(ENTITY_CAPACITY * 2, 16);

/** What a frame says, one record each, and who must be told whole; see `wire/passages.ts`. */
export const PASSAGE_BYTES: i32 = 12;
/** Nothing that a frame says is shorter than four bytes. */
export const PASSAGE_CAPACITY: i32 = FRAME_BYTES_MAX / 4;
export const PASSAGES: usize = memory.data(PASSAGE_CAPACITY * PASSAGE_BYTES, 16);
/** Entity indices, two bytes each. */
export const FORCED: usize = memory.data(ENTITY_CAPACITY * 2, 16);
/** By entity index. */
export const MARKS: usize = memory.data(ENTITY_CAPACITY, 16);

/** Movers that were there when the frame began, ascending. */
export const BEGAN: usize = memory.data(MOVER_CAPACITY * 4, 16);
/** By entity index: hash of a mover, and its id where there is one; see `world/proof.ts`. */
export const HASHES: usize = memory.data(ENTITY_CAPACITY * 8, 16);
export const PROVEN_IDS: usize = memory.data(ENTITY_CAPACITY * 4, 16);

/** What the host must hear of a tick; see `world/events.ts`. */
export const EVENT_BYTES: i32 = 12;
export const EVENTS: usize = memory.data(EVENT_CAPACITY * EVENT_BYTES, 16);

/** Contacts of dormant bodies while the others are written. */
export const CONTACTS_ASIDE: usize = memory.data(CONTACT_CAPACITY * CONTACT_BYTES, 16);

export const MANIFOLD: usize = memory.data(4 * 16, 16);
export const CONSTRAINT_BYTES: i32 = 320;
export const CONSTRAINTS: usize = memory.data(CONTACT_CAPACITY * CONSTRAINT_BYTES, 16);
/**
 * Between two ticks the constraints' room serves excerpts: what is taken out. The points' room has
 * the index of what they are taken from; see `world/packed-index.ts`.
 */
export const EXCERPT: usize = CONSTRAINTS;
assert(EXCERPT + STATE_BYTES + 64 <= CONSTRAINTS + CONTACT_CAPACITY * CONSTRAINT_BYTES);
export const POINT_BYTES: i32 = 96;
export const POINTS: usize = memory.data(POINT_CAPACITY * POINT_BYTES, 16);
/** One more than movers: the last stands for all that never moves. */
export const SOLVER_BODY_BYTES: i32 = 192;
export const SOLVER_BODIES: usize = memory.data((MOVER_CAPACITY + 1) * SOLVER_BODY_BYTES, 64);
/** Slots of whom the solver computes, and up to where in the list their constraints reach. */
export const SOLVED: usize = memory.data(MOVER_CAPACITY * 2, 16);
export const SOLVED_ENDS: usize = memory.data(MOVER_CAPACITY * 2, 16);
/** A flag for each of those tied to others, and their slots. */
export const IS_TIED: usize = memory.data(MOVER_CAPACITY + 1, 16);
export const TIED: usize = memory.data(MOVER_CAPACITY * 2, 16);
/** Constraints of the tied: the first, and one behind the last, of each run of them. */
export const TIED_RUNS: usize = memory.data(CONTACT_CAPACITY * 8, 16);
/** What pulls each mover through the coming tick, m/s². */
export const PULLS: usize = memory.data(MOVER_CAPACITY * 16, 16);
/** What is under each player's foot, one record a player; see `player/foot.ts`. */
export const FOOTING_BYTES: i32 = 96;
export const FOOTINGS: usize = memory.data(PLAYER_CAPACITY * FOOTING_BYTES, 16);
/** The footing's number for each mover that is a player. */
export const FOOTING_NUMBERS: usize = memory.data(MOVER_CAPACITY * 2, 16);
/** How each player's two hands are turned, unpacked; see `player/turns.ts`. */
export const TURNS: usize = memory.data(PLAYER_CAPACITY * 2 * 48, 16);
/** Which constraints are a player's, in order. */
export const WALKER_CONTACTS: usize = memory.data(CONTACT_CAPACITY * 4, 16);
/** The body above a player's legs, as one more record that the narrowphase can take. */
export const TORSO: usize = memory.data(BODY_BYTES, 16);
/** Polygon clipping of box faces: two buffers of 8 vertices. */
export const CLIP: usize = memory.data(2 * 8 * 16, 16);
/** A box on terrain: 8 corners, then at most 26 candidate points. */
export const TERRAIN_POINTS: usize = memory.data((8 + 26) * 16, 16);
/** Two grab joints a player. */
export const GRAB_BYTES: i32 = 192;
export const GRABS: usize = memory.data(PLAYER_CAPACITY * 2 * GRAB_BYTES, 16);
export const SOLVER_JOINT_BYTES: i32 = 320;
export const SOLVER_JOINTS: usize = memory.data(JOINT_CAPACITY * SOLVER_JOINT_BYTES, 16);
/** One byte a mover: 1 where a joint keeps it from meeting another body. */
export const JOINED: usize = memory.data(MOVER_CAPACITY, 16);
/** One bit a joint index, to find the free ones. */
export const JOINT_INDICES: usize = memory.data(65536 / 8, 16);

/** What holds a player to the ground while he carries something. */
export const SOLE_BYTES: i32 = 80;
export const SOLES: usize = memory.data(PLAYER_CAPACITY * SOLE_BYTES, 16);
/** Bodies of an earlier tick, for queries into the past: movers, then statics as in STATE. */
export const PAST_BODIES: usize = memory.data(SLOT_CAPACITY * BODY_BYTES, 16);
/** A body's pose as the host keeps it of earlier ticks. */
export const POSE_BYTES: i32 = 64;
/** Query trees: nodes as two v128, at most two a body and one more; see `query/tree.ts`. */
export const TREE_NODE_BYTES: i32 = 32;
export const TREE_NODES: usize = memory.data(4 * SLOT_CAPACITY * TREE_NODE_BYTES, 16);
/** The slot of each leaf. */
export const TREE_SLOTS: usize = memory.data(2 * SLOT_CAPACITY * 2, 16);
/** Sort keys of the leaves, twice, and the digits' counts. */
export const TREE_KEYS: usize = memory.data(2 * STATIC_CAPACITY * 8, 16);
export const TREE_DIGITS: usize = memory.data(1024 * 4, 16);
/** Nodes still to be looked at: node and the distance at which it begins. */
export const WALK_STACK: usize = memory.data(64 * 8, 16);
/** The moving shape of a query, as a body. */
export const QUERY_BODY: usize = memory.data(BODY_BYTES, 16);
/** Two convex operands; a simplex of four vertices, three times; see `query/gjk.ts`. */
export const CONVEX_BYTES: i32 = 80;
export const CONVEX_A: usize = memory.data(CONVEX_BYTES, 16);
export const CONVEX_B: usize = memory.data(CONVEX_BYTES, 16);
export const SIMPLEX: usize = memory.data(3 * 4 * 48, 16);
/** One bit an entity, for lists in entity order, and the ids of those whose bit is set. */
export const LISTED_BITS: usize = memory.data(ENTITY_CAPACITY / 8, 16);
export const LISTED_IDS: usize = memory.data(ENTITY_CAPACITY * 4, 16);

/**
 * Interest (`interest/`). Entries are the movers of a frame, those that went and those that came
 * among them, ascending by entity index: ids at its first tick and after its last, 0 where none.
 */
export const ENTRY_CAPACITY: i32 = 2 * MOVER_CAPACITY;
export const ENTRY_BEGAN: usize = memory.data(ENTRY_CAPACITY * 4, 16);
export const ENTRY_NOW: usize = memory.data(ENTRY_CAPACITY * 4, 16);
/** Entry of each entity index, all ones for none. */
export const ENTRY_OF: usize = memory.data(ENTITY_CAPACITY * 2, 16);
/** Group number of each entry, of each root, and the entries of each group. */
export const ENTRY_GROUP: usize = memory.data(ENTRY_CAPACITY * 2, 16);
export const GROUP_OF_ROOT: usize = memory.data(ENTITY_CAPACITY * 2, 16);
export const GROUP_STARTS: usize = memory.data((ENTRY_CAPACITY + 1) * 2, 16);
export const GROUP_ENTRIES: usize = memory.data(ENTRY_CAPACITY * 2, 16);
/** Each group as a mask over its entries, where they lie close together; see `entries.ts`. */
export const GROUP_SPAN_BYTES: i32 = 16;
export const GROUP_SPANS: usize = memory.data(ENTRY_CAPACITY * GROUP_SPAN_BYTES, 16);
/** The last call's groups, and whether an entry's is another now: 1 where it is. */
export const OLD_GROUPS: usize = memory.data(ENTRY_CAPACITY * 2, 16);
export const OLD_STARTS: usize = memory.data((ENTRY_CAPACITY + 1) * 2, 16);
export const REGROUPED: usize = memory.data(ENTRY_CAPACITY, 16);
/** The last call's entries: their ids, and what entries they are now, all ones for none. */
export const OLD_IDS: usize = memory.data(ENTRY_CAPACITY * 4, 16);
export const OLD_ENTRIES: usize = memory.data(ENTRY_CAPACITY * 2, 16);
/** Bits by entry: what the observer that is looked at had, and what he has. */
export const ENTRY_BITS: i32 = ENTRY_CAPACITY / 8 + 16;
export const HAD: usize = memory.data(ENTRY_BITS, 16);
export const HAS: usize = memory.data(ENTRY_BITS, 16);
/** The same: who is a player after the frame. */
export const PLAYER_BITS: usize = memory.data(ENTRY_BITS, 16);
/** The nearest players and bodies, and ghosts, as lists of keys. */
export const PLAYER_KEYS: usize = memory.data(PLAYER_CAPACITY * 8, 16);
export const NEAREST_KEYS: usize = memory.data(NEAREST_CAPACITY * 8, 16);
export const BODY_KEYS: usize = memory.data(MOVER_CAPACITY * 8, 16);
export const GHOST_KEYS: usize = memory.data(GHOST_CAPACITY * 8, 16);
/** Players by column: x and z as two i16, id and entry; see `interest/columns.ts`. */
export const COLUMN_XZ: usize = memory.data(PLAYER_CAPACITY * 4, 16);
export const COLUMN_IDS: usize = memory.data(PLAYER_CAPACITY * 4, 16);
export const COLUMN_ENTRIES: usize = memory.data(PLAYER_CAPACITY * 2, 16);
/** Where an entity index last had its column; COLUMN_IDS tells whether it still is. */
export const COLUMN_OF: usize = memory.data(ENTITY_CAPACITY * 2, 16);
/** Kept from frame to frame, by observer: record, members, bodies on the rim, players' waits. */
export const OBSERVER_BYTES: i32 = 92;
export const OBSERVERS: usize = memory.data(OBSERVER_CAPACITY * OBSERVER_BYTES, 16);
export const MEMBERS: usize = memory.data(OBSERVER_CAPACITY * MEMBER_CAPACITY * 4, 16);
/** The same members by their entries in the last call. */
export const MEMBER_ENTRIES: usize = memory.data(OBSERVER_CAPACITY * MEMBER_CAPACITY * 2, 16);
export const RIM_BYTES: i32 = 8;
export const RIMS: usize = memory.data(OBSERVER_CAPACITY * RIM_CAPACITY * RIM_BYTES, 16);
export const WAITS: usize = memory.data(OBSERVER_CAPACITY * PLAYER_CAPACITY * 2, 16);
/** One bit each: whether the observer was told whose ghost it is. */
export const INTRODUCED: usize = memory.data(OBSERVER_CAPACITY * (PLAYER_CAPACITY / 8), 16);
/** Observers by the square that they stand on; see `interest/order.ts`. */
export const OBSERVER_SQUARES: usize = memory.data(OBSERVER_CAPACITY * 2, 16);
export const OBSERVER_ORDER: usize = memory.data(OBSERVER_CAPACITY * 2, 16);
export const SQUARE_STARTS: usize = memory.data((32 * 32 + 1) * 2, 16);
/** Of the frame, one observer behind the other. */
export const ENTERS: usize = memory.data(OBSERVER_CAPACITY * MEMBER_CAPACITY * 4, 16);
export const LEAVES: usize = memory.data(OBSERVER_CAPACITY * MEMBER_CAPACITY * 4, 16);
export const GHOST_BYTES: i32 = 8;
export const GHOSTS: usize = memory.data(OBSERVER_CAPACITY * GHOST_CAPACITY * GHOST_BYTES, 16);

/** Whom all must have, as the call of interest was given them. */
export const EVERYBODYS: usize = memory.data(LISTED_CAPACITY * 4, 16);

/**
 * Messages (`wire/bubble/`). What both ends know of each player's earlier entries, by entity index,
 * and for whom; the same before the frame's chunk. Kept from frame to frame, no part of STATE.
 */
export const HISTORIES: usize = memory.data(ENTITY_CAPACITY * 128, 16);
export const HISTORY_OWNERS: usize = memory.data(ENTITY_CAPACITY * 4, 16);
export const HISTORIES_BEFORE: usize = memory.data(ENTITY_CAPACITY * 128, 16);
/** Entities of the last frame of a packed run, in its order; see `wire/pack/frame-pack.ts`. */
export const RUN_ROSTER: usize = memory.data(ENTITY_CAPACITY * 4, 16);
/** The frame's chunks one behind the other, and by entry where its chunk is. */
export const CHUNKS_BYTES: i32 = PLAYER_CAPACITY * 56;
export const CHUNKS: usize = memory.data(CHUNKS_BYTES + 16, 16);
export const CHUNK_OF: usize = memory.data(ENTRY_CAPACITY * 4, 16);
/** The frame's ghosts and their accounts, by column; see `wire/bubble/ghost-record.ts`. */
export const GHOST_RECORD_BYTES: i32 = 16;
export const GHOST_RECORDS: usize = memory.data(PLAYER_CAPACITY * GHOST_RECORD_BYTES, 16);
export const ACCOUNTS: usize = memory.data(PLAYER_CAPACITY * 4, 16);
/** What the host wants said to each observer beside the frame. */
export const ORDER_BYTES: i32 = 32;
export const ORDERS: usize = memory.data(OBSERVER_CAPACITY * ORDER_BYTES, 16);
/** All messages of a frame, one observer's behind the other's. */
export const MESSAGES_BYTES: i32 = 16 * 1024 * 1024;
export const MESSAGES: usize = memory.data(MESSAGES_BYTES, 16);

/** Snapshots pass through here: twelve bytes of prefix and the packed state. */
export const STAGING_BYTES: i32 = STATE_BYTES + 64;
export const STAGING: usize = memory.data(STAGING_BYTES, 16);
/** A frame that the host hands in to be checked, listed or loaded. */
export const FRAME: usize = memory.data(FRAME_BYTES_MAX, 16);
/** The loaded frame; apart, because hosts look at other frames between two ticks of it. */
export const LOADED: usize = memory.data(FRAME_BYTES_MAX, 16);
/** Scalars that cross the ABI in bulk: the host writes before, or reads after, a call. */
export const FIELDS: usize = memory.data(1024, 16);
/** Queries of one call, their answers, and the entities that overlaps list. */
export const QUERY_BYTES: i32 = 80;
export const QUERIES: usize = memory.data(QUERY_CAPACITY * QUERY_BYTES, 16);
export const ANSWER_BYTES: i32 = 64;
export const ANSWERS: usize = memory.data(QUERY_CAPACITY * ANSWER_BYTES, 16);
export const LISTED: usize = memory.data(LISTED_CAPACITY * 4, 16);
/** The frame being built. */
export const OUTBOX_BYTES: i32 = FRAME_BYTES_MAX;
export const OUTBOX: usize = memory.data(OUTBOX_BYTES, 16);
/** Entries and message heads going out of, or coming into, the codec. */
export const LETTER_BYTES: i32 = 256;
export const LETTER: usize = memory.data(LETTER_BYTES, 16);
export const INBOX_BYTES: i32 = 1024;
export const INBOX: usize = memory.data(INBOX_BYTES, 16);
/** Line and column of the assert that trapped. */
export const FAULT_SITE: usize = memory.data(8, 8);
/** Decisions of the entry that was packed last, a power of two; see `wire/pack/coder.ts`. */
export const TRACE_CAPACITY: i32 = 16384;
export const TRACE: usize = memory.data(TRACE_CAPACITY * 2, 16);
