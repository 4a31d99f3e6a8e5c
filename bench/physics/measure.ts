import { percentile, rounded } from '../bench.ts';
import type { Engine } from './engine.ts';
import { measureOverlap, type Overlap } from './overlap.ts';
import { type PhysicsScene, TICK_S } from './scene.ts';

/** What one engine did in one scene on one runtime. */
export interface Row {
  readonly runtime: string;
  readonly engine: string;
  readonly scene: string;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly snapshotMs: number;
  readonly restoreMs: number;
  readonly rollback8Ms: number;
  /** Null where an engine cannot step a part of its world. */
  readonly partialRollback8Ms: number | null;
  readonly stateBytes: number;
  readonly overlapMaxMm: number;
  readonly overlapMeanMm: number;
  /** Mean way that a loose body makes in a second although the pile should rest. */
  readonly driftMmps: number;
  /** 1 when the state after a rollback is bit for bit the one before. */
  readonly rollbackExact: number;
}

export type Figures = Omit<Row, 'runtime' | 'engine' | 'scene'>;

const ROLLBACK_TICKS = 8;
const COPIES = 20;

/** Loads the scene, lets it settle, then measures; everything in the calling thread. */
export function measure(engine: Engine, scene: PhysicsScene): Figures {
  let tick = engine.load(scene);
  while (tick < scene.settleTicks) engine.step(tick++);

  const overlaps = [overlapOf(engine, scene)];
  const before = transformsOf(engine, scene);
  const ticks: number[] = [];
  for (let i = 0; i < scene.measuredTicks; i++) ticks.push(timed(() => engine.step(tick++)));
  const driftMmps = driftBetween(scene, before, transformsOf(engine, scene));
  overlaps.push(overlapOf(engine, scene));

  const snapshots = times(COPIES, () => engine.snapshot(0));
  const stateBytes = engine.stateBytes();
  const restores = times(COPIES, () => engine.restore(0));
  const { samples, isExact } = rollBacks(engine, scene, tick);
  const part = rollBackParts(engine, scene, tick);
  return {
    medianMs: rounded(percentile(ticks, 0.5)),
    p99Ms: rounded(percentile(ticks, 0.99)),
    snapshotMs: rounded(percentile(snapshots, 0.5)),
    restoreMs: rounded(percentile(restores, 0.5)),
    rollback8Ms: rounded(percentile(samples, 0.5)),
    partialRollback8Ms: part.ms,
    stateBytes,
    overlapMaxMm: rounded(Math.max(...overlaps.map(({ maxMm }) => maxMm))),
    overlapMeanMm: rounded(overlaps.reduce((sum, { meanMm }) => sum + meanMm, 0) / overlaps.length),
    driftMmps: rounded(driftMmps),
    rollbackExact: isExact && part.isExact ? 1 : 0,
  };
}

/** Back by 8 ticks and forward again, with a snapshot after each tick as a client keeps them. */
function rollBacks(engine: Engine, scene: PhysicsScene, now: number) {
  const onwards = () => {
    for (let i = 0; i < ROLLBACK_TICKS; i++) {
      engine.step(now + i);
      engine.snapshot(i + 1);
    }
  };
  engine.snapshot(0);
  onwards();
  const expected = transformsOf(engine, scene);
  const samples = times(scene.rollbacks, () => {
    engine.restore(0);
    onwards();
  });
  const found = transformsOf(engine, scene);
  return { samples, isExact: found.every((value, i) => Object.is(value, expected[i])) };
}

/** So many of the steered bodies get other inputs than was thought. */
const CHANGED_PLAYERS = 16;

/** The same way back and forth when only some inputs changed; null where it cannot be done. */
function rollBackParts(engine: Engine, scene: PhysicsScene, now: number) {
  const { part } = engine;
  if (!part || !scene.bodies.some(({ motion }) => motion === 'steered')) {
    return { ms: null, isExact: true };
  }
  part.record(now, ROLLBACK_TICKS);
  const samples = times(scene.rollbacks, () => part.replay(now, ROLLBACK_TICKS, CHANGED_PLAYERS));
  const found = transformsOf(engine, scene);
  part.replayWhole(now, ROLLBACK_TICKS, CHANGED_PLAYERS);
  const expected = transformsOf(engine, scene);
  return {
    ms: rounded(percentile(samples, 0.5)),
    isExact: found.every((value, i) => Object.is(value, expected[i])),
  };
}

function transformsOf(engine: Engine, scene: PhysicsScene): Float64Array {
  const transforms = new Float64Array(scene.bodies.length * 7);
  engine.readTransforms(transforms);
  return transforms;
}

function overlapOf(engine: Engine, scene: PhysicsScene): Overlap {
  return measureOverlap(scene, transformsOf(engine, scene), engine.legsM);
}

function driftBetween(scene: PhysicsScene, before: Float64Array, after: Float64Array): number {
  let sum = 0;
  let count = 0;
  for (const [i, { motion }] of scene.bodies.entries()) {
    if (motion !== 'dynamic') continue;
    const at = i * 7;
    const way = (axis: number) => (after[at + axis] as number) - (before[at + axis] as number);
    sum += Math.hypot(way(0), way(1), way(2));
    count++;
  }
  return count === 0 ? 0 : (sum / count / (scene.measuredTicks * TICK_S)) * 1000;
}

function times(count: number, task: () => void): number[] {
  return Array.from({ length: count }, () => timed(task));
}

function timed(task: () => void): number {
  const startedMs = performance.now();
  task();
  return performance.now() - startedMs;
}
