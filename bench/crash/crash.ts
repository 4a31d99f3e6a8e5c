import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSession, type WorldSession } from '../../client/net/session.ts';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { TICK_DURATION_MS, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { artifactPath } from '../../server/artifacts.ts';
import { type ServerProcess, startServer } from '../../server/probe/server-process.ts';
import { startHerd } from '../swarm/herd.ts';
import { createLogin } from '../swarm/login.ts';
import { createWanderer } from '../swarm/wander.ts';

export interface CrashOptions {
  readonly kills: number;
  /** Light bots, which keep the world busy and must come back. */
  readonly bots: number;
  /** Full clients, which say what was confirmed. */
  readonly witnesses: number;
  readonly report: (line: string) => void;
}

export interface CrashReport {
  readonly kills: number;
  /** How far each restart fell behind the last frame that a client had confirmed, ms of ticks. */
  readonly lostMs: readonly number[];
  /** From the kill to the new server's open door, ms. */
  readonly restartMs: readonly number[];
  /** From the kill until all bots and witnesses were live again, ms. */
  readonly backMs: readonly number[];
  readonly desyncs: number;
}

const UPDATE_INTERVAL_MS = 8;
const BACK_TIMEOUT_MS = 30_000;
/** Play between two kills: at least this, and up to twice as long. */
const PLAY_MS = 1200;

/** Kills a real server again and again under load, and measures what that costs the players. */
export async function runCrashes(options: CrashOptions): Promise<CrashReport> {
  const dataDir = mkdtempSync(join(tmpdir(), 'spacetime-crash-'));
  const env = { SPACETIME_RECONNECT_GRACE_SECONDS: '60', LOG_LEVEL: 'info' };
  let server: ServerProcess = await startServer({ dataDir, env });
  const { port } = server;
  const wasm = new Uint8Array(await readFile(artifactPath('core.wasm')));
  const url = `ws://127.0.0.1:${port}`;
  const herd = await startHerd(
    {
      url,
      first: 0,
      count: options.bots,
      kind: 'light',
      readers: 0,
      mode: 'roam',
      spreadM: 0,
      headsets: 0.3,
      joinsPerSecond: 50,
      returning: true,
      staySeconds: 0,
    },
    wasm,
  );
  const witnesses = await startWitnesses(options.witnesses, url, wasm);
  const timer = setInterval(() => {
    for (const session of witnesses) session.update(performance.now());
  }, UPDATE_INTERVAL_MS);
  const everyoneBack = () =>
    herd.counts().acked >= options.bots &&
    witnesses.every((one) => one.status.connection === 'live');

  const lostMs: number[] = [];
  const restartMs: number[] = [];
  const backMs: number[] = [];
  try {
    await until(everyoneBack, 'the bots did not join');
    for (let kill = 1; kill <= options.kills; kill++) {
      await pause(PLAY_MS * (1 + Math.random()));
      const killedAtMs = performance.now();
      await server.kill();
      const confirmed = Math.max(...witnesses.map(({ status }) => status.confirmedFrame));
      server = await startServer({ dataDir, env, port });
      restartMs.push(Math.round(performance.now() - killedAtMs));
      const opened = server.lines.find(({ event }) => event === 'world-open');
      const tick = Number(opened?.tick);
      lostMs.push(Math.round((confirmed * TICKS_PER_FRAME - tick) * TICK_DURATION_MS));
      await until(everyoneBack, `after kill ${kill} not everybody came back`);
      backMs.push(Math.round(performance.now() - killedAtMs));
      options.report(
        `kill ${kill}/${options.kills}: lost ${lostMs.at(-1)} ms, ` +
          `restart ${restartMs.at(-1)} ms, all back after ${backMs.at(-1)} ms`,
      );
    }
    const desyncs = witnesses.reduce((sum, { status }) => sum + status.desyncs, 0);
    return { kills: options.kills, lostMs, restartMs, backMs, desyncs };
  } finally {
    clearInterval(timer);
    await herd.finish();
    for (const session of witnesses) session.close();
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function startWitnesses(
  count: number,
  url: string,
  wasm: Uint8Array<ArrayBuffer>,
): Promise<WorldSession[]> {
  const module = await compileCore(wasm);
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const core = await Core.create(module);
      const wanderer = createWanderer(1000 + i, true);
      return openSession({
        url,
        core,
        ticket: createLogin(url).ticket,
        nowMs: () => performance.now(),
        sampleIntent: () => wanderer.intentAt(core.tick),
        samplePose: () => wanderer.poseAt(core.tick),
      });
    }),
  );
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

async function until(condition: () => boolean, failure: string): Promise<void> {
  const endMs = performance.now() + BACK_TIMEOUT_MS;
  while (!condition()) {
    if (performance.now() > endMs) throw new Error(failure);
    await pause(UPDATE_INTERVAL_MS);
  }
}
