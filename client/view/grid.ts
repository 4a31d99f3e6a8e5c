/** Vertices and triangles of a square grid, as terrain, skirts and horizon need them. */
export interface MeshArrays {
  /** 3 a vertex. */
  readonly positions: Float32Array;
  readonly indices: Uint32Array;
}

/**
 * Quad number `quad` of an index list: two facets over least corner a, b along x, c along z and
 * d, split along a–d as the core splits its cells.
 */
export function writeQuad(
  indices: Uint32Array,
  quad: number,
  a: number,
  b: number,
  c: number,
  d: number,
): void {
  const at = quad * 6;
  indices[at] = a;
  indices[at + 1] = c;
  indices[at + 2] = d;
  indices[at + 3] = a;
  indices[at + 4] = d;
  indices[at + 5] = b;
}

/**
 * Vertex at place `i` of a walk around the rim of a grid with `side` vertices a side. Quads from
 * one place to the next with their far edge outside the grid face outwards.
 */
export function rimVertex(side: number, i: number): number {
  const steps = side - 1;
  const leg = Math.floor(i / steps);
  const along = i % steps;
  if (leg === 0) return steps * side + along;
  if (leg === 1) return (steps - along) * side + steps;
  if (leg === 2) return steps - along;
  return along * side;
}
