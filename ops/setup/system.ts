import { runHere, StepFailed } from './shell.ts';

export const NODE_MAJOR_MIN = 20;

/** A program from outside npm that the tests drive for real. */
interface Program {
  readonly command: string;
  /** The Debian package that brings it. */
  readonly debian: string;
  readonly why: string;
  isThere(): boolean;
}

export const PROGRAMS: readonly Program[] = [
  {
    command: 'chromium',
    debian: 'chromium',
    why: 'the flat and the VR client are tested in it',
    isThere: () => Bun.which('chromium') !== null,
  },
  {
    command: 'redis-server',
    debian: 'redis-server',
    why: 'the shared bus is tested against it',
    isThere: () => Bun.which('redis-server') !== null,
  },
  {
    command: `node (${NODE_MAJOR_MIN} or newer)`,
    debian: 'nodejs',
    why: 'the server under uWebSockets.js and the core under V8 are tested in it',
    isThere: () => nodeMajor() >= NODE_MAJOR_MIN,
  },
];

/** Tests of one of these are skipped, visibly, where it is missing: not every system has them. */
export const OPTIONAL_PROGRAMS: readonly Program[] = [
  {
    command: 'firefox-esr',
    debian: 'firefox-esr',
    why: 'the core under SpiderMonkey is tested in it',
    isThere: () => Bun.which('firefox-esr') !== null || Bun.which('firefox') !== null,
  },
];

/** Major version of the Node on PATH, 0 when there is none. */
export function nodeMajor(): number {
  const node = Bun.which('node');
  if (node === null) return 0;
  const { stdout } = Bun.spawnSync([node, '--version']);
  return Number(/^v(\d+)\./.exec(stdout.toString())?.[1] ?? 0);
}

function missing(programs: readonly Program[]): Program[] {
  return programs.filter((program) => !program.isThere());
}

/**
 * Makes the programs that the tests drive present: installs them where it may (root with apt-get),
 * otherwise throws `StepFailed` with the line to type. A test is never skipped for want of one,
 * except for the optional ones: of those a line tells what is not tested.
 */
export async function requirePrograms(): Promise<void> {
  // Apart, because apt-get installs nothing at all when one package is unknown to it.
  for (const programs of [PROGRAMS, OPTIONAL_PROGRAMS]) await install(missing(programs));
  const still = missing(PROGRAMS);
  if (still.length > 0) throw new StepFailed(adviceFor(still));
  for (const { command, why } of missing(OPTIONAL_PROGRAMS)) {
    console.error(`Without ${command} some tests are skipped: ${why}.`);
  }
}

async function install(programs: readonly Program[]): Promise<void> {
  if (programs.length === 0) return;
  if (process.getuid?.() !== 0 || Bun.which('apt-get') === null) return;
  const packages = programs.map((program) => program.debian);
  console.error(`Installing from the system's packages: ${packages.join(' ')} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runHere(['apt-get', 'update', '-q'], env);
  await runHere(['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...packages], env);
}

/** What to type, and for what, when programs are missing. */
export function adviceFor(missing: readonly Pick<Program, 'command' | 'debian' | 'why'>[]): string {
  const reasons = missing.map((program) => `  ${program.command}: ${program.why}`);
  const packages = missing.map((program) => program.debian).join(' ');
  return [
    'The tests need these programs, and they are not on PATH:',
    ...reasons,
    'Install them, then run the tests again:',
    `  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages}`,
  ].join('\n');
}
