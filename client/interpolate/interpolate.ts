import {
  type BodyColumns,
  type PlayerColumns,
  YAW_UNITS_PER_TURN,
} from '../../core-wasm/host/types.ts';
import { copyBodyLabels, copyPlayerLabels } from './columns.ts';
import { nlerp } from './rotation.ts';

/** Numbers of a tracked part: position, then rotation. */
const PART_SIZE = 7;

/**
 * Fills `out` with the world between two ticks, `alpha` 0 (previous) … 1 (current). Rows match by
 * id. What is new stands at once where it appeared, what is gone is gone at once: ids carry a
 * generation, so a row never belongs to two things. `out` must be neither of the other two.
 */
export function interpolateBodies(
  previous: BodyColumns,
  current: BodyColumns,
  alpha: number,
  out: BodyColumns,
): void {
  copyBodyLabels(current, out);
  let from = 0;
  for (let to = 0; to < current.count; to++) {
    from = seek(previous.ids, previous.count, from, current.ids[to] as number);
    const matched = from < previous.count && previous.ids[from] === current.ids[to];
    const source = matched ? previous : current;
    const row = matched ? from : to;
    lerp3(source.positions, row * 3, current.positions, to * 3, alpha, out.positions);
    nlerp(source.rotations, row * 4, current.rotations, to * 4, alpha, out.rotations, to * 4);
  }
}

/** The same for players; buttons, hands and what they hold are those of `current`. */
export function interpolatePlayers(
  previous: PlayerColumns,
  current: PlayerColumns,
  alpha: number,
  out: PlayerColumns,
): void {
  copyPlayerLabels(current, out);
  let from = 0;
  for (let to = 0; to < current.count; to++) {
    from = seek(previous.ids, previous.count, from, current.ids[to] as number);
    const matched = from < previous.count && previous.ids[from] === current.ids[to];
    const source = matched ? previous : current;
    const row = matched ? from : to;
    lerp3(source.feet, row * 3, current.feet, to * 3, alpha, out.feet);
    lerpPart(source.heads, row, current.heads, to, alpha, out.heads);
    lerpPart(source.lefts, row, current.lefts, to, alpha, out.lefts);
    lerpPart(source.rights, row, current.rights, to, alpha, out.rights);
    out.yaws[to] = lerpYaw(source.yaws[row] as number, current.yaws[to] as number, alpha);
    const pitch = source.pitches[row] as number;
    out.pitches[to] = pitch + Math.round(((current.pitches[to] as number) - pitch) * alpha);
  }
}

/** Low bits of an entity id: its index, by which rows are ordered; above stands the generation. */
const ENTITY_INDEX_MASK = 0xffff;

/**
 * First row at or after `from` that stands where `id` would stand; whether it is `id` is for the
 * caller to see. Walking both lists once costs less than any map, and nothing to the collector.
 */
export function seek(ids: Uint32Array, count: number, from: number, id: number): number {
  const index = id & ENTITY_INDEX_MASK;
  let row = from;
  while (row < count && ((ids[row] as number) & ENTITY_INDEX_MASK) < index) row++;
  return row;
}

function lerp3(
  a: Float32Array,
  aAt: number,
  b: Float32Array,
  bAt: number,
  alpha: number,
  out: Float32Array,
): void {
  for (let axis = 0; axis < 3; axis++) {
    const start = a[aAt + axis] as number;
    out[bAt + axis] = start + ((b[bAt + axis] as number) - start) * alpha;
  }
}

function lerpPart(
  a: Float32Array,
  aRow: number,
  b: Float32Array,
  bRow: number,
  alpha: number,
  out: Float32Array,
): void {
  lerp3(a, aRow * PART_SIZE, b, bRow * PART_SIZE, alpha, out);
  const rotation = bRow * PART_SIZE + 3;
  nlerp(a, aRow * PART_SIZE + 3, b, rotation, alpha, out, rotation);
}

function lerpYaw(from: number, to: number, alpha: number): number {
  const half = YAW_UNITS_PER_TURN / 2;
  const turn = ((to - from + half + YAW_UNITS_PER_TURN) % YAW_UNITS_PER_TURN) - half;
  // The column is 16 bits wide and wraps by itself.
  return from + Math.round(turn * alpha);
}
