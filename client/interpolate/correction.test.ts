import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { CORRECTION_TICKS, Correction, SNAP_DISTANCE } from './correction.ts';

const LAYOUT = { positionStride: 3, rotationStride: 4, rotationStart: 0 };

interface Rows {
  count: number;
  ids: Uint32Array;
  positions: Float32Array;
  rotations: Float32Array;
}

/** Bodies 1, 2, 3 … at the given places along x, turned about y. */
function rowsAt(xs: readonly number[], turn = 0): Rows {
  return {
    count: xs.length,
    ids: Uint32Array.from(xs, (_, i) => i + 1),
    positions: Float32Array.from(xs.flatMap((x) => [x, 0, 0])),
    rotations: Float32Array.from(xs.flatMap(() => [0, Math.sin(turn / 2), 0, Math.cos(turn / 2)])),
  };
}

const turnOf = (rows: Rows, row: number) =>
  2 * Math.atan2(rows.rotations[row * 4 + 1] as number, rows.rotations[row * 4 + 3] as number);

describe('a correction', () => {
  test('starts where the body was shown and ends at the truth after 100 ms', () => {
    const error = fc.double({ min: 0.01, max: 1.9, noNaN: true });
    const turn = fc.double({ min: 0.05, max: 3, noNaN: true });
    fc.assert(
      fc.property(error, turn, (distance, angle) => {
        const correction = new Correction(LAYOUT);
        correction.rebase(rowsAt([distance], angle), rowsAt([0]), []);
        let lastX = distance;
        let lastTurn = angle;
        for (let tick = 1; tick <= CORRECTION_TICKS; tick++) {
          const shown = rowsAt([0]);
          correction.apply(shown);
          const x = shown.positions[0] as number;
          expect(x).toBeLessThan(lastX);
          expect(x).toBeGreaterThanOrEqual(0);
          expect(Math.abs(turnOf(shown, 0))).toBeLessThan(lastTurn);
          lastX = x;
          lastTurn = Math.abs(turnOf(shown, 0));
        }
        expect(lastX).toBe(0);
        expect(lastTurn).toBe(0);
        expect(correction.count).toBe(0);
      }),
    );
  });

  test('is not prolonged by rollbacks that leave the body alone', () => {
    const correction = new Correction(LAYOUT);
    let shown = rowsAt([1, 5], 0.4);
    correction.rebase(shown, rowsAt([0, 5], 0.1), []);
    for (let tick = 1; tick <= CORRECTION_TICKS; tick++) {
      shown = rowsAt([0, 5], 0.1);
      correction.apply(shown);
      correction.rebase(shown, rowsAt([0, 5], 0.1), []);
    }
    expect(correction.count).toBe(0);
    expect(shown.positions[0]).toBe(0);
  });

  test('starts over when a rollback moves the body again', () => {
    const correction = new Correction(LAYOUT);
    correction.rebase(rowsAt([1]), rowsAt([0]), []);
    const shown = rowsAt([0]);
    for (let tick = 1; tick <= 3; tick++) {
      shown.positions[0] = 0;
      correction.apply(shown);
    }
    expect(shown.positions[0]).toBeCloseTo((3 / 6) ** 2);
    const moved = rowsAt([0.8]);
    correction.rebase(shown, moved, []);
    correction.apply(moved);
    expect(moved.positions[0]).toBeCloseTo(0.8 - (0.8 - 0.25) * (5 / 6) ** 2);
  });

  test('jumps over errors beyond the snap distance, and exempt rows at once', () => {
    const correction = new Correction(LAYOUT);
    const far = SNAP_DISTANCE + 0.01;
    const shown = rowsAt([far, 0.5, 0.5]);
    correction.rebase(shown, rowsAt([0, 0, 0]), [3]);
    // What jumps must not be interpolated from where it was either.
    expect([...shown.positions]).toEqual([0, 0, 0, 0.5, 0, 0, 0, 0, 0]);
    const next = rowsAt([0, 0, 0]);
    correction.apply(next);
    expect(next.positions[0]).toBe(0);
    expect(next.positions[3]).toBeGreaterThan(0.3);
    expect(next.positions[6]).toBe(0);
  });

  test('follows its body through rows that come and go', () => {
    const correction = new Correction(LAYOUT);
    const truth = rowsAt([0, 0, 0]);
    correction.rebase(rowsAt([0, 0, 1]), truth, []);
    const fewer = { ...rowsAt([0, 0]), ids: new Uint32Array([2, 3]) };
    correction.apply(fewer);
    expect(fewer.positions[0]).toBe(0);
    expect(fewer.positions[3]).toBeCloseTo((5 / 6) ** 2);
    const gone = { ...rowsAt([0]), ids: new Uint32Array([2]) };
    correction.apply(gone);
    expect(correction.count).toBe(0);
    // The same index in the next generation is another body.
    correction.rebase(rowsAt([1]), rowsAt([0]), []);
    const reborn = { ...rowsAt([0]), ids: new Uint32Array([1 + 65536]) };
    correction.apply(reborn);
    expect(reborn.positions[0]).toBe(0);
  });
});
