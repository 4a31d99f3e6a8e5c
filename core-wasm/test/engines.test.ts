import { beforeAll, expect, test } from 'bun:test';
import { fileURLToPath } from 'node:url';
import { golden } from './golden.ts';
import type { Trace } from './trace.ts';
import { ARTIFACT } from './world.ts';

/**
 * The recording on V8 and on JavaScriptCore, and on each of their compilers alone: what the first
 * seconds of a server compute with one compiler and the rest with another must not differ.
 * Chromium has its own file.
 */

const PROBE = fileURLToPath(new URL('./probe.ts', import.meta.url));
const ENGINE_TIMEOUT_MS = 60_000;
/** An interpreter takes thirty times as long: it gets the first 600 ticks. */
const SLOW_FRAMES = 200;

let bundle: string;
beforeAll(async () => {
  const built = await Bun.build({ entrypoints: [PROBE], target: 'node' });
  bundle = await (built.outputs[0] as Blob).text();
});

async function run(command: string[], env: Record<string, string> = {}): Promise<Trace> {
  const child = Bun.spawn(command, {
    stdin: new Blob([bundle]),
    stdout: 'pipe',
    stderr: 'pipe',
    env: { ...process.env, ...env },
  });
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`${command.join(' ')}: exit ${code}: ${errors}`);
  return JSON.parse(output) as Trace;
}

test.each([
  ['both compilers', []],
  ['the baseline compiler alone', ['--liftoff-only']],
  ['the optimising compiler alone', ['--no-liftoff']],
])(
  'Node with %s makes the golden trace',
  async (_, flags) => {
    const node = ['node', ...flags, '--input-type=module', '-', fileURLToPath(ARTIFACT)];
    expect(await run(node)).toEqual(golden());
  },
  ENGINE_TIMEOUT_MS,
);

test(
  'Bun without its optimising compiler makes the golden trace',
  async () => {
    const bun = [process.execPath, PROBE, fileURLToPath(ARTIFACT)];
    expect(await run(bun, { BUN_JSC_useOMGJIT: '0' })).toEqual(golden());
  },
  ENGINE_TIMEOUT_MS,
);

test(
  'Bun as an interpreter makes the beginning of the golden trace',
  async () => {
    const bun = [process.execPath, PROBE, fileURLToPath(ARTIFACT), String(SLOW_FRAMES)];
    const trace = await run(bun, { BUN_JSC_useJIT: '0' });
    expect(trace.hashes).toEqual(golden().hashes.slice(0, (SLOW_FRAMES * 3) / 100));
    expect(trace.hashes).toHaveLength(6);
  },
  ENGINE_TIMEOUT_MS,
);
