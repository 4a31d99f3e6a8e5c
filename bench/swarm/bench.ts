import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { startServer } from '../../server/probe/server-process.ts';
import type { Bench } from '../bench.ts';

const PLAYERS = 200;
const SECONDS = 60;
const SERVER_CORE = 0;
const BOTS_CORE = 1;

/** The load tester against a fresh server, each on a core of its own. */
export const swarm: Bench = {
  about: `${PLAYERS} players for ${SECONDS} s: server on one core, bots on another`,
  async run(report, { quick }) {
    const dataDir = mkdtempSync(`${tmpdir()}/spacetime-swarm-`);
    const server = await startServer({ dataDir, core: SERVER_CORE });
    try {
      const words = ['--players', String(PLAYERS), '--seconds', String(quick ? 5 : SECONDS)];
      const bots = Bun.spawn({
        cmd: [
          ...['taskset', '-c', String(BOTS_CORE), process.execPath, 'ops/cli.ts', 'swarm'],
          ...['--url', `ws://127.0.0.1:${server.port}`, ...words, '--json'],
        ],
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const line = (await new Response(bots.stdout).text()).trim().split('\n').at(-1) ?? '';
      const failed = (await bots.exited) !== 0;
      report(line);
      if (failed) throw new Error('the swarm failed: not every bot joined and stayed');
      return { seconds: quick ? 5 : SECONDS, ...JSON.parse(line) };
    } finally {
      await server.kill();
      rmSync(dataDir, { recursive: true, force: true });
    }
  },
};
