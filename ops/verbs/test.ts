import { ALL_STEPS, build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { ROOT } from '../setup/shell.ts';
import { requirePrograms } from '../setup/system.ts';
import { parseFlags, UsageError } from './verb.ts';

export const summary = 'install, fetch what the tests drive, build, run the tests';

export const usage = `bun run test [FILTER…] [--name PATTERN] [--seed N] [--bail]
             [--junit FILE] [--json]

  FILTER           run the test files whose path contains one of these; all without one
  --name PATTERN   run the tests whose name matches this regular expression
  --seed N         where properties begin; without it always at the same, so that a run tells of
                   the code alone; by night: random, which says what it drew
  --bail           stop at the first failure
  --junit FILE     also write a JUnit report
  --json           end with one JSON line {passed, failed, skipped, seconds}

The whole suite runs what only computes two files at a time, then the rest one by one. Prints
"N passed, N failed" at its end. Exits with 1 when a test failed or when none ran.`;

/** A browser that renders in software or a real database takes its time on a busy machine. */
const TEST_TIMEOUT_MS = 60_000;

/**
 * What only computes, in virtual time where it has any: two of these files run at once. The others
 * keep real time with processes, databases and browsers of their own, and have the machine alone.
 */
const COMPUTED = ['core-wasm/test/', 'server/sim/', 'client/predict/'];
const WORKERS = 2;

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, {
    name: 'string',
    seed: 'string',
    bail: 'boolean',
    junit: 'string',
    json: 'boolean',
  });
  const seed = seedOf(flags.seed);
  await installPackages();
  await requirePrograms();
  await build(ALL_STEPS);

  const startedMs = performance.now();
  const options = [`--timeout=${TEST_TIMEOUT_MS}`];
  if (flags.name !== undefined) options.push('-t', flags.name);
  if (flags.bail) options.push('--bail');
  if (flags.junit !== undefined) {
    options.push('--reporter=junit', `--reporter-outfile=${flags.junit}`);
  }
  const isWhole = rest.length === 0 && flags.name === undefined && flags.junit === undefined;
  const runs = isWhole ? splitRuns() : [rest];
  let tally: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const words of runs) {
    const { code, report } = await runTests([...options, ...words], seed);
    tally = sumOf(tally, tallyOf(report, code));
    if (flags.bail && tally.failed > 0) break;
  }
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
  console.log(closingLine(tally));
  if (flags.json) console.log(JSON.stringify({ ...tally, seconds }));
  return tally.failed > 0 || tally.passed === 0 ? 1 : 0;
}

/** The words of the runs that make up the whole suite. */
export function splitRuns(): string[][] {
  return [
    [`--parallel=${WORKERS}`, ...COMPUTED],
    COMPUTED.map((folder) => `--path-ignore-patterns=${folder}**`),
  ];
}

function sumOf(a: Tally, b: Tally): Tally {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/**
 * What `ops/setup/property-seed.ts` reads; nothing for the seed of every day. Throws `UsageError`
 * for what is no seed.
 */
export function seedOf(word: string | undefined): Record<string, string> {
  if (word === undefined) return {};
  const seed = word === 'random' ? crypto.getRandomValues(new Int32Array(1))[0] : Number(word);
  if (!Number.isInteger(seed)) {
    throw new UsageError(`--seed takes a whole number or the word random, not ${word}`);
  }
  console.log(`properties begin at seed ${seed}`);
  return { PROPERTY_SEED: String(seed) };
}

/** Bun reports to stderr; it goes through at once and is kept to be counted. */
async function runTests(
  args: readonly string[],
  seed: Record<string, string>,
): Promise<{ code: number; report: string }> {
  const child = Bun.spawn({
    cmd: [process.execPath, 'test', ...args],
    cwd: ROOT,
    env: { ...process.env, ...seed, ...(process.stderr.isTTY ? { FORCE_COLOR: '1' } : {}) },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const decoder = new TextDecoder();
  let report = '';
  for await (const chunk of child.stderr) {
    process.stderr.write(chunk);
    report += decoder.decode(chunk, { stream: true });
  }
  return { code: await child.exited, report };
}

/**
 * Counts from the summary that `bun test` ends with. A file that does not load is a failure there,
 * while the JUnit report leaves it out. A run that died without a summary counts as one failure.
 */
export function tallyOf(report: string, exitCode: number): Tally {
  const plain = Bun.stripANSI(report);
  const summaryAt = Math.max(plain.lastIndexOf('\nRan '), 0);
  const count = (word: string) => {
    const lines = plain.slice(0, summaryAt).matchAll(new RegExp(`^ *(\\d+) ${word}$`, 'gm'));
    return Number([...lines].at(-1)?.[1] ?? 0);
  };
  const failed = count('fail');
  return {
    passed: count('pass'),
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: count('skip') + count('todo'),
  };
}

export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
