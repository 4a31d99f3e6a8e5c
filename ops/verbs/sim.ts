import { build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { UsageError } from './verb.ts';

export { usage } from '../../server/sim/usage.ts';

export const summary = 'run the real server under faked time, network and crashes, by seed';

export async function run(args: readonly string[]): Promise<number> {
  await installPackages();
  await build(['core']);
  const { main } = await import('../../server/sim/main.ts');
  try {
    return await main(args);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('ERR_PARSE_ARGS')) throw new UsageError(message);
    throw error;
  }
}
