import { MODE_SPREAD_M, type Mode } from './modes.ts';

/** One run of the load tester against a server of its own. */
export interface SwarmScene {
  readonly mode: Mode;
  readonly players: number;
  readonly seconds: number;
  /** Bots that run the whole client. */
  readonly verify: number;
  readonly headsets: number;
  readonly joinsPerSecond: number;
  /** Cores that the bots may use: the server has core 0 to itself unless it is listed. */
  readonly cores: string;
}

const USUAL = {
  seconds: 60,
  verify: 2,
  headsets: 1,
  joinsPerSecond: 50,
  cores: '1',
} as const;

export const SWARM_SCENES = {
  'spread-200': { ...USUAL, mode: 'spread', players: 200 },
  /** By it others measure how soon an input is seen. */
  'spread-1000': { ...USUAL, mode: 'spread', players: 1000 },
  'spread-1600': { ...USUAL, mode: 'spread', players: 1600 },
  'spread-3000': { ...USUAL, mode: 'spread', players: 3000 },
  'spread-4000': { ...USUAL, mode: 'spread', players: 4000 },
  crowd: { ...USUAL, mode: 'crowd', players: 300 },
  swarm: { ...USUAL, mode: 'swarm', players: 300 },
  churn: { ...USUAL, mode: 'churn', players: 300 },
  hostile: { ...USUAL, mode: 'hostile', players: 100, verify: 4 },
  /** 200 whole clients want more than one core: those of the bots and what the server leaves. */
  verify: { ...USUAL, mode: 'spread', players: 200, verify: 200, seconds: 1800, cores: '0,1' },
} as const satisfies Record<string, SwarmScene>;

export type SwarmSceneName = keyof typeof SWARM_SCENES;
export const SWARM_SCENE_NAMES = Object.keys(SWARM_SCENES) as SwarmSceneName[];
/** What is measured when nothing is chosen: a minute and a half each. */
export const SWARM_SCENES_USUAL: readonly SwarmSceneName[] = [
  'spread-200',
  'spread-1000',
  'spread-1600',
  'crowd',
  'swarm',
  'churn',
  'hostile',
];

/** What a server is started with for a scene. */
export function serverEnvironment({ mode, players }: SwarmScene): Record<string, string> {
  return {
    SPACETIME_ARRIVAL_SPREAD_M: String(MODE_SPREAD_M[mode]),
    // Attackers come beside the bots.
    SPACETIME_PLAYERS_MAX: String(Math.min(4096, players + 96)),
    SPACETIME_GUESTS_PER_MINUTE: '100000',
    // Bodies of those who left are counted, so they should not stand about for long.
    SPACETIME_RECONNECT_GRACE_SECONDS: '2',
    LOG_LEVEL: 'info',
  };
}

/** The words behind `swarm` for a scene, without the address. */
export function swarmWords(scene: SwarmScene, isQuick: boolean): string[] {
  const { mode, players, seconds, verify, headsets, joinsPerSecond } = scene;
  const figures = {
    mode,
    players: isQuick ? Math.min(players, 20) : players,
    seconds: isQuick ? 2 : seconds,
    verify: isQuick ? Math.min(verify, 2) : verify,
    vr: headsets,
    ramp: joinsPerSecond,
    spread: MODE_SPREAD_M[mode],
  };
  return Object.entries(figures).flatMap(([name, value]) => [`--${name}`, String(value)]);
}
