import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Core, type CoreModule, compileCore } from '../../core-wasm/host/core.ts';
import { STEP_STAGES, type StepStage } from '../../core-wasm/host/stages.ts';
import { type Bench, chosen, percentile, rounded } from '../bench.ts';
import { ours } from '../physics/ours.ts';
import type { PhysicsScene } from '../physics/scene.ts';
import { PHYSICS_SCENES, quick } from '../physics/scenes.ts';

/** What one scene's ticks are made of. */
interface SceneStages {
  readonly scene: string;
  /** A whole `step`, and one by stages: the difference is what the looks at the clock cost. */
  readonly tickMs: number;
  readonly timedTickMs: number;
  readonly stages: readonly StageShare[];
}

interface StageShare {
  readonly stage: StepStage;
  readonly medianMs: number;
  /** Of the sum over all stages, 0…1. */
  readonly share: number;
}

const BAR_CELLS = 40;

export const stages: Bench = {
  about: 'what each stage of the step takes in scenes A to D of the physics bench',
  async run(report, choice) {
    const artifact = `${dirname(dirname(import.meta.dir))}/build/core.wasm`;
    const module = await compileCore(new Uint8Array(readFileSync(artifact)));
    const results: SceneStages[] = [];
    for (const name of chosen('scene', choice.scenes, Object.keys(PHYSICS_SCENES))) {
      const scene = PHYSICS_SCENES[name] as PhysicsScene;
      const result = await measure(module, name, choice.quick ? quick(scene) : scene);
      results.push(result);
      for (const line of tableOf(result, scene.about)) report(line);
    }
    return { results };
  },
};

/** Ticks of both kinds in turns, so that a noisy second spoils both alike. */
async function measure(
  module: CoreModule,
  name: string,
  scene: PhysicsScene,
): Promise<SceneStages> {
  const core = await Core.create(module);
  const nowMs = () => performance.now();
  const sums = new Float64Array(STEP_STAGES.length);
  let isTimed = false;
  let tookMs = 0;
  const engine = ours(core, () => {
    const startedMs = nowMs();
    const faults = isTimed ? core.stepTimed(nowMs, sums) : core.step();
    tookMs = nowMs() - startedMs;
    return faults;
  });
  let tick = engine.load(scene);
  while (tick < scene.settleTicks) engine.step(tick++);

  const plain: number[] = [];
  const timed: number[] = [];
  const samples = STEP_STAGES.map(() => [] as number[]);
  for (let i = 0; i < scene.measuredTicks; i++) {
    isTimed = false;
    engine.step(tick++);
    plain.push(tookMs);
    isTimed = true;
    sums.fill(0);
    engine.step(tick++);
    timed.push(tookMs);
    for (const [stage, times] of samples.entries()) times.push(sums[stage] as number);
  }
  return {
    scene: name,
    tickMs: rounded(percentile(plain, 0.5)),
    timedTickMs: rounded(percentile(timed, 0.5)),
    stages: sharesOf(samples.map((times) => percentile(times, 0.5))),
  };
}

function sharesOf(medians: readonly number[]): StageShare[] {
  const sum = medians.reduce((total, ms) => total + ms, 0);
  return STEP_STAGES.map((stage, index) => {
    const ms = medians[index] as number;
    return { stage, medianMs: rounded(ms), share: rounded(sum > 0 ? ms / sum : 0) };
  });
}

function tableOf({ scene, tickMs, timedTickMs, stages }: SceneStages, about: string): string[] {
  const width = Math.max(...STEP_STAGES.map((stage) => stage.length));
  return [
    `${scene}: ${about}: tick ${tickMs} ms, by stages ${timedTickMs} ms`,
    ...stages.map(({ stage, medianMs, share }) =>
      [
        `  ${stage.padEnd(width)}`,
        `${(medianMs * 1000).toFixed(1).padStart(8)} µs`,
        `${(share * 100).toFixed(1).padStart(5)} %`,
        '█'.repeat(Math.round(share * BAR_CELLS)),
      ]
        .join('  ')
        .trimEnd(),
    ),
    '',
  ];
}
