import { describe, expect, test } from 'bun:test';
import { measureOverlap } from './overlap.ts';
import type { BodySpec, Motion, PhysicsScene, Quaternion, ShapeSpec, Vector } from './scene.ts';

const BALL: ShapeSpec = { kind: 'sphere', radius: 0.5 };
const PILL: ShapeSpec = { kind: 'capsule', radius: 0.25, half: 0.5 };
const CUBE: ShapeSpec = { kind: 'box', half: [0.5, 0.5, 0.5] };
const WALL: ShapeSpec = { kind: 'box', half: [10, 0.5, 10] };
const LEVEL: Quaternion = [0, 0, 0, 1];
/** An eighth of a turn about z. */
const TURNED: Quaternion = [0, 0, Math.sin(Math.PI / 8), Math.cos(Math.PI / 8)];
const LYING: Quaternion = [0, 0, Math.SQRT1_2, Math.SQRT1_2];

type Placed = readonly [ShapeSpec, Vector, Quaternion?, Motion?];

function overlapOf(...placed: readonly Placed[]) {
  const bodies = placed.map(
    ([shape, position, rotation = LEVEL, motion = 'dynamic']): BodySpec => ({
      motion,
      shape,
      position,
      rotation,
    }),
  );
  const still = { about: '', joints: [], settleTicks: 0, measuredTicks: 0, rollbacks: 0 };
  const scene: PhysicsScene = { ...still, bodies };
  const numbers = bodies.flatMap(({ position, rotation }) => [...position, ...rotation]);
  return measureOverlap(scene, Float64Array.from(numbers));
}

describe('overlap', () => {
  test.each<[string, Placed, Placed, number]>([
    ['spheres', [BALL, [0, 0, 0]], [BALL, [0.9, 0, 0]], 100],
    ['sphere in the end of a capsule', [BALL, [0, 1.2, 0]], [PILL, [0, 0, 0]], 50],
    ['crossed capsules', [PILL, [0, 0, 0]], [PILL, [0, 0, 0.4], LYING], 100],
    ['capsules in line', [PILL, [0, 0, 0]], [PILL, [0, 1.4, 0]], 100],
    ['sphere on a face', [BALL, [0, 0.95, 0]], [CUBE, [0, 0, 0]], 50],
    [
      'sphere on an edge',
      [BALL, [0, 1.15, 0]],
      [CUBE, [0, 0, 0], TURNED],
      1000 * (Math.SQRT1_2 - 0.65),
    ],
    ['lying capsule on a wall', [PILL, [3, 0.7, 2], LYING], [WALL, [0, 0, 0], LEVEL, 'static'], 50],
    ['boxes face to face', [CUBE, [0, 0, 0]], [CUBE, [0.2, 0.98, 0]], 20],
    [
      'box on its edge',
      [CUBE, [0, 1.2, 0], TURNED],
      [CUBE, [0, 0, 0]],
      1000 * (Math.SQRT1_2 - 0.7),
    ],
  ])('%s', (_name, a, b, mm) => {
    expect(overlapOf(a, b).maxMm).toBeCloseTo(mm, 3);
    expect(overlapOf(b, a).maxMm).toBeCloseTo(mm, 3);
  });

  test('is nothing for bodies apart and for statics among themselves', () => {
    expect(overlapOf([CUBE, [0, 0, 0]], [CUBE, [1.01, 0, 0]])).toEqual({ maxMm: 0, meanMm: 0 });
    const walls = [0, 0.2].map((y): Placed => [WALL, [0, y, 0], LEVEL, 'static']);
    expect(overlapOf(...walls)).toEqual({ maxMm: 0, meanMm: 0 });
  });

  test('means over overlapping pairs, across cells too', () => {
    const { meanMm, maxMm } = overlapOf(
      [BALL, [1.4, 0, 0]],
      [BALL, [2.3, 0, 0]],
      [BALL, [-0.5, 0, 0]],
      [BALL, [-1.48, 0, 0]],
      [BALL, [0, 9, 0]],
    );
    expect(maxMm).toBeCloseTo(100, 6);
    expect(meanMm).toBeCloseTo(60, 6);
  });
});
