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

/** Major version of the Node on PATH, 0 when there is none. */
export function nodeMajor(): number {
  const node = Bun.which('node');
  if (node === null) return 0;
  const { stdout } = Bun.spawnSync([node, '--version']);
  return Number(/^v(\d+)\./.exec(stdout.toString())?.[1] ?? 0);
}

export function missingPrograms(): Program[] {
  return PROGRAMS.filter((program) => !program.isThere());
}

/**
 * Makes the programs that the tests drive present: installs them where it may (root with apt-get),
 * otherwise throws `StepFailed` with the line to type. A test is never skipped for want of one.
 */
export async function requirePrograms(): Promise<void> {
  const missing = missingPrograms();
  if (missing.length === 0) return;
  const packages = missing.map((program) => program.debian);
  if (process.getuid?.() === 0 && Bun.which('apt-get') !== null) {
    console.error(`Installing from the system's packages: ${packages.join(' ')} …`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await runHere(['apt-get', 'update', '-q'], env);
    const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...packages];
    await runHere(install, env);
  }
  const still = missingPrograms();
  if (still.length > 0) throw new StepFailed(adviceFor(still));
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
