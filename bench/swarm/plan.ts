import type { Herd, HerdOptions } from './herd.ts';
import { startHerd } from './herd.ts';
import { startRemoteHerd } from './remote-herd.ts';
import type { SwarmOptions } from './swarm.ts';

/**
 * Full bots of one thread. Each steps a world of its own: more of them would be late for their
 * inputs while the others step, and one thread for each would be a JavaScript engine for each.
 */
export const FULL_BOTS_PER_THREAD = 25;

/** Bots that measure how soon an input is seen: each has one or two of the others in sight. */
const WITNESSES = 48;
/** Fewer light bots hardly wait for each other: the first ones of each thread do it beside. */
const WITNESSED_BOTS_MIN = 100;
const READERS = 12;

/**
 * Which thread drives which bots. Full bots stand in front and are spread evenly; light bots share
 * `workers` threads of their own, for in a full bot's thread they would be held up by its steps.
 * Where there are many, witnesses have a thread that the others give way to: a player does not wait
 * for a thousand others at his own machine, as bots of one thread do.
 */
export function planHerds(options: Omit<SwarmOptions, 'wasm' | 'onProgress'>): HerdOptions[] {
  const { url, mode, spreadM, headsets, returning, staySeconds, players } = options;
  const plans: HerdOptions[] = [];
  const plan = (kind: HerdOptions['kind'], first: number, count: number, readers: number) => {
    if (count === 0) return;
    const joinsPerSecond = (options.joinsPerSecond * count) / players;
    const { replay } = options;
    const recorded = replay === undefined ? {} : { replay };
    const how = { mode, spreadM, headsets, returning, staySeconds, ...recorded };
    plans.push({ url, kind, first, count, readers, joinsPerSecond, ...how });
  };
  const share = (
    kind: HerdOptions['kind'],
    first: number,
    count: number,
    threads: number,
    readers: number,
  ) => {
    const upTo = (thread: number) => first + Math.floor((count * thread) / threads);
    for (let i = 0; i < threads; i++) plan(kind, upTo(i), upTo(i + 1) - upTo(i), readers);
  };
  const full = Math.min(options.verify, players);
  share('full', 0, full, Math.ceil(full / FULL_BOTS_PER_THREAD), 0);
  const light = players - full;
  const witnesses = light >= WITNESSED_BOTS_MIN ? WITNESSES : 0;
  plan('witness', full, witnesses, witnesses);
  const readers = witnesses > 0 ? 0 : READERS;
  share('light', full + witnesses, light - witnesses, options.workers, readers);
  return plans;
}

/**
 * The only herd of light bots runs in this thread, which has nothing else to do but where attackers
 * do their work in it.
 */
export async function startHerds(options: SwarmOptions): Promise<Herd[]> {
  const { wasm, workers } = options;
  const isFree = workers === 1 && options.meanwhile === undefined;
  const plans = planHerds(options);
  const isHere = ({ kind }: HerdOptions) => kind === 'light' && isFree;
  // Threads inherit the priority of whoever starts them: this one gives way last.
  const remote = plans.filter((plan) => !isHere(plan)).map((plan) => startRemoteHerd(plan, wasm));
  const here = await Promise.all(plans.filter(isHere).map((plan) => startHerd(plan, wasm)));
  return [...remote, ...here];
}
