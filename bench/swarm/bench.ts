import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { startServer } from '../../server/probe/server-process.ts';
import { type Bench, chosen } from '../bench.ts';
import {
  SWARM_SCENE_NAMES,
  SWARM_SCENES,
  SWARM_SCENES_USUAL,
  type SwarmScene,
  serverEnvironment,
  swarmWords,
} from './scenes.ts';

const SERVER_CORE = 0;

/** The load tester against a fresh server for each scene, in a process and on a core of its own. */
export const swarm: Bench = {
  about: 'players in a world by how they walk: --scenes of spread-200 … verify',
  async run(report, { scenes, quick }) {
    const names =
      scenes === undefined
        ? SWARM_SCENES_USUAL
        : chosen('scene of the swarm', scenes, SWARM_SCENE_NAMES);
    const results: Record<string, object> = {};
    for (const name of names) {
      report(`  ${name}`);
      const result = await measure(SWARM_SCENES[name], quick, report);
      if (result !== null) results[name] = result;
    }
    // Figures of a run that failed are none; those of the others stand.
    const failed = names.filter((name) => results[name] === undefined);
    const why = `see above why it failed: ${failed.join(', ')}`;
    if (failed.length === names.length) throw new Error(why);
    for (const name of failed) results[name] = { failed: true };
    if (failed.length > 0) report(`  FAILED: ${why}`);
    return results;
  },
};

/** Null when the run failed. */
async function measure(
  scene: SwarmScene,
  quick: boolean,
  report: (line: string) => void,
): Promise<object | null> {
  const dataDir = mkdtempSync(`${tmpdir()}/spacetime-swarm-`);
  const canPin = Bun.which('taskset') !== null;
  const core = canPin ? { core: SERVER_CORE } : {};
  const server = await startServer({ dataDir, env: serverEnvironment(scene), ...core });
  try {
    const bots = Bun.spawn({
      cmd: [
        ...(canPin ? ['taskset', '-c', scene.cores] : []),
        // Where they share a core with the server, it comes first.
        ...(canPin && scene.cores.includes(String(SERVER_CORE)) ? ['nice', '-n', '10'] : []),
        ...[process.execPath, 'ops/cli.ts', 'swarm', '--url', `ws://127.0.0.1:${server.port}`],
        ...[...swarmWords(scene, quick), '--json'],
      ],
      // More worlds than JavaScriptCore gives fast memory by default: a step takes a tenth longer.
      env: { ...process.env, BUN_JSC_maxNumWasmFastMemories: '256' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = (await new Response(bots.stdout).text()).trim().split('\n').at(-1) ?? '';
    const failed = (await bots.exited) !== 0;
    report(line);
    if (failed) return null;
    const seconds = quick ? 2 : scene.seconds;
    return { seconds, verifying: scene.verify, headsets: scene.headsets, ...JSON.parse(line) };
  } finally {
    await server.kill();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
