import type { Herd, HerdOptions } from './herd.ts';
import { startHerd } from './herd.ts';
import { startRemoteHerd } from './remote-herd.ts';
import type { SwarmOptions } from './swarm.ts';

/**
 * Full bots of one thread. Each steps a world of its own: more of them would be late for their
 * inputs while the others step, and one thread for each would be a JavaScript engine for each.
 */
export const FULL_BOTS_PER_THREAD = 25;

/**
 * Which thread drives which bots. Full bots stand in front and are spread evenly; light bots share
 * `workers` threads of their own, for in a full bot's thread they would be held up by its steps.
 */
export function planHerds(options: Omit<SwarmOptions, 'wasm' | 'onProgress'>): HerdOptions[] {
  const { url, mode, spreadM, headsets, returning, staySeconds, players } = options;
  const plans: HerdOptions[] = [];
  const plan = (kind: HerdOptions['kind'], first: number, count: number) => {
    if (count === 0) return;
    const joinsPerSecond = (options.joinsPerSecond * count) / players;
    const how = { mode, spreadM, headsets, returning, staySeconds };
    plans.push({ url, kind, first, count, joinsPerSecond, ...how });
  };
  const share = (kind: HerdOptions['kind'], first: number, count: number, threads: number) => {
    const upTo = (thread: number) => first + Math.floor((count * thread) / threads);
    for (let i = 0; i < threads; i++) plan(kind, upTo(i), upTo(i + 1) - upTo(i));
  };
  const full = Math.min(options.verify, players);
  share('full', 0, full, Math.ceil(full / FULL_BOTS_PER_THREAD));
  share('light', full, players - full, options.workers);
  return plans;
}

/**
 * The only herd of light bots runs in this thread, which has nothing else to do but where attackers
 * do their work in it.
 */
export function startHerds(options: SwarmOptions): Promise<Herd[]> {
  const { wasm, workers } = options;
  const isFree = workers === 1 && options.meanwhile === undefined;
  return Promise.all(
    planHerds(options).map((plan) =>
      plan.kind === 'light' && isFree ? startHerd(plan, wasm) : startRemoteHerd(plan, wasm),
    ),
  );
}
