/**
 * The map of contexts: each is a place in the table of probabilities, for one kind of decision in
 * one kind of circumstance.
 */

/** What residuals are of; each has its own statistics. */
export const enum Kind {
  HEAD_PLACE = 0,
  HEAD_TURN = 1,
  HAND_PLACE = 2,
  HAND_TURN = 3,
  MOVE = 4,
  YAW = 5,
  PITCH = 6,
}
const KINDS: u32 = 7;
/** Those before are of head and hands. */
export const PART_KINDS: u32 = 4;
/** Classes of how far values went from their predictions lately. */
export const SPREADS: u32 = 8;
/** Classes of what is seen of this frame already: 0 nothing, then less than lately to much more. */
export const SURPRISES: u32 = 5;
/** Of head and hands the same for each class of how the way changed last: little, so, much. */
const BENDS: u32 = 3;
/** Decisions of one residual: whether 0, the length, the first bits below the highest. */
export const ROW: u32 = 12;
/** Classes of the way since the frame before, for the share of it that is expected again. */
export const WAYS: u32 = 7;

/** Bits that nothing is known of. */
export const EVEN: u32 = 0;
/** Whether the entry stands as it is, because the model would make it longer. */
export const VERBATIM: u32 = 1;
/** By the flags of the entry before. */
export const SECOND: u32 = 2;
/** By the flags of the entry before, and whether a second intent is here. */
export const THIRD: u32 = 10;
export const POSE: u32 = 26;
/** By how far the greatest component stands out. */
export const LARGEST_EXPECTED: u32 = 42;
export const LARGEST_NEXT: u32 = 46;
export const LARGEST_OTHER: u32 = 47;
/** By whether the hand was turned like the head before. */
export const TURNED_LIKE_HEAD: u32 = 48;
/** By the tick in the frame. */
export const BUTTONS_CHANGE: u32 = 50;
/** By the bit and its value before. */
export const BUTTON: u32 = 53;
/** By kind, by spread, by the way it went before: back, not, on. */
export const SIGNS: u32 = 72;
/** By kind, by spread, by surprise: rows of `ROW` decisions of a residual; parts come first. */
export const ROWS: u32 = SIGNS + KINDS * SPREADS * 3;
/** Rows of one kind and spread, for kinds of parts; intents have `SURPRISES`. */
export const PART_ROWS: u32 = SURPRISES * BENDS;
export const INTENT_ROWS_AT: u32 = ROWS + PART_KINDS * SPREADS * PART_ROWS * ROW;
export const CONTEXTS: u32 = INTENT_ROWS_AT + (KINDS - PART_KINDS) * SPREADS * SURPRISES * ROW;
/** By kind, by pairs of spreads, by way; a second time by how the way changed. */
export const GAIN_CELLS: u32 = KINDS * (SPREADS >>> 1) * WAYS;
