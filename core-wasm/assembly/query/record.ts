import { ANSWER_BYTES, ANSWERS, QUERIES, QUERY_BYTES } from '../layout';

/** What a query asks; the same numbers as in `host/query-record.ts`. */
export const enum QueryKind {
  RAY = 0,
  CAST = 1,
  OVERLAP = 2,
  CLOSEST = 3,
  NEAREST = 4,
}

export const enum QueryFlag {
  /** Terrain is met too. */
  TERRAIN = 1,
}

export const enum AnswerStatus {
  MISS = 0,
  HIT = 1,
  /** Met before anything moved; the point inside the body. */
  INSIDE = 2,
  /** The query is not one: a number that is not finite, a size or rotation out of range. */
  REFUSED = 3,
}

/** One query, 80 bytes; the host writes it. */
@unmanaged
@final
export class Query {
  origin: v128;
  /** Lane 3: the greatest distance. */
  direction: v128;
  rotation: v128;
  size: v128;
  kind: u8;
  shape: u8;
  /** Layers that are looked at. */
  mask: u16;
  flags: u32;
  /** An entity that is passed through, with all that it owns; for CLOSEST the one that is meant. */
  entity: u32;
  reserved: u32;
}

assert(offsetof<Query>() == QUERY_BYTES);

/** What one query found, 64 bytes. Points and normals in world axes, metres. */
@unmanaged
@final
export class Answer {
  point: v128;
  /** Unit length, out of what was met. */
  normal: v128;
  distance: f32;
  /** 0 for terrain. */
  entity: u32;
  status: u32;
  /** OVERLAP: place of the first listed entity, how many are listed, how many there are. */
  first: u32;
  listed: u32;
  total: u32;
  /** OVERLAP: 1 when the terrain is touched. */
  terrain: u32;
  reserved: u32;
}

assert(offsetof<Answer>() == ANSWER_BYTES);

export function queryAt(index: i32): Query {
  return changetype<Query>(QUERIES + <usize>index * QUERY_BYTES);
}

export function answerAt(index: i32): Answer {
  return changetype<Answer>(ANSWERS + <usize>index * ANSWER_BYTES);
}
