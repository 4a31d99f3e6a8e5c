import { resolve } from 'node:path';
import { hashText } from '../../core-wasm/host/hash-text.ts';
import { build } from '../setup/build.ts';
import { AT_USAGE, openHistory, restoreTick, tickOf } from '../setup/history.ts';
import { makeWorld } from '../setup/new-world.ts';
import { become } from '../setup/shell.ts';
import { dataDirOf, STORE_FLAGS, STORE_USAGE } from '../setup/world-store.ts';
import { expectNone, parseFlags, UsageError } from './verb.ts';

export const summary = 'serve a copy of the world from any tick, beside the live one';

export const usage = `bun run ops fork --at TICK|TIME [--out DIR] [--port N] [--no-start] [options]

${AT_USAGE}
  --out DIR           data folder of the copy (default: the world's name with -fork-FRAME)
  --port N            port of the copy (default: any free one)
  --no-start          make the folder only; DATA_DIR=DIR bun start serves it later
${STORE_USAGE}
  --json              one JSON line before the copy is served

The copy has a database, a lease and a ticket key of its own, and no Redis: nothing that happens in
it reaches the source, which is only read.`;

const PORT_MAX = 65_535;
/** What in a live server's environment would tie the copy to its world, or to another runtime. */
const NOT_INHERITED = [
  'DATABASE_URL',
  'DATABASE_REPLICA_URL',
  'REDIS_URL',
  'SPACETIME_TICKET_KEY_PATH',
  'SPACETIME_TRANSPORT',
];

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, {
    ...STORE_FLAGS,
    at: 'string',
    out: 'string',
    port: 'string',
    'no-start': 'boolean',
    json: 'boolean',
  });
  expectNone(rest);
  if (flags.at === undefined) throw new UsageError('--at says which tick or time.');
  const port = flags.port ?? '0';
  // The server would refuse it too, but with the folder made.
  if (!/^\d{1,5}$/.test(port) || Number(port) > PORT_MAX) {
    throw new UsageError(`--port wants a number up to ${PORT_MAX}, not ${port}`);
  }
  const history = await openHistory(flags);
  let folder = '';
  try {
    const restored = await restoreTick(history, await tickOf(flags.at, history));
    const { frame, stateHash } = restored.world;
    folder = resolve(flags.out ?? `${dataDirOf(flags)}-fork-${frame}`);
    const { accounts } = await makeWorld(history, restored, folder);
    const hash = hashText(stateHash);
    console.log(`${folder}: frame ${frame}, hash ${hash}, ${accounts} accounts`);
    if (flags.json) console.log(JSON.stringify({ folder, frame, stateHash: hash, accounts }));
  } finally {
    await history.close();
  }
  if (flags['no-start']) return 0;
  await build(['client']);
  for (const name of NOT_INHERITED) delete process.env[name];
  process.env.DATA_DIR = folder;
  process.env.PORT = port;
  become([process.execPath, 'server/main.ts']);
}
