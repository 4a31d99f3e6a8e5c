import { compileCore, createCodec } from '../../../core-wasm/host/core.ts';
import { runSwarm, type SwarmOptions, type SwarmOutcome } from '../swarm.ts';
import { CHEATS } from './catalogue.ts';
import type { Cheat, Outcome, Stage } from './stage.ts';

/** What came of one kind of cheat. */
export interface CheatReport {
  readonly cheat: string;
  readonly tried: number;
  readonly expected: readonly Outcome[];
  /** How often each outcome came. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly isRight: boolean;
}

export interface HostileOptions {
  readonly url: string;
  readonly wasm: Uint8Array<ArrayBuffer>;
  /** How often each is tried. */
  readonly times: number;
  /** All of the catalogue unless given. */
  readonly cheats?: readonly Cheat[];
}

/** Attacks that go on at the same time. */
const AT_ONCE = 16;

/** Tries every cheat at a running server. */
export async function tryCheats(options: HostileOptions): Promise<CheatReport[]> {
  const { url, wasm, times, cheats = CHEATS } = options;
  const module = await compileCore(wasm);
  const stage: Stage = { url, module, codec: Object.assign(await createCodec(module), { module }) };
  const reports = cheats.map((cheat) => ({ cheat, outcomes: new Map<string, number>() }));
  // The slow ones first, so that nobody waits for them alone.
  const queue = reports.toReversed().flatMap((report) => Array<typeof report>(times).fill(report));
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const outcome = await outcomeOf(next.cheat, stage);
        next.outcomes.set(outcome, (next.outcomes.get(outcome) ?? 0) + 1);
      }
    }),
  );
  return reports.map(({ cheat, outcomes }) => {
    const expected = [cheat.expected].flat() as Outcome[];
    const isRight = [...outcomes.keys()].every((one) => expected.some((right) => right === one));
    return {
      cheat: cheat.name,
      tried: times,
      expected,
      outcomes: Object.fromEntries(outcomes),
      isRight,
    };
  });
}

async function outcomeOf(cheat: Cheat, stage: Stage): Promise<Outcome> {
  try {
    return await cheat.run(stage);
  } catch (error) {
    return `harmful: the tester failed: ${error instanceof Error ? error.message : error}`;
  }
}

export interface HostileOutcome extends SwarmOutcome {
  readonly cheats: readonly CheatReport[];
}

/** Tries every cheat while peaceful bots play beside, who must not notice. */
export async function runHostile(
  options: SwarmOptions & Pick<HostileOptions, 'times' | 'cheats'>,
): Promise<HostileOutcome> {
  let cheats: readonly CheatReport[] = [];
  const { report, failures } = await runSwarm({
    ...options,
    async meanwhile() {
      cheats = await tryCheats(options);
    },
  });
  const wrong = cheats.filter(({ isRight }) => !isRight).map(({ cheat }) => cheat);
  const ended = wrong.length === 0 ? [] : [`not as they should: ${wrong.join(', ')}`];
  return { report, failures: [...failures, ...ended], cheats };
}

/** One line a cheat, wrong ones marked. */
export function cheatTable(reports: readonly CheatReport[]): string[] {
  const width = Math.max(...reports.map(({ cheat }) => cheat.length));
  return reports.map(({ cheat, tried, expected, outcomes, isRight }) => {
    const found = Object.entries(outcomes).map(([outcome, times]) => `${times} ${outcome}`);
    const mark = isRight ? 'ok   ' : 'WRONG';
    const wanted = isRight ? '' : `, expected ${expected.join(' or ')}`;
    const name = cheat.padEnd(width);
    return `${mark} ${name} ${String(tried).padStart(4)} tried: ${found.join(', ')}${wanted}`;
  });
}
