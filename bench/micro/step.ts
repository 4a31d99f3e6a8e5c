import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { type Bench, type Figures, percentile, rounded } from '../bench.ts';
import { SCENES } from '../scenes/registry.ts';
import type { Scene } from '../scenes/scene.ts';

/** The engine's best code needs this many calls; before them Bun is up to two times slower. */
const WARM_UP_FRAMES = 200;
const MEASURED_FRAMES = 200;
const COPIES = 50;
const ROLLBACK_TICKS = 9;
const ROLLBACKS = 20;

/** What one tick, one rollback and one snapshot cost in each scene. */
export const step: Bench = {
  about: 'the core on its own: tick, rollback, snapshot, hash in each scene',
  async run(report) {
    const artifact = `${dirname(dirname(import.meta.dir))}/build/core.wasm`;
    const module = await compileCore(new Uint8Array(readFileSync(artifact)));
    const results: Record<string, Figures> = {};
    for (const [name, scene] of Object.entries(SCENES)) {
      const core = await Core.create(module);
      scene.build(core);
      const figures = measure(core, scene);
      results[name] = figures;
      report(`${name}: ${scene.about}`);
      for (const [figure, value] of Object.entries(figures)) report(`  ${figure} ${value}`);
    }
    return results;
  },
};

function measure(core: Core, scene: Scene): Figures {
  for (let i = 0; i < WARM_UP_FRAMES; i++) core.stepFrame(scene.nextFrame(core));
  const ticks: number[] = [];
  for (let i = 0; i < MEASURED_FRAMES; i++) {
    core.loadFrame(scene.nextFrame(core));
    for (let tick = 0; tick < TICKS_PER_FRAME; tick++) ticks.push(timed(() => core.step()));
  }
  let state = core.snapshot();
  const bytes = state.length;
  const snapshots = times(COPIES, () => {
    state = core.snapshot(state);
  });
  const restores = times(COPIES, () => core.restore(state));
  const hashes = times(COPIES, () => core.stateHash());
  const rollbacks = times(ROLLBACKS, () => rollBack(core, scene, state));
  return {
    bodies: core.bodyCount,
    contacts: core.contactCount,
    tickP50Ms: rounded(percentile(ticks, 0.5)),
    tickP99Ms: rounded(percentile(ticks, 0.99)),
    rollback9TicksP50Ms: rounded(percentile(rollbacks, 0.5)),
    snapshotBytes: bytes,
    snapshotP50Ms: rounded(percentile(snapshots, 0.5)),
    restoreP50Ms: rounded(percentile(restores, 0.5)),
    hashP50Ms: rounded(percentile(hashes, 0.5)),
  };
}

/** What news from the server costs: back to `state`, then forward to where the client was. */
function rollBack(core: Core, scene: Scene, state: Uint8Array): void {
  core.restore(state);
  for (let tick = 0; tick < ROLLBACK_TICKS; tick += TICKS_PER_FRAME) {
    core.stepFrame(scene.nextFrame(core));
  }
}

function times(count: number, task: () => void): number[] {
  return Array.from({ length: count }, () => timed(task));
}

function timed(task: () => void): number {
  const startedMs = performance.now();
  task();
  return performance.now() - startedMs;
}
