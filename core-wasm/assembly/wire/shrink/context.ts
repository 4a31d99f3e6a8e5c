/**
 * The map of contexts: places in the table of probabilities. Decisions come alone, in rows for
 * whole numbers, in rows for numbers with a fraction, and in trees for choices.
 */

/** Decisions that stand alone. */
export const enum Flag {
  /** Not as the template is: of players, left hands, right hands. */
  FIXED = 0,
  FIXED_QUAD = 3,
  IS_GROUNDED = 12,
  /** By whether he is grounded. */
  HAS_GROUND_ENTITY = 13,
  IN_ROSTER = 15,
  SAME_REFERENCE = 16,
  PART_LARGEST = 17,
  GRIP_FILLED = 18,
  IS_WET = 20,
  GRIP_HELD = 21,
  /** By kind of body. */
  ROTATION_TURNED = 22,
  LARGEST_NEGATIVE = 25,
  HAND_STEP_ODD = 26,
  /** By kind of body. */
  PLACE_ODD = 27,
  MATERIAL = 30,
  MATERIAL_WORD = 31,
  MATERIAL_ODD = 37,
  FOURTHS = 38,
  DENSITY_ODD = 40,
  AWAKE = 42,
  SENSOR = 43,
  TOUCHES = 44,
  /** By whether it sleeps. */
  MOVES = 45,
  TURNS = 47,
  /** By kind of what A is. */
  IS_NOT_TERRAIN = 49,
  /** By whether A is not a player. */
  IS_FOOT = 53,
  STALE = 55,
  ANCHOR_ODD = 56,
  ANCHOR_UNUSED = 57,
  IMPULSE_UNUSED = 58,
  WORLD_ODD = 59,
  RESTLESS = 60,
  JOINT_WORD_ODD = 61,
  /** Of the head, of each hand. */
  PART_MOVES = 62,
  STATIC_ODD = 65,
  HAND_OVER = 66,
  TOLD = 67,
  HISTORY_KNOWN,
  HISTORY_POSED,
  EARLIER_TURNS,
  END,
}

/** Rows of whole numbers against what is expected. */
export const enum Row {
  INDEX,
  GENERATION,
  HAND_INDEX,
  HAND_GENERATION,
  ACCOUNT,
  MOVE_X,
  MOVE_Z,
  PITCH,
  BUTTONS,
  BUTTONS_BEFORE,
  ENERGY,
  GRIP_TICKS,
  /** Of the head x y z, then of hands. */
  PART_PLACE,
  HAND_PART_PLACE = 15,
  PART_TURN = 18,
  HAND_PART_TURN = 21,
  /** Where parts were when the frame began, of heads, of hands. */
  FROM_PLACE = 24,
  FROM_TURN = 26,
  /** By whether it sleeps, of loose ones; of players; of hands. */
  STILL = 28,
  HEIGHT_GROUNDED = 32,
  HEIGHT_FALLING,
  HEIGHT_LOOSE,
  SPEED_LEVEL,
  SPEED_UP,
  SPEED_FALLING,
  NORMAL,
  GAP,
  HAND_PLACE,
  HAND_TURN,
  HAND_STEP,
  HAND_SPEED,
  HAND_SPIN,
  YAW_STEP,
  LARGEST,
  PLAYERS,
  LOOSE,
  STATICS,
  JOINTS,
  DEFINITIONS,
  /** By kind of what A is. */
  CONTACTS,
  PART = 56,
  REFERENCE,
  FOOT_ANCHOR,
  CORNER_ANCHOR,
  FAR_ANCHOR,
  FOOT_IMPULSE,
  SIZE,
  DENSITY,
  DEFINITION,
  MATERIAL,
  PLACE,
  WORD,
  HIGH,
  UNUSED_GENERATION,
  HISTORY_INTENT,
  /** Of yaw, of pitch. */
  HISTORY_BEFORE,
  /** Of moves, of yaw, of pitch. */
  INTENT_SPREAD = 73,
  HISTORY_PLACE = 76,
  /** Of the head, of hands. */
  HISTORY_EARLIER,
  HISTORY_TURN = 79,
  /** Of places and of turns, of the head and of hands. */
  PART_SPREAD,
  END = 84,
}

/** Rows of numbers with a fraction of which little is known. */
export const enum Float {
  PLACE,
  TURN,
  SPEED,
  SPIN,
  SIZE,
  MASS,
  MATERIAL,
  /** By kind of what A is. */
  IMPULSE,
  FRICTION = 11,
  TWIST = 15,
  GRIP = 19,
  FOOT_FRICTION,
  FOOT_TWIST,
  WORD,
  END,
}

/** Choices. */
export const enum Tree {
  NORMAL = 0,
  GRIP_KIND = 4,
  LARGEST = 8,
  /** By kind of body. */
  PART_LARGEST = 12,
  KIND = 16,
  SHAPE = 20,
  /** By shape (8), of x, y and z. */
  SIDE = 28,
  /** By kind of what A is. */
  POINTS = 124,
  CORNER = 156,
  USED_WORDS = 172,
  PHASE = 300,
  END = 304,
}

/** A row of a whole number: whether it is as expected, then the tree of 32 lengths. */
export const ROW: u32 = 32;
/** A row of a fraction: whether it is zero, its sign, then the tree of 256 exponents. */
export const FLOAT_ROW: u32 = 258;

export const ROWS: u32 = Flag.END;
export const FLOATS: u32 = ROWS + Row.END * ROW;
export const TREES: u32 = FLOATS + Float.END * FLOAT_ROW;
export const CONTEXTS: u32 = TREES + Tree.END;
