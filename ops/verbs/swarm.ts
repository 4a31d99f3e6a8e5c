import { main } from '../../bench/swarm/main.ts';
import { build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';

export { summary, usage } from '../../bench/swarm/main.ts';

/** The tester reads its own words, so that it runs the same when it is started by itself. */
export async function run(args: readonly string[]): Promise<number> {
  await installPackages();
  await build(['core']);
  return await main(args);
}
