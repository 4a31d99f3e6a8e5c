/** Words of the records that queries and answers are, as `assembly/query/record.ts` lays them. */

export const QUERY_WORDS = 20;
export const QUERY_DIRECTION = 4;
export const QUERY_DISTANCE = 7;
export const QUERY_ROTATION = 8;
export const QUERY_SIZE = 12;
/** kind, shape and, in the upper half, the mask of layers. */
export const QUERY_KINDS = 16;
export const QUERY_FLAGS = 17;
export const QUERY_ENTITY = 18;

export const ANSWER_WORDS = 16;
export const ANSWER_NORMAL = 4;
export const ANSWER_DISTANCE = 8;
export const ANSWER_ENTITY = 9;
export const ANSWER_STATUS = 10;
export const ANSWER_FIRST = 11;
export const ANSWER_LISTED = 12;
export const ANSWER_TOTAL = 13;
export const ANSWER_TERRAIN = 14;

export const QueryKind = { RAY: 0, CAST: 1, OVERLAP: 2, CLOSEST: 3, NEAREST: 4 } as const;
export type QueryKind = (typeof QueryKind)[keyof typeof QueryKind];

export const FLAG_TERRAIN = 1;
