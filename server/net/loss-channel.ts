import { createSeededRandom, type SeededRandom } from '../seeded-random.ts';

/** A Gilbert-Elliott channel: a good state and a bad one, each with a loss rate of its own. */
export interface Loss {
  /** Share of all segments that get lost, 0…<1. */
  readonly lossRate: number;
  /** Mean number of segments for which the bad state holds, ≥ 1; 1 is even loss. */
  readonly lossBurst: number;
  /** Share that the bad state loses, `lossRate`…1; 1 (Gilbert's own channel) when left out. */
  readonly badLossRate?: number;
  /** Share that the good state loses, 0…`lossRate`; 0 when left out. */
  readonly goodLossRate?: number;
}

/** What all connections over one way lose: a burst meets whichever of them sends just then. */
export interface Air {
  readonly up: () => boolean;
  readonly down: () => boolean;
}

/** The seeds are those of the way up and of the way down. */
export function createAir([up, down]: readonly [number, number], loss: Loss): Air {
  return {
    up: createLossChannel(createSeededRandom(up), loss),
    down: createLossChannel(createSeededRandom(down), loss),
  };
}

/**
 * Says of one segment after the other whether it is lost. The states change so that in the long
 * run `lossRate` of all are: the bad one holds for a share b of the segments with
 * b · bad + (1 − b) · good = lossRate, and is left with 1 / `lossBurst`.
 */
export function createLossChannel(random: SeededRandom, loss: Loss): () => boolean {
  const { lossRate, lossBurst, badLossRate = 1, goodLossRate = 0 } = loss;
  if (lossRate === 0) return () => false;
  const leave = 1 / lossBurst;
  const share =
    badLossRate === goodLossRate ? 0 : (lossRate - goodLossRate) / (badLossRate - goodLossRate);
  const enter = Math.min(1, (share * leave) / (1 - share));
  let isBad = false;
  return () => {
    isBad = isBad ? random() >= leave : random() < enter;
    const rate = isBad ? badLossRate : goodLossRate;
    return rate === 1 || (rate > 0 && random() < rate);
  };
}
