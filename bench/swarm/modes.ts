/** How the bots of a run behave. */
export const MODES = ['roam', 'spread', 'crowd', 'swarm', 'churn', 'hostile'] as const;
export type Mode = (typeof MODES)[number];

/** What each mode is, for the usage text. */
export const MODE_WORDS: Readonly<Record<Mode, string>> = {
  roam: 'everybody wanders wherever it takes him',
  spread: 'everybody walks about his own place',
  crowd: 'the same in small steps, for a server that puts all within 30 m',
  swarm: 'everybody walks through the middle and back, and so through everybody',
  churn: 'as spread, and everybody leaves and comes back all the time',
  hostile: 'attackers try every cheat of the catalogue beside peaceful bots',
};

/** How a server of our own is set up for a mode: `SPACETIME_ARRIVAL_SPREAD_M`, m; 0 is a ring. */
export const MODE_SPREAD_M: Readonly<Record<Mode, number>> = {
  roam: 0,
  spread: 230,
  // The corners are 25 m from the middle, and nobody walks 5 m from his place.
  crowd: 18,
  swarm: 40,
  churn: 230,
  hostile: 40,
};
