/**
 * Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours
 * each cost 1. Plain Levenshtein was rejected: it counts the commonest slip, a swap, as two.
 */
export function editDistance(a: string, b: string): number {
  const width = b.length + 1;
  const cost = new Uint16Array((a.length + 1) * width);
  const at = (row: number, column: number): number => cost[row * width + column] ?? 0;
  for (let row = 0; row <= a.length; row++) cost[row * width] = row;
  for (let column = 0; column <= b.length; column++) cost[column] = column;
  for (let row = 1; row <= a.length; row++) {
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let least = Math.min(at(row - 1, column), at(row, column - 1)) + 1;
      least = Math.min(least, at(row - 1, column - 1) + same);
      const swapped =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) least = Math.min(least, at(row - 2, column - 2) + 1);
      cost[row * width + column] = least;
    }
  }
  return at(a.length, b.length);
}

/** The known name that `name` most likely means; ties go to the first. */
export function nearestName(
  name: string,
  known: readonly string[],
): { readonly name: string; readonly distance: number } | null {
  let nearest: { name: string; distance: number } | null = null;
  for (const candidate of known) {
    const distance = editDistance(name, candidate);
    if (nearest === null || distance < nearest.distance) nearest = { name: candidate, distance };
  }
  return nearest;
}
