import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { emptyBodies, emptyPlayers } from '../../core-wasm/host/core.ts';
import type { BodyColumns } from '../../core-wasm/host/types.ts';
import { interpolateBodies, interpolatePlayers } from './interpolate.ts';

interface Row {
  id: number;
  position: [number, number, number];
  rotation: [number, number, number, number];
}

function columnsOf(rows: readonly Row[]): BodyColumns {
  const ordered = [...rows].sort((a, b) => (a.id & 0xffff) - (b.id & 0xffff));
  return {
    ...emptyBodies(),
    count: ordered.length,
    ids: Uint32Array.from(ordered, (row) => row.id),
    kinds: new Uint8Array(ordered.length),
    shapes: Uint8Array.from(ordered, (row) => row.id % 3),
    roles: new Uint8Array(ordered.length),
    sizes: new Float32Array(ordered.length * 3),
    positions: Float32Array.from(ordered.flatMap((row) => row.position)),
    rotations: Float32Array.from(ordered.flatMap((row) => row.rotation)),
  };
}

function rowOf(columns: BodyColumns, id: number): Row | null {
  const row = columns.ids.subarray(0, columns.count).indexOf(id);
  if (row < 0) return null;
  return {
    id,
    position: [...columns.positions.subarray(row * 3, row * 3 + 3)] as Row['position'],
    rotation: [...columns.rotations.subarray(row * 4, row * 4 + 4)] as Row['rotation'],
  };
}

const component = fc.double({ min: -1, max: 1, noNaN: true });
const unit = fc
  .tuple(component, component, component, component)
  .filter((q) => Math.hypot(...q) > 0.1)
  .map((q) => q.map((x) => x / Math.hypot(...q)) as Row['rotation']);
const metre = fc.double({ min: -250, max: 250, noNaN: true }).map(Math.fround);
const rowFor = (id: number) =>
  fc.record({
    id: fc.constant(id),
    position: fc.tuple(metre, metre, metre),
    rotation: unit,
  });
/** Index 1…40, sometimes of another generation: the same index, another thing. */
const ids = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 30 });
const world = ids.chain((indices) =>
  fc.tuple(
    ...indices.map((index) =>
      fc.integer({ min: 0, max: 1 }).chain((generation) => rowFor(index + generation * 65536)),
    ),
  ),
);
const share = fc.double({ min: 0, max: 1, noNaN: true });

function angleBetween(a: readonly number[], b: readonly number[]): number {
  const dot = a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
  return 2 * Math.acos(Math.min(1, Math.abs(dot)));
}

