import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCoreModule } from '../../server/artifacts.ts';
import { type ServerProcess, startServer } from '../../server/probe/server-process.ts';
import { type Bench, type Figures, percentile, rounded } from '../bench.ts';
import { makeLargeWorld, type WorldSize } from './world.ts';

/** As many pieces as a region holds, and the rows of six more regions: 200 MB. */
const LARGE: WorldSize = {
  pieces: 16_384,
  creatures: 10_000,
  piecesInAll: 100_000,
  neighbours: 6,
  journalBytes: 28_000_000,
};
const SMALL: WorldSize = {
  pieces: 200,
  creatures: 100,
  piecesInAll: 400,
  neighbours: 1,
  journalBytes: 100_000,
};
const STARTS = 5;
/** Play that a start after a crash has to compute again: what lies between two checkpoints. */
const PLAY_MS = 55_000;
const READY_POLL_MS = 5;

/** From the start of the process until a player may be sent there. */
export const start: Bench = {
  about: 'a large world: process start to ready, after a drain and after kill -9',
  async run(report, { quick }) {
    const dataDir = mkdtempSync(join(tmpdir(), 'spacetime-bench-start-'));
    try {
      const size = quick ? SMALL : LARGE;
      const made = await makeLargeWorld(await loadCoreModule(), dataDir, size);
      report(`made: ${JSON.stringify(made)}`);
      const drained: Ready[] = [];
      for (let i = 0; i < (quick ? 1 : STARTS); i++) {
        const { server, ready } = await startTimed(dataDir);
        drained.push(ready);
        report(`after a drain: ${JSON.stringify(ready)}`);
        await server.stop();
      }
      const first = await startTimed(dataDir);
      await new Promise((resolve) => setTimeout(resolve, quick ? 500 : PLAY_MS));
      await first.server.kill();
      const { server, ready: crashed } = await startTimed(dataDir);
      report(`after kill -9: ${JSON.stringify(crashed)}`);
      await server.stop();
      const readyMs = drained.map((each) => each.readyMs);
      const figures: Readonly<Record<string, Figures>> = {
        world: { ...made, rowsOfPieces: size.piecesInAll, creatures: size.creatures },
        afterDrain: {
          starts: drained.length,
          readyMedianMs: Math.round(percentile(readyMs, 0.5)),
          readyMaxMs: Math.round(Math.max(...readyMs)),
          worldMedianMs: percentile(
            drained.map((each) => each.worldMs),
            0.5,
          ),
          residentMib: Math.max(...drained.map((each) => each.residentMib)),
        },
        afterKill: { ...crashed },
      };
      return figures;
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
};

interface Ready {
  /** From the start of the process to the first `ready` of `/health/ready`. */
  readonly readyMs: number;
  /** Of it, what recovering the world took. */
  readonly worldMs: number;
  readonly framesReplayed: number;
  readonly residentMib: number;
}

async function startTimed(dataDir: string): Promise<{ server: ServerProcess; ready: Ready }> {
  const beganMs = performance.now();
  const server = await startServer({ dataDir, env: { LOG_LEVEL: 'info' } });
  const url = `http://127.0.0.1:${server.port}`;
  while ((await fetch(`${url}/health/ready`)).status !== 200) {
    await new Promise((resolve) => setTimeout(resolve, READY_POLL_MS));
  }
  const readyMs = Math.round(performance.now() - beganMs);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const resident = Number(/^process_resident_memory_bytes (\S+)$/m.exec(metrics)?.[1]);
  const lineOf = (event: string) => server.lines.find((line) => line.event === event);
  return {
    server,
    ready: {
      readyMs,
      worldMs: Number(lineOf('world-open')?.tookMs),
      framesReplayed: Number(lineOf('world-recovered')?.framesReplayed),
      residentMib: rounded(resident / 2 ** 20),
    },
  };
}
