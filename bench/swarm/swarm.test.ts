import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subprocess } from 'bun';
import { runSwarm, type SwarmOptions } from './swarm.ts';

/** Starting a database, and seconds of play, on a busy machine. */
const TIMEOUT_MS = 60_000;
const ROOT = join(import.meta.dir, '../..');

let dataDir: string;
let server: Subprocess<'ignore', 'pipe', 'inherit'>;
let options: SwarmOptions;

/** The real server, a database of its own, any free port. */
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'swarm-test-'));
  server = Bun.spawn({
    cmd: [process.execPath, '--no-orphans', join(ROOT, 'server/main.ts')],
    cwd: ROOT,
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      LOG_LEVEL: 'info',
      SPACETIME_GUESTS_PER_MINUTE: '1000',
      // Bodies of one run must not stand about in the next.
      SPACETIME_RECONNECT_GRACE_SECONDS: '0',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  options = {
    url: `ws://127.0.0.1:${await portOf(server)}`,
    mode: 'spread',
    spreadM: 0,
    players: 12,
    seconds: 2,
    verify: 1,
    headsets: 0.5,
    workers: 1,
    joinsPerSecond: 50,
    returning: false,
    staySeconds: 0,
    kill: 0,
    wasm: await Bun.file(join(ROOT, 'build/core.wasm')).bytes(),
  };
}, TIMEOUT_MS);

afterAll(async () => {
  server.kill('SIGTERM');
  await server.exited;
  await rm(dataDir, { recursive: true, force: true });
}, TIMEOUT_MS);

async function portOf({ stdout }: typeof server): Promise<number> {
  let log = '';
  for await (const chunk of stdout.pipeThrough(new TextDecoderStream())) {
    log += chunk;
    const port = log.match(/"event":"listening","port":(\d+)/)?.[1];
    if (port !== undefined) return Number(port);
  }
  throw new Error(`the server did not start:\n${log}`);
}

test(
  'bots join, stay, are acknowledged, see each other and agree with the server',
  async () => {
    const phases = new Set<string>();
    const { report, failures } = await runSwarm({
      ...options,
      onProgress: ({ phase }) => void phases.add(phase),
    });
    // Nobody promises 20 Hz on a machine that runs a test suite.
    expect(failures.filter((failure) => !failure.startsWith('20 Hz'))).toEqual([]);
    expect(report).toMatchObject({ asked: 12, joined: 12, alive: 12, acked: 12, desyncs: 0 });
    expect([...phases]).toEqual(['joining', 'measuring']);
    expect(report.tickP50Ms).toBeGreaterThan(0);
    expect(report.tickP99Ms).toBeGreaterThanOrEqual(report.tickP50Ms as number);
    expect(report.serverCpu).toBeGreaterThan(0);
    expect(report.rssMiB).toBeGreaterThan(20);
    expect(report.frameHz).toBeGreaterThan(15);
    // Twenty inputs of at least eight bytes up, everybody's packed inputs down.
    expect(report.bytesUpPerPlayerPerSecond).toBeGreaterThan(160);
    expect(report.bytesDownPerPlayerPerSecond).toBeGreaterThan(12 * 60);
    expect(report).toMatchObject({ verifying: 1, repairs: 0, joinsByServer: 12 });
    expect(report.proofs).toBeGreaterThan(0);
    expect(report.seenP50Ms).toBeGreaterThan(0);
    expect(report.seenP99Ms).toBeLessThan(1_000);
  },
  TIMEOUT_MS,
);

test(
  'a run in which a tenth of the bots die fails, in threads as well',
  async () => {
    const { report, failures } = await runSwarm({ ...options, workers: 2, kill: 0.1 });
    expect(report.joined).toBe(12);
    expect(report.alive).toBe(10);
    expect(failures.join()).toContain('only 10 of 12 bots stayed');
  },
  TIMEOUT_MS,
);

test('a run against no server fails and says why', async () => {
  const port = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
  port.stop(true);
  const { report, failures } = await runSwarm({
    ...options,
    url: `ws://127.0.0.1:${port.port}`,
    players: 2,
    joinGraceMs: 500,
  });
  expect(report).toMatchObject({ joined: 0, alive: 0, tickP50Ms: null, seenP50Ms: null });
  expect(failures.join()).toContain('only 0 of 2 bots joined');
});
