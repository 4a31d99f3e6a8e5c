import { seek } from './interpolate.ts';
import { turnBetween, turnBy } from './rotation.ts';

/** Ticks over which a correction is blended out: 100 ms, after which the truth is on screen. */
export const CORRECTION_TICKS = 6;

/** An error larger than this is shown as the jump it is: sliding there would be the longer lie. */
export const SNAP_DISTANCE = 2;

/** Errors below are invisible and are dropped at once, m and 1 − cos of half the angle. */
const DISTANCE_MIN = 1e-3;
const TURN_MIN = 1e-6;

/** Poses of some rows, in entity order. Positions and rotations may lie in one array. */
export interface PoseRows {
  readonly count: number;
  readonly ids: Uint32Array;
  readonly positions: Float32Array;
  /** Null where only positions are kept. */
  readonly rotations: Float32Array | null;
}

/** Distance between the rows of a column, and where in a row the rotation begins. */
export interface RowLayout {
  readonly positionStride: number;
  readonly rotationStride: number;
  readonly rotationStart: number;
}

/** What is still added to some rows. Sparse: after most rollbacks hardly a body is elsewhere. */
interface Residuals {
  count: number;
  ids: Uint32Array;
  /** 3 a row: shown minus true position when the error was found. */
  offsets: Float32Array;
  /** 4 a row: the turn from true to shown rotation. */
  turns: Float32Array;
  ticksLeft: Uint8Array;
}

/** Hears how far each row that a rollback moved is shown from where it belongs, m. */
export type OnMoved = (id: number, distanceM: number) => void;

/**
 * Hides rollbacks: what was shown stays where it was and slides to where it should be. Each error
 * is gone `CORRECTION_TICKS` after the last rollback that moved its row; later rollbacks that left
 * the row alone do not prolong it.
 */
export class Correction {
  readonly #layout: RowLayout;
  readonly #onMoved: OnMoved;
  #residuals = noResiduals();
  #spare = noResiduals();
  readonly #turn = new Float32Array(4);
  readonly #scratch = new Float32Array(4);
  readonly #expected = new Float32Array(7);

  constructor(layout: RowLayout, onMoved: OnMoved = () => {}) {
    this.#layout = layout;
    this.#onMoved = onMoved;
  }

  /** Rows that are shown away from where they are. */
  get count(): number {
    return this.#residuals.count;
  }

  /**
   * After a rollback, before the next step: `shown` is what the player saw at this tick and `truth`
   * what the core now says of the same tick. Rows of `shown` that are not blended — `exempt` ids,
   * and errors beyond `SNAP_DISTANCE` — are overwritten by the truth.
   */
  rebase(shown: PoseRows, truth: PoseRows, exempt: readonly number[]): void {
    const from = this.#residuals;
    const to = this.#spare;
    makeRoom(to, truth.count);
    to.count = 0;
    let shownRow = 0;
    let old = 0;
    for (let row = 0; row < truth.count; row++) {
      const id = truth.ids[row] as number;
      shownRow = seek(shown.ids, shown.count, shownRow, id);
      old = seek(from.ids, from.count, old, id);
      if (shownRow >= shown.count || shown.ids[shownRow] !== id) continue;
      const known = old < from.count && from.ids[old] === id ? old : -1;
      this.#rebaseRow(shown, shownRow, truth, row, exempt.includes(id), known);
    }
    this.#residuals = to;
    this.#spare = from;
  }

  /** Moves the rows of `truth`, read after one more tick, by what is left of their errors. */
  apply(truth: PoseRows): void {
    const residuals = this.#residuals;
    let kept = 0;
    let row = 0;
    for (let i = 0; i < residuals.count; i++) {
      const id = residuals.ids[i] as number;
      const ticksLeft = (residuals.ticksLeft[i] as number) - 1;
      row = seek(truth.ids, truth.count, row, id);
      if (ticksLeft === 0 || row >= truth.count || truth.ids[row] !== id) continue;
      copyRow(residuals, i, residuals, kept);
      residuals.ticksLeft[kept] = ticksLeft;
      this.#shift(residuals, kept, truth, row, truth.positions, truth.rotations);
      kept++;
    }
    residuals.count = kept;
  }

  clear(): void {
    this.#residuals.count = 0;
  }

