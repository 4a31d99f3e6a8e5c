import { expect, test } from 'bun:test';
import { firefoxPath, probeChromium, probeFirefox } from './browsers.ts';
import { golden, goldenScenes } from './golden.ts';
import type { ProbeJob, ProbeResult } from './probe-job.ts';
import { probeBun, probeNode } from './programs.ts';
import { RECORDING_FRAMES } from './recording.ts';
import { firstTicks, SCENE_TICKS } from './scene-trace.ts';

/**
 * The recording and the bench scenes on V8, JavaScriptCore and SpiderMonkey, and on each of their
 * compilers alone: what the first seconds of a server compute with one compiler and the rest with
 * another must not differ.
 */

/** A browser on a busy machine, with the slowest of its compilers. */
const ENGINE_TIMEOUT_MS = 240_000;

const WHOLE: ProbeJob = { frames: RECORDING_FRAMES, sceneTicks: SCENE_TICKS };
const SHORT: ProbeJob = { frames: RECORDING_FRAMES, sceneTicks: 100 };
/** An interpreter takes thirty times as long: it gets the beginning. */
const BEGINNING: ProbeJob = { frames: 200, sceneTicks: 10 };

type Case = readonly [name: string, job: ProbeJob, probe: (job: ProbeJob) => Promise<ProbeResult>];

const ENGINES: readonly Case[] = [
  ['Bun', WHOLE, (job) => probeBun(job)],
  ['Bun, baseline compiler alone', SHORT, (job) => probeBun(job, { BUN_JSC_useOMGJIT: '0' })],
  ['Bun, interpreter alone', BEGINNING, (job) => probeBun(job, { BUN_JSC_useJIT: '0' })],
  ['Node', WHOLE, (job) => probeNode(job)],
  ['Node, baseline compiler alone', SHORT, (job) => probeNode(job, ['--liftoff-only'])],
  ['Node, optimising compiler alone', SHORT, (job) => probeNode(job, ['--no-liftoff'])],
  ['Chromium', WHOLE, (job) => probeChromium(job)],
  ['Chromium, baseline compiler alone', SHORT, (job) => probeChromium(job, ['--liftoff-only'])],
  ['Chromium, optimising compiler alone', SHORT, (job) => probeChromium(job, ['--no-liftoff'])],
];

const FIREFOX: readonly Case[] = [
  ['Firefox', WHOLE, (job) => probeFirefox(job)],
  [
    'Firefox, baseline compiler alone',
    SHORT,
    (job) => probeFirefox(job, { 'javascript.options.wasm_optimizingjit': false }),
  ],
  [
    'Firefox, optimising compiler alone',
    SHORT,
    (job) => probeFirefox(job, { 'javascript.options.wasm_baselinejit': false }),
  ],
];

/** Engines that run at once: each is a process of its own that fills one core. */
const LANES = 2;
const lanes = Array.from({ length: LANES }, () => Promise.resolve());
let begun = 0;

/** Runs it behind what its lane runs already. */
function inLane<T>(run: () => Promise<T>): Promise<T> {
  const lane = begun++ % LANES;
  const result = (lanes[lane] as Promise<void>).then(run);
  lanes[lane] = result.then(
    () => {},
    () => {},
  );
  return result;
}

async function expectGolden([, job, probe]: Case): Promise<void> {
  const { recording, scenes } = await inLane(() => probe(job));
  expect(scenes).toEqual(firstTicks(goldenScenes(), job.sceneTicks));
  if (job.frames === RECORDING_FRAMES) expect(recording).toEqual(golden());
  else expect(recording.hashes).toEqual(golden().hashes.slice(0, (job.frames * 3) / 100));
}

for (const engine of ENGINES) {
  test.concurrent(
    `${engine[0]} makes the golden traces`,
    () => expectGolden(engine),
    ENGINE_TIMEOUT_MS,
  );
}

// Debian's Firefox is no part of every system's packages: where it is missing, a line says so.
for (const engine of FIREFOX) {
  test.concurrent.skipIf(firefoxPath() === null)(
    `${engine[0]} makes the golden traces (firefox-esr on PATH)`,
    () => expectGolden(engine),
    ENGINE_TIMEOUT_MS,
  );
}

test('golden traces have every scene in full, and no hash twice', () => {
  const scenes = Object.entries(goldenScenes());
  expect(scenes.map(([name]) => name)).toEqual([
    'A',
    'B',
    'C',
    'D',
    'sphere-pile',
    'box-pile',
    'hull-pile',
    'crowd',
  ]);
  for (const [, hashes] of scenes) {
    expect(hashes).toHaveLength(30);
    expect(new Set(hashes).size).toBe(30);
  }
});
