import { ours } from '../../bench/physics/ours.ts';
import { PHYSICS_SCENES } from '../../bench/physics/scenes.ts';
import { SCENES } from '../../bench/scenes/registry.ts';
import { type Core, compileCore, Core as Instance } from '../host/core.ts';
import { TICKS_PER_FRAME } from '../host/types.ts';
import { hex } from './trace.ts';

/** State hashes, hex, after every tenth tick of each bench scene. */
export type SceneTraces = Readonly<Record<string, readonly string[]>>;

export const SCENE_TICKS = 300;
export const TICKS_PER_HASH = 10;

/** Plays the bench scenes on the artifact in `wasm`. Runs on every engine, with no file system. */
export async function traceScenes(
  wasm: Uint8Array<ArrayBuffer>,
  ticks = SCENE_TICKS,
): Promise<SceneTraces> {
  const core = await Instance.create(await compileCore(wasm));
  const traces: Record<string, readonly string[]> = {};
  for (const [name, scene] of Object.entries(PHYSICS_SCENES)) {
    const engine = ours(core);
    engine.load(scene);
    traces[name] = trace(core, ticks, () => engine.step(core.tick));
  }
  for (const [name, scene] of Object.entries(SCENES)) {
    scene.build(core);
    traces[name] = trace(core, ticks, () => {
      if (core.tick % TICKS_PER_FRAME === 0) core.loadFrame(scene.nextFrame(core));
      core.step();
    });
  }
  return traces;
}

function trace(core: Core, ticks: number, step: () => void): string[] {
  const hashes: string[] = [];
  while (core.tick < ticks) {
    step();
    if (core.tick % TICKS_PER_HASH === 0) hashes.push(hex(core.stateHash()));
  }
  return hashes;
}

/** The first `ticks` ticks of whole traces: what an engine that got less time must have made. */
export function firstTicks(traces: SceneTraces, ticks: number): SceneTraces {
  const count = Math.floor(ticks / TICKS_PER_HASH);
  const entries = Object.entries(traces).map(([name, hashes]) => [name, hashes.slice(0, count)]);
  return Object.fromEntries(entries);
}
