import type { ShapeKind } from './types.ts';

/** What queries ask and answer. Metres; world axes. */

export type Vector = ArrayLike<number>;

/** What a query looks at; everything unless told otherwise. */
export interface QueryFilter {
  /** Bits of the layers that are looked at; all unless given. */
  readonly mask?: number;
  /** An entity that is passed through, with all that it owns: a player and his hands. */
  readonly ignore?: number;
  /** False leaves the terrain out. */
  readonly terrain?: boolean;
}

/** A shape that is asked about: dimensions as in `SpawnBody`, each 1 mm … 64 m. */
export interface QueryShape {
  readonly shape: ShapeKind;
  readonly size: Vector;
  /** Unit quaternion x y z w; upright unless given. */
  readonly rotation?: Vector;
}

export const QueryStatus = {
  MISS: 0,
  HIT: 1,
  /** A cast that begins in what it meets, at distance 0; a point inside a body or below ground. */
  INSIDE: 2,
  /**
   * No answer: a number that is not finite, a point beyond 10 km, a size or rotation that is none.
   */
  REFUSED: 3,
} as const;
export type QueryStatus = (typeof QueryStatus)[keyof typeof QueryStatus];

/** One answer; `Queries.readHit` fills it in, so that one can serve for all. */
export interface QueryHit {
  status: QueryStatus;
  /** 0 for the terrain. */
  entity: number;
  /** Along the ray or cast; for closest points to the surface, negative inside. */
  distance: number;
  /** Where it was met: a point of the surface. A cast that begins inside gives its own centre. */
  readonly point: [number, number, number];
  /** Out of what was met, unit length. A cast that begins inside gives the way back. */
  readonly normal: [number, number, number];
}

export function emptyHit(): QueryHit {
  return { status: QueryStatus.MISS, entity: 0, distance: 0, point: [0, 0, 0], normal: [0, 0, 0] };
}

/** Everything that touches a shape. */
export interface Overlap {
  /** In entity order. */
  readonly entities: Uint32Array;
  /** How many there are; more than `entities` when the lists of one call were full. */
  readonly total: number;
  readonly terrain: boolean;
}
