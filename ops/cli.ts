/**
 * The one front of the command surface. It starts on a machine that has nothing but Bun:
 * verbs are imported when they are asked for, and no verb imports a package at its top.
 */
import { StepFailed } from './setup/shell.ts';
import { UsageError, type Verb } from './verbs/verb.ts';

const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  start: () => import('./verbs/start.ts'),
  dev: () => import('./verbs/dev.ts'),
  build: () => import('./verbs/build.ts'),
  check: () => import('./verbs/check.ts'),
  test: () => import('./verbs/test.ts'),
  sim: () => import('./verbs/sim.ts'),
  fuzz: () => import('./verbs/fuzz.ts'),
  bench: () => import('./verbs/bench.ts'),
  swarm: () => import('./verbs/swarm.ts'),
  replay: () => import('./verbs/replay.ts'),
  record: () => import('./verbs/record.ts'),
  recover: () => import('./verbs/recover.ts'),
  fork: () => import('./verbs/fork.ts'),
  verify: () => import('./verbs/verify.ts'),
  audit: () => import('./verbs/audit.ts'),
  desync: () => import('./verbs/desync.ts'),
  migrate: () => import('./verbs/migrate.ts'),
  doctor: () => import('./verbs/doctor.ts'),
};

async function printVerbs(): Promise<void> {
  console.log('bun run <verb> [--help]\n');
  for (const [name, load] of Object.entries(VERBS)) {
    console.log(`  ${name.padEnd(8)} ${(await load()).summary}`);
  }
}

async function main(words: readonly string[]): Promise<number> {
  const [name, ...args] = words;
  if (name === undefined || name === '--help' || name === 'help') {
    await printVerbs();
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (load === undefined) {
    console.error(`Unknown verb "${name}". There are: ${Object.keys(VERBS).join(', ')}.`);
    return 2;
  }
  const verb = await load();
  if (args.includes('--help')) {
    console.log(verb.usage);
    return 0;
  }
  try {
    return await verb.run(args);
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${verb.usage}`);
      return 2;
    }
    if (error instanceof StepFailed) {
      console.error(error.message);
      return 1;
    }
    throw error;
  }
}

process.exitCode = await main(process.argv.slice(2));
