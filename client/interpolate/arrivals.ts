import type { PlayerColumns } from '../../core-wasm/host/types.ts';
import { nlerp } from './rotation.ts';

/** A ghost whom the client begins to simulate slides to where he is in so many ticks: 150 ms. */
export const ARRIVAL_TICKS = 9;
/** Whoever is further off has gone elsewhere: sliding there would be the longer lie. */
const SNAP_M = 4;
/** More than come at once; those beyond jump. */
const CAPACITY = 64;
const PARTS = ['heads', 'lefts', 'rights'] as const;
/** A foot and three parts; three rotations. */
const OFFSETS = 12;
const TURNS = 12;

/** Players who were ghosts a moment ago, and how far off each was drawn. */
export class Arrivals {
  #count = 0;
  readonly #ids = new Uint32Array(CAPACITY);
  readonly #ticks = new Float64Array(CAPACITY);
  readonly #offsets = new Float32Array(CAPACITY * OFFSETS);
  readonly #turns = new Float32Array(CAPACITY * TURNS);

  clear(): void {
    this.#count = 0;
  }

  /** The ghost drawn in a row of `ghosts` is the player in a row of `players` from `tick` on. */
  begin(
    tick: number,
    ghosts: PlayerColumns,
    ghost: number,
    players: PlayerColumns,
    row: number,
  ): void {
    if (this.#count === CAPACITY || isFar(ghosts, ghost, players, row)) return;
    const at = this.#count++;
    this.#ids[at] = players.ids[row] as number;
    this.#ticks[at] = tick;
    for (let axis = 0; axis < 3; axis++) {
      this.#offsets[at * OFFSETS + axis] =
        (ghosts.feet[ghost * 3 + axis] as number) - (players.feet[row * 3 + axis] as number);
    }
    for (let part = 0; part < PARTS.length; part++) {
      const from = ghosts[PARTS[part] as 'heads'];
      const to = players[PARTS[part] as 'heads'];
      for (let axis = 0; axis < 3; axis++) {
        this.#offsets[at * OFFSETS + (part + 1) * 3 + axis] =
          (from[ghost * 7 + axis] as number) - (to[row * 7 + axis] as number);
      }
      for (let k = 0; k < 4; k++) {
        this.#turns[at * TURNS + part * 4 + k] = from[ghost * 7 + 3 + k] as number;
      }
    }
  }

  /** Moves those on their way in `players`, which are as they are at `tick`. */
  apply(tick: number, players: PlayerColumns): void {
    let kept = 0;
    for (let i = 0; i < this.#count; i++) {
      const done = (tick - (this.#ticks[i] as number)) / ARRIVAL_TICKS;
      if (!(done >= 0 && done < 1)) continue;
      const row = rowOf(players, this.#ids[i] as number);
      if (row < 0) continue;
      this.#move(i, kept);
      this.#shift(kept++, done, players, row);
    }
    this.#count = kept;
  }

  #move(from: number, to: number): void {
    if (from === to) return;
    this.#ids[to] = this.#ids[from] as number;
    this.#ticks[to] = this.#ticks[from] as number;
    this.#offsets.copyWithin(to * OFFSETS, from * OFFSETS, (from + 1) * OFFSETS);
    this.#turns.copyWithin(to * TURNS, from * TURNS, (from + 1) * TURNS);
  }

  #shift(at: number, done: number, players: PlayerColumns, row: number): void {
    this.#add(at * OFFSETS, 1 - done, players.feet, row * 3);
    for (let part = 0; part < PARTS.length; part++) {
      const column = players[PARTS[part] as 'heads'];
      this.#add(at * OFFSETS + (part + 1) * 3, 1 - done, column, row * 7);
      const turn = row * 7 + 3;
      nlerp(this.#turns, at * TURNS + part * 4, column, turn, done, column, turn);
    }
  }

  #add(offset: number, share: number, column: Float32Array, at: number): void {
    for (let axis = 0; axis < 3; axis++) {
      column[at + axis] =
        (column[at + axis] as number) + (this.#offsets[offset + axis] as number) * share;
    }
  }
}

function rowOf({ count, ids }: PlayerColumns, id: number): number {
  for (let row = 0; row < count; row++) if (ids[row] === id) return row;
  return -1;
}

function isFar(ghosts: PlayerColumns, ghost: number, players: PlayerColumns, row: number): boolean {
  const dx = (ghosts.heads[ghost * 7] as number) - (players.heads[row * 7] as number);
  const dz = (ghosts.heads[ghost * 7 + 2] as number) - (players.heads[row * 7 + 2] as number);
  return dx * dx + dz * dz > SNAP_M * SNAP_M;
}