describe('interpolateBodies', () => {
  test('shows what is current, each row between its own two poses', () => {
    fc.assert(
      fc.property(world, world, share, (before, after, alpha) => {
        const previous = columnsOf(before);
        const current = columnsOf(after);
        const out = emptyBodies();
        interpolateBodies(previous, current, alpha, out);
        expect([...out.ids.subarray(0, out.count)]).toEqual([...current.ids]);
        for (const { id } of after) {
          const to = rowOf(current, id) as Row;
          const from = rowOf(previous, id) ?? to;
          const got = rowOf(out, id) as Row;
          got.position.forEach((x, axis) => {
            const straight =
              (from.position[axis] as number) * (1 - alpha) + (to.position[axis] as number) * alpha;
            expect(Math.abs(x - straight)).toBeLessThan(1e-4);
          });
          expect(Math.abs(Math.hypot(...got.rotation) - 1)).toBeLessThan(1e-5);
          const arc = angleBetween(from.rotation, to.rotation);
          const onArc =
            angleBetween(from.rotation, got.rotation) + angleBetween(got.rotation, to.rotation);
          expect(Math.abs(onArc - arc)).toBeLessThan(5e-3);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('takes the short way round whatever the sign of a quaternion', () => {
    fc.assert(
      fc.property(rowFor(7), unit, share, (row, rotation, alpha) => {
        const flipped = rotation.map((x) => -x) as Row['rotation'];
        const a = emptyBodies();
        const b = emptyBodies();
        interpolateBodies(columnsOf([row]), columnsOf([{ ...row, rotation }]), alpha, a);
        const negated = columnsOf([{ ...row, rotation: flipped }]);
        interpolateBodies(columnsOf([row]), negated, alpha, b);
        const turn = angleBetween([...a.rotations], [...b.rotations]);
        // At half a turn both ways are equally long and either may be taken.
        fc.pre(angleBetween(row.rotation, rotation) < 3.1);
        expect(turn).toBeLessThan(2e-3);
      }),
    );
  });

  test('keeps a resting body to the bit', () => {
    const resting = columnsOf([
      { id: 9, position: [0.1, 2.3, -4.7], rotation: [0, 0, 0, 1] },
      { id: 12, position: [100.7, 0.3, 1e-3], rotation: [0, 1, 0, 0] },
    ]);
    const out = emptyBodies();
    for (const alpha of [0, 0.1, 0.5, 0.77, 1]) {
      interpolateBodies(resting, resting, alpha, out);
      expect([...out.positions.slice(0, 6)]).toEqual([...resting.positions]);
      expect([...out.rotations.slice(0, 8)]).toEqual([...resting.rotations]);
    }
  });

  test('allocates nothing once the columns have room', () => {
    const previous = columnsOf([{ id: 1, position: [0, 0, 0], rotation: [0, 0, 0, 1] }]);
    const current = columnsOf([{ id: 1, position: [1, 0, 0], rotation: [0, 0, 0, 1] }]);
    const out = emptyBodies();
    interpolateBodies(previous, current, 0.5, out);
    const { ids, positions, rotations, sizes } = out;
    interpolateBodies(previous, current, 0.75, out);
    expect(out.ids).toBe(ids);
    expect(out.positions).toBe(positions);
    expect(out.rotations).toBe(rotations);
    expect(out.sizes).toBe(sizes);
    expect(out.positions[0]).toBe(0.75);
  });
});

describe('interpolatePlayers', () => {
  const player = (yaw: number, pitch: number) => ({
    ...emptyPlayers(),
    count: 1,
    ids: new Uint32Array([5]),
    accounts: new Uint32Array([77]),
    leftHands: new Uint32Array([6]),
    rightHands: new Uint32Array([8]),
    yaws: new Uint16Array([yaw]),
    pitches: new Int16Array([pitch]),
    buttons: new Uint16Array([3]),
    feet: new Float32Array([0, yaw / 1000, 0]),
    heads: new Float32Array([0, 1.6, 0, 0, 0, 0, 1]),
    lefts: new Float32Array([0, 1, 0, 0, 0, 0, 1]),
    rights: new Float32Array([0, 1, 0, 0, 0, 0, 1]),
    held: new Uint32Array([0, 42]),
    grounded: new Uint8Array([1]),
  });

  test('turns the short way through north', () => {
    const out = emptyPlayers();
    interpolatePlayers(player(65000, -100), player(464, 100), 0.5, out);
    expect(out.yaws[0]).toBe(65500);
    interpolatePlayers(player(464, -100), player(65000, 100), 0.25, out);
    expect(out.yaws[0]).toBe(214);
    expect(out.pitches[0]).toBe(-50);
    expect(out.held[1]).toBe(42);
    expect(out.accounts[0]).toBe(77);
  });

  test('never turns further than the shorter of the two ways', () => {
    const angle = fc.integer({ min: 0, max: 65535 });
    fc.assert(
      fc.property(angle, angle, share, (from, to, alpha) => {
        const out = emptyPlayers();
        interpolatePlayers(player(from, 0), player(to, 0), alpha, out);
        const apart = (a: number, b: number) => {
          const turn = Math.abs(a - b);
          return Math.min(turn, 65536 - turn);
        };
        const got = out.yaws[0] as number;
        expect(apart(from, got) + apart(got, to)).toBe(apart(from, to));
      }),
    );
  });
});
