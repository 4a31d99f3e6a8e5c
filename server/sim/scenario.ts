import type { InterestSettings } from '../../core-wasm/host/interest.ts';
import type { NetworkConditions } from '../net/memory-pipe.ts';
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts';

/** What one seed is about. Rates are chances in each step of the simulation. */
export interface Scenario {
  readonly clients: number;
  /** Virtual seconds of bad weather, before the calm. */
  readonly seconds: number;
  readonly interest: Radii;
  readonly cutRate: number;
  readonly crashRate: number;
  /** Another server takes the region over while the first still runs. */
  readonly usurpRate: number;
  readonly partitionRate: number;
  readonly storeRate: number;
  readonly commandRate: number;
  /** Chance that what lies in the store is damaged between a crash and the next start. */
  readonly damageRate: number;
  /** At the end of the storm everybody's cable is pulled; else they must get well by themselves. */
  readonly cutsAtCalm: boolean;
}

/** What a run may fix instead of leaving it to the seed. */
export type ScenarioChoice = Partial<Pick<Scenario, 'clients' | 'seconds'>>;

/** So narrow that those who walk about keep coming into each other's bubbles and leaving them. */
type Radii = Pick<
  InterestSettings,
  'nearestPlayers' | 'playerRadius' | 'bodyRadius' | 'ghostRadius'
>;
const NARROW: Radii = { nearestPlayers: 2, playerRadius: 9, bodyRadius: 6, ghostRadius: 30 };
const WIDE: Radii = {
  nearestPlayers: 64,
  playerRadius: 1000,
  bodyRadius: 1000,
  ghostRadius: 1000,
};
const CLIENTS_MIN = 2;
const CLIENTS_MAX = 5;
const SECONDS_MIN = 3;
const SECONDS_MAX = 10;

/**
 * Draws a scenario. Each kind of trouble is left out by some seeds (swarm testing, Groce et al.
 * 2012): what always comes together hides what one of them does alone.
 */
export function drawScenario(seed: number, choice: ScenarioChoice): Scenario {
  const random = createSeededRandom(seed ^ 0x5eed);
  const between = (min: number, max: number) => min + random() * (max - min);
  const maybe = (share: number, rate: number) => (random() < share ? rate : 0);
  return {
    clients: Math.floor(between(CLIENTS_MIN, CLIENTS_MAX + 1)),
    seconds: between(SECONDS_MIN, SECONDS_MAX),
    interest: interestOf(seed),
    cutRate: maybe(0.6, 0.004),
    crashRate: maybe(0.5, 0.0025),
    usurpRate: maybe(0.3, 0.002),
    partitionRate: maybe(0.5, 0.003),
    storeRate: maybe(0.6, 0.006),
    commandRate: maybe(0.8, 0.08),
    cutsAtCalm: random() < 0.5,
    damageRate: maybe(0.5, 0.7),
    ...choice,
  };
}

/** Three seeds of four; the fourth has everybody in everybody's bubble. */
function interestOf(seed: number): Radii {
  return seed % 4 === 0 ? WIDE : NARROW;
}

/** A network of some kind, from a cable in the same house to a phone on a train. */
export function drawNetwork(random: SeededRandom): NetworkConditions {
  const kind = Math.floor(random() * 4);
  const delayMs = 2 + 80 * random() * random();
  const jitterMs = 50 * random() * random();
  if (kind === 0) return { delayMs, jitterMs, lossRate: 0, lossBurst: 1 };
  const lossRate = 0.03 * random() + 0.002;
  const lossBurst = 1 + 4 * random();
  if (kind === 1) return { delayMs, jitterMs, lossRate, lossBurst };
  const radio = { badLossRate: 0.3 + 0.7 * random(), goodLossRate: 0.001 };
  const network = { delayMs, jitterMs, lossRate, lossBurst: lossBurst * 2, ...radio };
  return kind === 2 ? network : { ...network, bitsPerSecond: 1e6 + 4e6 * random() };
}

export const CALM_NETWORK: NetworkConditions = {
  delayMs: 5,
  jitterMs: 2,
  lossRate: 0,
  lossBurst: 1,
};
