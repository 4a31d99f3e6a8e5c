/** Whether a number of players is borne, and the words for it. */
export interface Trial {
  readonly holds: boolean;
  readonly says: string;
}

/** What a search found: the most that held, and the fewest that did not. */
export interface Found {
  readonly most: number;
  /** Null when the search ended at its upper end. */
  readonly tooMany: number | null;
}

/**
 * The most players that hold: doubling from `first` until they do not, then halving what lies
 * between until it is less than `share` of what holds. `try` is asked at most once for a number.
 */
export async function searchMost(
  first: number,
  last: number,
  share: number,
  attempt: (players: number) => Promise<Trial>,
): Promise<Found> {
  let most = 0;
  let tooMany: number | null = null;
  let players = Math.min(first, last);
  while (tooMany === null && most < last) {
    if ((await attempt(players)).holds) {
      most = players;
      players = Math.min(players * 2, last);
    } else {
      tooMany = players;
    }
  }
  while (tooMany !== null && tooMany - most > Math.max(1, most * share)) {
    const middle = Math.floor((most + tooMany) / 2);
    if ((await attempt(middle)).holds) most = middle;
    else tooMany = middle;
  }
  return { most, tooMany };
}
