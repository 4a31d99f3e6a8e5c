import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { digestOf } from './digest.ts';
import { ROOT, runHere, StepFailed } from './shell.ts';

export type StepName = 'core' | 'client' | 'server-node';

interface Step {
  /** What the output is a function of, relative to the repository. */
  readonly inputs: readonly string[];
  /** Relative to the repository. */
  readonly output: string;
  /** Writes the output to `target`, an absolute path that does not exist yet. */
  make(target: string): Promise<void>;
}

const STEPS: Readonly<Record<StepName, Step>> = {
  core: {
    inputs: ['core-wasm/assembly', 'core-wasm/asconfig.json'],
    output: 'build/core.wasm',
    make: makeCore,
  },
  client: {
    inputs: ['client', 'core-wasm/host', 'server/game', 'build/core.wasm'],
    output: 'build/client',
    make: makeClient,
  },
  'server-node': {
    inputs: ['server', 'db', 'core-wasm/host'],
    output: 'build/server-node',
    make: makeServerForNode,
  },
};

async function makeCore(target: string): Promise<void> {
  const compiler = 'node_modules/assemblyscript/bin/asc.js';
  const config = 'core-wasm/asconfig.json';
  const options = ['--config', config, '--target', 'release', '--outFile', target];
  const code = await runHere([process.execPath, compiler, ...options]);
  if (code !== 0) throw new StepFailed('The core did not compile; asc names the place above.');
}

async function makeClient(target: string): Promise<void> {
  const { buildClient } = await import('../../client/build.ts');
  try {
    await buildClient(target);
  } catch (error) {
    throw new StepFailed(
      `The client did not build.\n${error instanceof Error ? error.message : error}`,
    );
  }
}

/** Packages stay outside the bundle: two of them load native code from where they are installed. */
async function makeServerForNode(target: string): Promise<void> {
  const result = await Bun.build({
    entrypoints: [`${ROOT}/server/main.ts`],
    outdir: target,
    target: 'node',
    format: 'esm',
    packages: 'external',
    sourcemap: 'linked',
    throw: false,
  });
  if (!result.success) throw new StepFailed(result.logs.map(String).join('\n'));
}

function digestOfStep(step: Step): string {
  const everywhere = ['bun.lock', 'ops/setup/build.ts'];
  return `${digestOf(ROOT, [...step.inputs, ...everywhere])} bun ${Bun.version}\n`;
}

async function runStep(name: StepName): Promise<boolean> {
  const step = STEPS[name];
  const output = `${ROOT}/${step.output}`;
  const stamp = `${ROOT}/build/.made-from/${name}`;
  const wanted = digestOfStep(step);
  const isCurrent =
    existsSync(output) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted;
  if (isCurrent) return false;

  const startedMs = performance.now();
  const staged = `${ROOT}/build/.staged-${name}-${process.pid}`;
  mkdirSync(`${ROOT}/build/.made-from`, { recursive: true });
  try {
    await step.make(staged);
    // A server that runs meanwhile sees the old output or the new one, never half of one.
    rmSync(output, { recursive: true, force: true });
    renameSync(staged, output);
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
  writeFileSync(stamp, wanted);
  console.error(`Built ${step.output} in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  return true;
}

/** Brings the named outputs up to date, in order; what is current is left alone. */
export async function build(names: readonly StepName[]): Promise<void> {
  for (const name of names) await runStep(name);
}

export const ALL_STEPS = Object.keys(STEPS) as StepName[];
