import { build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { parseFlags, UsageError } from './verb.ts';

export const summary = 'measure one thing, or list what can be measured';

export const usage = `bun run bench [NAME] [--save] [--json]

  NAME      what to measure; without it the benches are listed
  --save    write the figures to bench/results/<machine>/NAME.json
  --json    end with one JSON line {bench, result}`;

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, { save: 'boolean', json: 'boolean' });
  const [name, ...more] = rest;
  if (more.length > 0) throw new UsageError('One bench at a time: two would disturb each other.');
  await installPackages();
  await build(['core']);
  const { listBenches, runBench } = await import('../../bench/main.ts');
  if (name === undefined) {
    for (const line of listBenches()) console.log(line);
    return 0;
  }
  const code = await runBench(name, flags);
  if (code !== null) return code;
  throw new UsageError(`No bench named "${name}". There are:\n  ${listBenches().join('\n  ')}`);
}
