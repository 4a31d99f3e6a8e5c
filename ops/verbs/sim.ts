import { build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { UsageError } from './verb.ts';

export { usage } from '../../server/sim/usage.ts';

export const summary = 'run the real server under faked time, network and crashes, by seed';

export async function run(args: readonly string[]): Promise<number> {
  await installPackages();
  await build(['core']);
  const { main, SimUsageError } = await import('../../server/sim/main.ts');
  const save = args.includes('--save');
  try {
    const { code, summary: result, command } = await main(args.filter((word) => word !== '--save'));
    if (!save) return code;
    const { saveResult } = await import('../../bench/results.ts');
    const bench = args.includes('--bad-link') ? 'bad-link' : 'sim';
    console.log(saveResult(bench, `${command} --save`, result));
    return code;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof SimUsageError || code?.startsWith('ERR_PARSE_ARGS')) {
      throw new UsageError(message);
    }
    throw error;
  }
}
