import type { Core } from '../../core-wasm/host/core.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { ours } from '../physics/ours.ts';
import { EXPERIMENTS } from '../physics/quality.ts';
import type { PhysicsScene } from '../physics/scene.ts';
import { PHYSICS_SCENES } from '../physics/scenes.ts';
import { SCENES } from '../scenes/registry.ts';
import type { Scene } from '../scenes/scene.ts';

/** Anything that a core can be made into and stepped. */
export interface Playable {
  readonly about: string;
  /** Makes `core` the scene; gives what computes its next tick and returns bits of `StepFault`. */
  load(core: Core): () => number;
}

/** The scenes of bench/physics, those of bench/scenes, and the experiments of quality. */
export const PLAYABLES: Readonly<Record<string, Playable>> = {
  ...mapped(PHYSICS_SCENES, physical),
  ...mapped(SCENES, framed),
  ...mapped(EXPERIMENTS, physical),
};

function mapped<T>(all: Readonly<Record<string, T>>, make: (one: T) => Playable) {
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, make(one)]));
}

function physical(scene: PhysicsScene): Playable {
  return {
    about: scene.about,
    load(core) {
      const engine = ours(core);
      engine.load(scene);
      return () => {
        engine.step(core.tick);
        return 0;
      };
    },
  };
}

function framed(scene: Scene): Playable {
  return {
    about: scene.about,
    load(core) {
      scene.build(core);
      return () => {
        if (core.tick % TICKS_PER_FRAME === 0) core.loadFrame(scene.nextFrame(core));
        return core.step();
      };
    },
  };
}
