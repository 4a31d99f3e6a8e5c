import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createExaminer } from '../../bench/crash/recovered.ts';
import { startWitnesses, type Witnesses } from '../../bench/crash/witnesses.ts';
import { until } from '../../bench/watch/until.ts';
import type { CoreModule } from '../../core-wasm/host/core.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { openBeside } from '../../db/beside.ts';
import { query, withDatabase } from '../../db/probe/test-postgres.ts';
import { loadCoreModule } from '../../server/artifacts.ts';
import { EXIT_LEASE_LOST } from '../../server/exit-code.ts';
import { type ServerProcess, startServer } from '../../server/probe/server-process.ts';
import { ROOT } from '../setup/shell.ts';

/** Three starts of a real server. */
setDefaultTimeout(60_000);

/** Where both verbs go back to, and how far the world is before. */
const FRAME = 11;
const PLAYED_FRAMES = 20;

let folder = '';
let world = '';
let module: CoreModule;
let live: ServerProcess;
let players: Witnesses;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'live-world-'));
  world = join(folder, 'world');
  module = await loadCoreModule();
  live = await startServer({ dataDir: world });
  players = await joined(live);
  await until(() => players.durableFrame() >= PLAYED_FRAMES, 'the journal does not get on');
});
afterAll(async () => {
  players?.close();
  await live?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Two clients that are in the world of a server and were told some of it. */
async function joined({ port }: ServerProcess): Promise<Witnesses> {
  const clients = await startWitnesses(2, `ws://127.0.0.1:${port}`, module);
  const begun = () => clients.liveCount() === 2 && clients.newestFrame() >= 0;
  await until(begun, 'nobody came into the world');
  return clients;
}

function opening({ lines }: ServerProcess) {
  return lines.find(({ event }) => event === 'world-open');
}

async function ops(...words: string[]) {
  const { stdout, stderr, exited } = Bun.spawn({
    cmd: [process.execPath, 'ops/cli.ts', ...words, '--data-dir', world],
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = await Promise.all([new Response(stdout).text(), new Response(stderr).text()]);
  return { out, err, code: await exited };
}

test('a fork is played in beside the live world, which notices nothing', async () => {
  const dataDir = join(folder, 'fork');
  // Of the second tick of the frame: the copy goes on from its first.
  const at = String(FRAME * TICKS_PER_FRAME + 1);
  const refused = await ops('fork', '--at', at, '--out', dataDir, '--port', '65536');
  expect([refused.code, existsSync(dataDir)]).toEqual([2, false]);
  const fork = await startServer({
    dataDir,
    command: [process.execPath, 'ops/cli.ts', 'fork', '--at', at, '--out', dataDir],
    // What the environment of the live server may hold.
    env: {
      DATA_DIR: world,
      PORT: `${live.port}`,
      DATABASE_REPLICA_URL: 'postgres://nobody@127.0.0.1:1/none',
      REDIS_URL: 'redis://127.0.0.1:1',
      SPACETIME_TRANSPORT: 'uws',
      SPACETIME_TICKET_KEY_PATH: join(world, 'ticket-key.pem'),
    },
  });
  const { tick, stateHash } = opening(fork) ?? {};
  expect(tick).toBe(FRAME * TICKS_PER_FRAME);
  const guests = await joined(fork);
  await until(() => guests.durableFrame() >= PLAYED_FRAMES, 'the fork does not get on');
  const played = await (await createExaminer(dataDir, module)).examine(guests.take(), []);
  expect(guests.desyncs()).toBe(0);
  guests.close();
  expect(await fork.stop()).toBe(0);
  const key = (of: string) => readFileSync(join(of, 'ticket-key.pem'), 'utf8');
  expect(key(dataDir)).not.toBe(key(world));

  const newest = players.newestFrame();
  await until(() => players.durableFrame() > newest, 'the live world stands still');
  const landmarks = [{ frame: FRAME, stateHash: String(stateHash) }];
  const lived = await (await createExaminer(world, module)).examine(players.take(), landmarks);
  expect([played.wrong, lived.wrong]).toEqual([[], []]);
  expect(played.agreements).toBeGreaterThan(0);
  expect(lived.agreements).toBeGreaterThan(PLAYED_FRAMES);
  expect([players.liveCount(), players.desyncs(), live.end]).toEqual([2, 0, null]);
});

/**
 * The server that loses its lease takes its Postgres down under the verb, which has to begin anew.
 * Left to chance the verb is mostly through by then, so a lock holds it up before its last step.
 */
test('a world is brought back under its server, which ends; what came later is kept', async () => {
  const at = String(FRAME * TICKS_PER_FRAME);
  const { out: truth } = await ops('recover', '--at', at);
  const beside = await openBeside({ databaseUrl: null, dataDir: world });
  await beside.close();
  const durable = players.durableFrame();
  const { code, out, err } = await withDatabase(beside.url, async (database) => {
    // Until its socket goes with the Postgres. A transaction of the driver would not survive that.
    await database.execute('begin; lock table scene_history in exclusive mode');
    return await ops('recover', '--at', at, '--in-place', '--yes');
  });
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain(`goes on from tick ${at}`);
  expect(out).toContain(`ends with ${EXIT_LEASE_LOST}`);
  expect(await live.stop()).toBe(EXIT_LEASE_LOST);
  players.close();

  live = await startServer({ dataDir: world });
  expect(opening(live)?.tick).toBe(Number(at));
  expect(truth).toContain(`hash ${opening(live)?.stateHash}`);
  players = await joined(live);
  const { url, close } = await openBeside({ databaseUrl: null, dataDir: world });
  await close();
  const [cut] = await query(
    url,
    `select min(first_frame) <= ${FRAME} and max(last_frame) >= ${durable} as whole,
      sum(last_frame - first_frame + 1) = max(last_frame) - min(first_frame) + 1 as gapless
     from journal_cut_groups`,
  );
  expect(cut).toEqual({ whole: true, gapless: true });
  const scenes = await query(url, "select frame, detail from scene_history where kind = 'cut'");
  expect(scenes).toMatchObject([{ frame: `${FRAME}`, detail: { by: 'recover --in-place' } }]);
  expect((await ops('verify', '--full')).code).toBe(0);
});
