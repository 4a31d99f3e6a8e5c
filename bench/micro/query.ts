import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { BodyKind, ShapeKind } from '../../core-wasm/host/types.ts';
import { type Bench, type Figures, percentile, rounded } from '../bench.ts';
import { bodyAt, command, SCENE_SEED } from '../scenes/scene.ts';

const MOVERS = 2000;
const STATICS = 4000;
const HALF_M = 60;
const QUERIES = 1000;
const ROUNDS = 200;

/** What queries cost in a base of 4,000 pieces with 2,000 bodies about. */
export const query: Bench = {
  about: 'rays, casts, overlaps and nearest points; keeping and asking an earlier tick',
  async run(report) {
    const artifact = `${dirname(dirname(import.meta.dir))}/build/core.wasm`;
    const core = await Core.create(await compileCore(new Uint8Array(readFileSync(artifact))));
    build(core);
    const figures = { ...measureQueries(core), ...measurePast(core) };
    for (const [figure, value] of Object.entries(figures)) report(`  ${figure} ${value}`);
    return figures;
  },
};

/** Low-discrepancy places: no chance, and nothing on a line. */
function spread(index: number, base: number): number {
  let value = 0;
  let share = 1 / base;
  for (let rest = index; rest > 0; rest = Math.floor(rest / base)) {
    value += (rest % base) * share;
    share /= base;
  }
  return value;
}

function place(core: Core, index: number): [number, number, number] {
  const x = (spread(index, 2) - 0.5) * 2 * HALF_M;
  const z = (spread(index, 3) - 0.5) * 2 * HALF_M;
  return [x, core.terrainHeight(x, z) + 0.5 + 6 * spread(index, 5), z];
}

function build(core: Core): void {
  core.reset(SCENE_SEED);
  let entity = 0;
  for (let first = 0; first < MOVERS + STATICS; first += 1000) {
    command(core, () => {
      for (let i = first; i < first + 1000; i++) {
        entity = core.nextEntity(entity);
        const isStatic = i >= MOVERS;
        const shape = isStatic ? ShapeKind.BOX : ((i % 3) as ShapeKind);
        const kind = isStatic ? BodyKind.STATIC : BodyKind.DYNAMIC;
        const size: [number, number, number] = isStatic
          ? [1, 0.1, 1]
          : [0.3, shape === 0 ? 0 : 0.4, shape === 2 ? 0.3 : 0];
        core.addSpawnBody(bodyAt(entity, shape, size, place(core, i + 1), kind));
      }
    });
  }
}

function way(index: number): [number, number, number] {
  const x = spread(index, 7) - 0.5;
  const z = spread(index, 11) - 0.5;
  const length = Math.sqrt(x * x + z * z + 0.01);
  return [x / length, (spread(index, 13) - 0.5) * 0.5, z / length];
}

function measureQueries(core: Core): Figures {
  const { queries } = core;
  const capsule = { shape: ShapeKind.CAPSULE, size: [0.3, 0.6, 0] };
  const box = { shape: ShapeKind.BOX, size: [1, 1, 1] };
  const places = Array.from({ length: QUERIES }, (_, i) => place(core, i + 7000));
  const ways = Array.from({ length: QUERIES }, (_, i) => way(i + 1));
  const each = (add: (at: [number, number, number], along: [number, number, number]) => void) => {
    queries.clear();
    places.forEach((at, i) => {
      add(at, ways[i] as [number, number, number]);
    });
    return medianUs(() => queries.run()) / QUERIES;
  };
  return {
    ray50mUs: rounded(each((at, along) => queries.addRay(at, along, 50))),
    ray500mUs: rounded(each((at, along) => queries.addRay(at, along, 500))),
    castCapsule10mUs: rounded(each((at, along) => queries.addCast(capsule, at, along, 10))),
    castBox10mUs: rounded(each((at, along) => queries.addCast(box, at, along, 10))),
    overlapBoxUs: rounded(each((at) => queries.addOverlap(box, at))),
    nearest10mUs: rounded(each((at) => queries.addNearest(at, 10))),
    singleRayUs: rounded(medianUs(() => queries.castRay([0, 30, 0], [0.6, -0.8, 0], 50))),
  };
}

/** Building the trees once a tick, and what a past tick costs to keep and to bring back. */
function measurePast(core: Core): Figures {
  const { queries } = core;
  const rewind = core.keepPast(30);
  const afterStep: number[] = [];
  const captures: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    captures.push(timedUs(() => rewind.capture(core.tick)));
    core.step();
    afterStep.push(timedUs(() => queries.castRay([0, 30, 0], [0.6, -0.8, 0], 50)));
  }
  const newest = core.tick - 1;
  const turns = Array.from({ length: ROUNDS }, (_, i) => {
    const then = rewind.at(newest - (i % 30));
    return timedUs(() => then?.castRay([0, 30, 0], [0.6, -0.8, 0], 50));
  });
  return {
    movers: MOVERS,
    statics: STATICS,
    firstQueryAfterStepUs: rounded(percentile(afterStep, 0.5)),
    captureUs: rounded(percentile(captures, 0.5)),
    firstQueryAtPastTickUs: rounded(percentile(turns, 0.5)),
  };
}

function medianUs(task: () => void): number {
  return percentile(
    Array.from({ length: ROUNDS }, () => timedUs(task)),
    0.5,
  );
}

function timedUs(task: () => void): number {
  const startedMs = performance.now();
  task();
  return (performance.now() - startedMs) * 1000;
}