  #rebaseRow(
    shown: PoseRows,
    shownRow: number,
    truth: PoseRows,
    row: number,
    exempt: boolean,
    known: number,
  ): void {
    const to = this.#spare;
    const distance = this.#distance(shown, shownRow, truth, row);
    if (!exempt && distance >= DISTANCE_MIN) this.#onMoved(truth.ids[row] as number, distance);
    if (exempt || distance > SNAP_DISTANCE) {
      this.#overwrite(shown, shownRow, truth, row);
      return;
    }
    const turned = this.#turned(shown, shownRow, truth, row);
    if (distance < DISTANCE_MIN && turned < TURN_MIN) return;
    if (known >= 0 && this.#explains(known, shown, shownRow, truth, row)) {
      copyRow(this.#residuals, known, to, to.count++);
      return;
    }
    const at = to.count++;
    to.ids[at] = truth.ids[row] as number;
    to.ticksLeft[at] = CORRECTION_TICKS;
    to.turns.set(this.#turn, at * 4);
    const stride = this.#layout.positionStride;
    for (let axis = 0; axis < 3; axis++) {
      const was = shown.positions[shownRow * stride + axis] as number;
      to.offsets[at * 3 + axis] = was - (truth.positions[row * stride + axis] as number);
    }
  }

  /** Whether the residual `known` alone leads from the truth to what is shown. */
  #explains(
    known: number,
    shown: PoseRows,
    shownRow: number,
    truth: PoseRows,
    row: number,
  ): boolean {
    const { positionStride, rotationStride, rotationStart } = this.#layout;
    const expected = this.#expected;
    for (let axis = 0; axis < 3; axis++) {
      expected[axis] = truth.positions[row * positionStride + axis] as number;
    }
    const turnAt = row * rotationStride + rotationStart;
    for (let k = 0; k < 4; k++) expected[3 + k] = truth.rotations?.[turnAt + k] ?? 0;
    this.#addOffset(this.#residuals, known, expected, 0);
    for (let axis = 0; axis < 3; axis++) {
      const was = shown.positions[shownRow * positionStride + axis] as number;
      if (Math.abs(was - (expected[axis] as number)) > DISTANCE_MIN) return false;
    }
    if (shown.rotations === null) return true;
    this.#addTurn(this.#residuals, known, expected, 3);
    const shownAt = shownRow * rotationStride + rotationStart;
    return turnedBy(shown.rotations, shownAt, expected, 3) < TURN_MIN;
  }

  #distance(shown: PoseRows, shownRow: number, truth: PoseRows, row: number): number {
    const stride = this.#layout.positionStride;
    const a = shownRow * stride;
    const b = row * stride;
    return Math.hypot(
      (shown.positions[a] as number) - (truth.positions[b] as number),
      (shown.positions[a + 1] as number) - (truth.positions[b + 1] as number),
      (shown.positions[a + 2] as number) - (truth.positions[b + 2] as number),
    );
  }

  /** Leaves the turn from truth to shown in `#turn`; returns its size as 1 − cos of half of it. */
  #turned(shown: PoseRows, shownRow: number, truth: PoseRows, row: number): number {
    this.#turn.set(UNTURNED);
    if (shown.rotations === null || truth.rotations === null) return 0;
    const { rotationStride, rotationStart } = this.#layout;
    const a = shownRow * rotationStride + rotationStart;
    const b = row * rotationStride + rotationStart;
    turnBetween(shown.rotations, a, truth.rotations, b, this.#turn, 0);
    return turnedBy(shown.rotations, a, truth.rotations, b);
  }

  #overwrite(shown: PoseRows, shownRow: number, truth: PoseRows, row: number): void {
    const { positionStride, rotationStride, rotationStart } = this.#layout;
    for (let axis = 0; axis < 3; axis++) {
      shown.positions[shownRow * positionStride + axis] = truth.positions[
        row * positionStride + axis
      ] as number;
    }
    if (shown.rotations === null || truth.rotations === null) return;
    const a = shownRow * rotationStride + rotationStart;
    const b = row * rotationStride + rotationStart;
    for (let k = 0; k < 4; k++) shown.rotations[a + k] = truth.rotations[b + k] as number;
  }

  #shift(
    residuals: Residuals,
    i: number,
    truth: PoseRows,
    row: number,
    positions: Float32Array,
    rotations: Float32Array | null,
  ): void {
    const { positionStride, rotationStride, rotationStart } = this.#layout;
    this.#addOffset(residuals, i, positions, row * positionStride);
    if (truth.rotations === null || rotations === null) return;
    this.#addTurn(residuals, i, rotations, row * rotationStride + rotationStart);
  }

  #addOffset(residuals: Residuals, i: number, positions: Float32Array, at: number): void {
    const weight = weightOf(residuals.ticksLeft[i] as number);
    for (let axis = 0; axis < 3; axis++) {
      positions[at + axis] =
        (positions[at + axis] as number) + (residuals.offsets[i * 3 + axis] as number) * weight;
    }
  }

  #addTurn(residuals: Residuals, i: number, rotations: Float32Array, at: number): void {
    const weight = weightOf(residuals.ticksLeft[i] as number);
    turnBy(residuals.turns, i * 4, weight, rotations, at, this.#scratch, rotations, at);
  }
}

/**
 * Share of an error that is still shown. It goes fast at first: on a bad link the next error comes
 * with the next frame, and what is left of this one would add to it (two thirds of an error more
 * with even steps, a third with these).
 */
export function weightOf(ticksLeft: number): number {
  return (ticksLeft / CORRECTION_TICKS) ** 2;
}

const UNTURNED = new Float32Array([0, 0, 0, 1]);

function turnedBy(a: Float32Array, aAt: number, b: Float32Array, bAt: number): number {
  let dot = 0;
  for (let k = 0; k < 4; k++) dot += (a[aAt + k] as number) * (b[bAt + k] as number);
  return 1 - Math.abs(dot);
}

function noResiduals(): Residuals {
  return {
    count: 0,
    ids: new Uint32Array(0),
    offsets: new Float32Array(0),
    turns: new Float32Array(0),
    ticksLeft: new Uint8Array(0),
  };
}

/** Makes room for `count` rows; what was there is dropped. */
function makeRoom(residuals: Residuals, count: number): void {
  if (residuals.ids.length >= count) return;
  const capacity = Math.max(64, 2 ** Math.ceil(Math.log2(count)));
  residuals.ids = new Uint32Array(capacity);
  residuals.offsets = new Float32Array(capacity * 3);
  residuals.turns = new Float32Array(capacity * 4);
  residuals.ticksLeft = new Uint8Array(capacity);
}

function copyRow(from: Residuals, i: number, to: Residuals, at: number): void {
  to.ids[at] = from.ids[i] as number;
  to.ticksLeft[at] = from.ticksLeft[i] as number;
  for (let k = 0; k < 3; k++) to.offsets[at * 3 + k] = from.offsets[i * 3 + k] as number;
  for (let k = 0; k < 4; k++) to.turns[at * 4 + k] = from.turns[i * 4 + k] as number;
}
