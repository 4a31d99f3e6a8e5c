import { emptyPlayers, growPlayers } from '../../core-wasm/host/core.ts';
import { type Ghost, ghostKeyOf } from '../../core-wasm/host/ghost.ts';
import { type PlayerColumns, TICK_RATE_HZ, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { Arrivals } from './arrivals.ts';
import { POSE_SIZE, turnFrom, writeRow, writeSeen, writeTold, YAW } from './ghost-pose.ts';
import { seek } from './interpolate.ts';

/** As many as are drawn; whoever is told beyond takes the place of who was told longest ago. */
export const GHOSTS_MAX = 1024;
/** After so long without news a ghost is gone, unless its news come more rarely still. */
export const NEAR_TIMEOUT_TICKS = 6 * TICK_RATE_HZ;
export const FAR_TIMEOUT_TICKS = 12 * TICK_RATE_HZ;
const TIMEOUT_TICKS_MAX = 20 * TICK_RATE_HZ;
/** Times that the last gap between two news may pass. */
const GAPS_MISSED = 3;
/** Who goes on walks slower and slower, to at most this many ticks' way. */
const COAST_TICKS = 90;
/** News are slid to in about the time in which the next are due. */
const BLEND_SHARE = 0.75;
const BLEND_TICKS_MIN = 6;
const BLEND_TICKS_MAX = 60;
/** Who left the bubble slides to his first news as fast as he would come back: 150 ms. */
const LEAVE_BLEND_TICKS = 9;
/** Whoever is further off has gone elsewhere. */
const SNAP_M = 12;
/** A leave is told at most so long before the member is gone from the picture. */
const LEAVE_TICKS_MAX = 2 * TICK_RATE_HZ;
const SPEED_MAX_M_PER_TICK = 8 / TICK_RATE_HZ;
const INDEX_MASK = 0x7fff;
/** Before every tick, and far enough. */
const NEVER = -(2 ** 30);

/**
 * Players beyond the bubble, drawn at the same time as those in it: they go on from where they were
 * told to be, and slide to where the next news say. Who leaves the bubble becomes a ghost where he
 * stood, who enters it slides from where his ghost stood. Memory is bounded, and a picture asks for
 * none.
 */
export class Ghosts {
  /** All of them, for drawing; no entity is named by it. */
  readonly shown: PlayerColumns = emptyPlayers();

  #count = 0;
  readonly #keys = new Uint32Array(GHOSTS_MAX);
  readonly #accounts = new Uint32Array(GHOSTS_MAX);
  readonly #isFar = new Uint8Array(GHOSTS_MAX);
  /** Tick of the last news, ticks since those before; when it began to slide, for how long. */
  readonly #told = new Float64Array(GHOSTS_MAX);
  readonly #gaps = new Float32Array(GHOSTS_MAX);
  readonly #blends = new Float64Array(GHOSTS_MAX);
  readonly #blendTicks = new Float32Array(GHOSTS_MAX);
  readonly #targets = new Float32Array(GHOSTS_MAX * POSE_SIZE);
  /** Shown less target, when the slide began. */
  readonly #errors = new Float32Array(GHOSTS_MAX * POSE_SIZE);
  /** Over the ground, m a tick. */
  readonly #velocities = new Float32Array(GHOSTS_MAX * 2);
  /** 1 once it was drawn. */
  readonly #isDrawn = new Uint8Array(GHOSTS_MAX);
  /** Row and one, by entity index. */
  readonly #rows = new Uint16Array(INDEX_MASK + 1);

  readonly #arrivals = new Arrivals();
  /** By entity index: tick at which a member was last told to leave. */
  readonly #left = new Int32Array(INDEX_MASK + 1).fill(NEVER);
  /** Members as they were drawn last, and how they moved, m a tick. */
  readonly #seen = emptyPlayers();
  readonly #seenMotion = new Float32Array(GHOSTS_MAX * 2);
  readonly #pose = new Float32Array(POSE_SIZE);
  readonly #before = new Float32Array(POSE_SIZE);
  #tick = NEVER;

  /** A world begins anew: nobody in it was seen before. */
  clear(): void {
    while (this.#count > 0) this.#remove(this.#count - 1);
    this.#arrivals.clear();
    this.#left.fill(NEVER);
    this.#seen.count = 0;
    this.shown.count = 0;
    this.#tick = NEVER;
  }

  /** What a frame's message says of ghosts, and who leaves the bubble with it. */
  take(frame: number, ghosts: readonly Ghost[], leaves: Uint32Array): void {
    const tick = (frame + 1) * TICKS_PER_FRAME;
    for (const ghost of ghosts) this.#tell(tick, ghost);
    for (const id of leaves) this.#left[id & INDEX_MASK] = tick;
  }

  /**
   * The picture at `tick` (with its fraction), in `shown`. `players` are those in the bubble as
   * they are to be drawn; who was a ghost a moment ago is moved there to where he was drawn.
   */
  show(tick: number, players: PlayerColumns): void {
    this.#welcome(tick, players);
    this.#arrivals.apply(tick, players);
    this.#dismiss(tick, players);
    this.#remember(tick, players);
    this.#tick = tick;
    const { shown } = this;
    growPlayers(shown, this.#count);
    for (let row = this.#count - 1; row >= 0; row--) {
      if (tick > this.#endOf(row)) this.#remove(row);
    }
    shown.count = this.#count;
    for (let row = 0; row < this.#count; row++) {
      this.#poseAt(row, tick, this.#pose);
      writeRow(this.#pose, shown, row);
      shown.ids[row] = this.#keys[row] as number;
      shown.accounts[row] = this.#accounts[row] as number;
      this.#isDrawn[row] = 1;
    }
  }

  #find(key: number): number {
    const row = (this.#rows[key & INDEX_MASK] as number) - 1;
    return row >= 0 && this.#keys[row] === key ? row : -1;
  }

  #add(key: number, account: number): number {
    const same = (this.#rows[key & INDEX_MASK] as number) - 1;
    if (same >= 0) this.#remove(same);
    if (this.#count === GHOSTS_MAX) this.#remove(this.#oldest());
    const row = this.#count++;
    this.#rows[key & INDEX_MASK] = row + 1;
    this.#keys[row] = key;
    this.#accounts[row] = account;
    this.#gaps[row] = 0;
    this.#blendTicks[row] = 0;
    this.#isDrawn[row] = 0;
    this.#errors.fill(0, row * POSE_SIZE, (row + 1) * POSE_SIZE);
    return row;
  }

  #oldest(): number {
    let oldest = 0;
    for (let row = 1; row < this.#count; row++) {
      if ((this.#told[row] as number) < (this.#told[oldest] as number)) oldest = row;
    }
    return oldest;
  }

  /** The last one takes the row. */
  #remove(row: number): void {
    const last = --this.#count;
    this.#rows[(this.#keys[row] as number) & INDEX_MASK] = 0;
    if (row === last) return;
    this.#rows[(this.#keys[last] as number) & INDEX_MASK] = row + 1;
    for (const column of this.#columns) column[row] = column[last] as number;
    for (const column of this.#poses) {
      column.copyWithin(row * POSE_SIZE, last * POSE_SIZE, (last + 1) * POSE_SIZE);
    }
    this.#velocities.copyWithin(row * 2, last * 2, last * 2 + 2);
  }

  readonly #columns = [
    this.#keys,
    this.#accounts,
    this.#isFar,
    this.#told,
    this.#gaps,
    this.#blends,
    this.#blendTicks,
    this.#isDrawn,
  ] as const;
  readonly #poses = [this.#targets, this.#errors] as const;

  #tell(tick: number, ghost: Ghost): void {
    const known = this.#find(ghost.key);
    const row = known < 0 ? this.#add(ghost.key, ghost.account) : known;
    const isDrawn = this.#isDrawn[row] === 1;
    if (isDrawn) this.#poseAt(row, this.#tick, this.#before);
    this.#gaps[row] = known < 0 ? 0 : Math.max(0, tick - (this.#told[row] as number));
    this.#told[row] = tick;
    this.#accounts[row] = ghost.account;
    this.#isFar[row] = ghost.near === null ? 1 : 0;
    writeTold(ghost, this.#targets, row * POSE_SIZE);
    this.#velocities[row * 2] = ghost.velocity[0] / TICK_RATE_HZ;
    this.#velocities[row * 2 + 1] = ghost.velocity[1] / TICK_RATE_HZ;
    const due = (this.#gaps[row] as number) * BLEND_SHARE;
    if (isDrawn) this.#slide(row, Math.min(BLEND_TICKS_MAX, Math.max(BLEND_TICKS_MIN, due)));
  }

  /** Begins to slide from `#before`, where it was last drawn, to where it is to be. */
  #slide(row: number, ticks: number): void {
    const at = row * POSE_SIZE;
    this.#errors.fill(0, at, at + POSE_SIZE);
    this.#poseAt(row, this.#tick, this.#pose);
    const dx = (this.#before[0] as number) - (this.#pose[0] as number);
    const dz = (this.#before[2] as number) - (this.#pose[2] as number);
    if (dx * dx + dz * dz > SNAP_M * SNAP_M) return;
    for (let k = 0; k < POSE_SIZE; k++) {
      this.#errors[at + k] = (this.#before[k] as number) - (this.#pose[k] as number);
    }
    this.#errors[at + YAW] = turnFrom(this.#pose[YAW] as number, this.#before[YAW] as number);
    this.#blends[row] = this.#tick;
    this.#blendTicks[row] = ticks;
  }

  /** The target led on to `tick`, with what is left of the error. */
  #poseAt(row: number, tick: number, out: Float32Array): void {
    const at = row * POSE_SIZE;
    for (let k = 0; k < POSE_SIZE; k++) out[k] = this.#targets[at + k] as number;
    const ticks = Math.max(0, tick - (this.#told[row] as number));
    const way = COAST_TICKS * (1 - Math.exp(-ticks / COAST_TICKS));
    out[0] = (out[0] as number) + (this.#velocities[row * 2] as number) * way;
    out[2] = (out[2] as number) + (this.#velocities[row * 2 + 1] as number) * way;
    const duration = this.#blendTicks[row] as number;
    const left = duration > 0 ? 1 - (tick - (this.#blends[row] as number)) / duration : 0;
    if (!(left > 0 && left <= 1)) return;
    for (let k = 0; k < POSE_SIZE; k++) {
      out[k] = (out[k] as number) + (this.#errors[at + k] as number) * left;
    }
  }

  #endOf(row: number): number {
    const timeout = this.#isFar[row] === 1 ? FAR_TIMEOUT_TICKS : NEAR_TIMEOUT_TICKS;
    const ticks = Math.max(timeout, (this.#gaps[row] as number) * GAPS_MISSED);
    return (this.#told[row] as number) + Math.min(TIMEOUT_TICKS_MAX, ticks);
  }

  /** Whose ghost was drawn and who is simulated now slides; a ghost that was not is none. */
  #welcome(tick: number, players: PlayerColumns): void {
    if (this.#count === 0) return;
    for (let row = 0; row < players.count; row++) {
      const ghost = this.#find(ghostKeyOf(players.ids[row] as number));
      if (ghost < 0) continue;
      if (this.#isDrawn[ghost] === 1) {
        this.#poseAt(ghost, tick, this.#pose);
        writeRow(this.#pose, this.shown, ghost);
        this.#arrivals.begin(tick, this.shown, ghost, players, row);
      }
      this.#remove(ghost);
    }
  }

  /** Who left the bubble is a ghost from here on; who is gone from the world is not. */
  #dismiss(tick: number, players: PlayerColumns): void {
    const seen = this.#seen;
    let row = 0;
    for (let i = 0; i < seen.count; i++) {
      const id = seen.ids[i] as number;
      row = seek(players.ids, players.count, row, id);
      if (row < players.count && players.ids[row] === id) continue;
      if (tick - (this.#left[id & INDEX_MASK] as number) > LEAVE_TICKS_MAX) continue;
      this.#become(i, tick);
    }
  }

  #become(i: number, tick: number): void {
    const seen = this.#seen;
    const key = ghostKeyOf(seen.ids[i] as number);
    const known = this.#find(key);
    if (known >= 0) {
      writeSeen(seen, i, this.#before, 0);
      this.#slide(known, LEAVE_BLEND_TICKS);
      return;
    }
    const row = this.#add(key, seen.accounts[i] as number);
    writeSeen(seen, i, this.#targets, row * POSE_SIZE);
    this.#told[row] = Math.max(this.#tick, tick - TICKS_PER_FRAME);
    this.#isFar[row] = 0;
    this.#velocities[row * 2] = this.#seenMotion[i * 2] as number;
    this.#velocities[row * 2 + 1] = this.#seenMotion[i * 2 + 1] as number;
  }

  /** Keeps how members were drawn, in case that they leave. */
  #remember(tick: number, players: PlayerColumns): void {
    const seen = this.#seen;
    const ticks = tick - this.#tick;
    const count = Math.min(players.count, GHOSTS_MAX);
    growPlayers(seen, count);
    // Row by row: whoever came or went has moved the others' rows, and for one picture they stand.
    for (let row = 0; row < count; row++) {
      const isSame = row < seen.count && seen.ids[row] === players.ids[row];
      for (let axis = 0; axis < 2; axis++) {
        const at = row * 7 + axis * 2;
        const way = (players.heads[at] as number) - (seen.heads[at] as number);
        const speed = isSame && ticks > 0 ? way / ticks : 0;
        this.#seenMotion[row * 2 + axis] = Math.min(
          SPEED_MAX_M_PER_TICK,
          Math.max(-SPEED_MAX_M_PER_TICK, speed),
        );
      }
      copyRow(players, seen, row);
    }
    seen.count = count;
  }
}

function copyRow(from: PlayerColumns, to: PlayerColumns, row: number): void {
  to.ids[row] = from.ids[row] as number;
  to.accounts[row] = from.accounts[row] as number;
  to.yaws[row] = from.yaws[row] as number;
  to.pitches[row] = from.pitches[row] as number;
  for (let k = 0; k < 3; k++) to.feet[row * 3 + k] = from.feet[row * 3 + k] as number;
  for (let k = 0; k < 7; k++) {
    to.heads[row * 7 + k] = from.heads[row * 7 + k] as number;
    to.lefts[row * 7 + k] = from.lefts[row * 7 + k] as number;
    to.rights[row * 7 + k] = from.rights[row * 7 + k] as number;
  }
}
