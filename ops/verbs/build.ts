import { ALL_STEPS, build, type StepName } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { parseFlags, UsageError } from './verb.ts';

export const summary = 'make build/: the core, the client, the server for Node';

export const usage = `bun run build [${ALL_STEPS.join('|')}]…

Installs packages when they are not what bun.lock says, then makes every output (or the named ones)
whose inputs changed.`;

export async function run(args: readonly string[]): Promise<number> {
  const { rest } = parseFlags(args, {});
  for (const name of rest) {
    if (!isStep(name)) throw new UsageError(`No such output: ${name}`);
  }
  await installPackages();
  await build(rest.length > 0 ? rest.filter(isStep) : ALL_STEPS);
  return 0;
}

function isStep(name: string): name is StepName {
  return (ALL_STEPS as readonly string[]).includes(name);
}
