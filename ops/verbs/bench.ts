import { build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { parseFlags, UsageError } from './verb.ts';

export const summary = 'measure one thing, or list what can be measured';

export const usage = `bun run bench [NAME] [--save] [--json] …

  NAME             what to measure; without it the benches are listed
  --save           write the figures to bench/results/<machine>/NAME.json
  --json           end with the figures as one JSON line

physics takes a choice, names with commas between them; stages and swarm take scenes and --quick:
  --scenes A,B     instead of A,B,C,D
  --engines E,…    instead of ours,rapier-simd,rapier-deterministic,havok,jolt
  --runtimes R     bun or node instead of both
  --quick          a few ticks of each: whether it works, not what it costs

journal takes --quick, --players N,… and --seconds S of each of its three phases

replay takes --quick and
  --file FILE      a recording instead of a minute of 100 players

net takes --quick and
  --servers S,…    instead of ours,colyseus,floor
  --players N,…    instead of 200
  --seconds S      of measuring, instead of 30
  --search         then look for the most players that each server bears

faults takes --scenes and --quick, crash takes --quick and
  --scenes V,…     of server,postgres,both,drain instead of all but the last: what is ended
  --times N        instead of 100; a run that was cut off goes on where it was
  --players N      instead of 200

restore takes --quick, --players N (100) and --seconds S of its world (3600)`;

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, {
    save: 'boolean',
    json: 'boolean',
    scenes: 'string',
    engines: 'string',
    runtimes: 'string',
    servers: 'string',
    players: 'string',
    seconds: 'string',
    times: 'string',
    search: 'boolean',
    file: 'string',
    quick: 'boolean',
  });
  const [name, ...more] = rest;
  if (more.length > 0) throw new UsageError('One bench at a time: two would disturb each other.');
  await installPackages();
  await build(['core']);
  const { listBenches, runBench } = await import('../../bench/main.ts');
  const { UnknownChoice } = await import('../../bench/bench.ts');
  if (name === undefined) {
    for (const line of listBenches()) console.log(line);
    return 0;
  }
  try {
    const code = await runBench(name, flags);
    if (code !== null) return code;
  } catch (error) {
    if (error instanceof UnknownChoice) throw new UsageError(error.message);
    throw error;
  }
  throw new UsageError(`No bench named "${name}". There are:\n  ${listBenches().join('\n  ')}`);
}
