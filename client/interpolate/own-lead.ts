import { type Intent, TICK_RATE_HZ, YAW_UNITS_PER_TURN } from '../../core-wasm/host/types.ts';
import { CORRECTION_TICKS, SNAP_DISTANCE, weightOf } from './correction.ts';

/** The world may wait for so many ticks until the own foot waits too: half a second. */
const LEAD_TICKS_MAX = 30;
/** About what the core's legs do on the ground. */
const LEGS_MPS2 = 30;
const STICK_RANGE = 127;
/** Input ticks whose sticks are remembered: a power of two over what inputs may be ahead by. */
const STICKS = 128;

/** The own foot as the world has it. */
export interface OwnStep {
  /** Where it is shown, m. */
  readonly foot: Float32Array;
  /** Of the body, m/s. */
  readonly velocity: Float32Array;
  /** The world's. */
  tick: number;
}

/**
 * Keeps the own foot going while the world waits for news. The world around may stand for a moment,
 * but the camera stands on the own foot: to stop it and to make up for the stop is what sickens in
 * a headset. It goes on as it last went, turned as the stick is turned; that is no physics, so when
 * the world moves again what it was wrong by is blended out as every other correction.
 */
export class OwnLead {
  /** To be added to the own foot as it is shown, m. */
  readonly offset = new Float32Array(3);

  readonly #velocity = new Float32Array(3);
  /** What was gone since the world waits. */
  readonly #path = new Float32Array(3);
  readonly #drawn = new Float32Array(3);
  readonly #residual = new Float32Array(3);
  /** Where the stick points in the world, x and z, by input tick. */
  readonly #sticks = new Float32Array(STICKS * 2);
  #leadTicks = 0;
  #speed = 0;
  #tick = 0;
  #ticksLeft = 0;

  /** What the player wants in a tick. */
  steer(tick: number, { moveX, moveZ, yaw }: Intent): void {
    const angle = (yaw / YAW_UNITS_PER_TURN) * 2 * Math.PI;
    const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
    const [x, z] = [moveX / STICK_RANGE, -moveZ / STICK_RANGE];
    const at = (tick % STICKS) * 2;
    const scale = 1 / Math.max(1, Math.hypot(x, z));
    this.#sticks[at] = (x * cos + z * sin) * scale;
    this.#sticks[at + 1] = (z * cos - x * sin) * scale;
  }

  /**
   * `leadTicks`: how far the display is past the world's tick, 0 while the world goes on;
   * `elapsedTicks`: of the display since the last call.
   */
  update(step: OwnStep, leadTicks: number, elapsedTicks: number): void {
    this.#ticksLeft = Math.max(0, this.#ticksLeft - elapsedTicks);
    const moved = leadTicks === 0 || step.tick !== this.#tick;
    const resumes = this.#leadTicks > 0 && moved;
    if (resumes) this.#stop();
    if (leadTicks > 0) this.#goOn(step, Math.min(leadTicks, LEAD_TICKS_MAX));
    if (resumes) this.#blendFrom(step, elapsedTicks);
    this.#tick = step.tick;
    const weight = weightOf(this.#ticksLeft);
    for (let axis = 0; axis < 3; axis++) {
      const path = this.#path[axis] as number;
      this.offset[axis] = (this.#residual[axis] as number) * weight + path;
      this.#drawn[axis] = (step.foot[axis] as number) + (this.offset[axis] as number);
    }
  }

  /** After a (re)connect nothing is left of what was. */
  restart(): void {
    this.#stop();
    this.#ticksLeft = 0;
  }

  #goOn({ velocity, tick }: OwnStep, leadTicks: number): void {
    if (this.#leadTicks === 0) {
      this.#velocity.set(velocity);
      this.#speed = Math.hypot(velocity[0] as number, velocity[2] as number);
    }
    const seconds = Math.max(0, leadTicks - this.#leadTicks) / TICK_RATE_HZ;
    this.#leadTicks = leadTicks;
    this.#steer((tick - 1 + Math.floor(leadTicks)) % STICKS, seconds);
    for (let axis = 0; axis < 3; axis++) {
      const wentM = (this.#velocity[axis] as number) * seconds;
      this.#path[axis] = (this.#path[axis] as number) + wentM;
    }
  }

  /** Towards where the stick points, with the speed that there was, as fast as legs can. */
  #steer(slot: number, seconds: number): void {
    const change = [0, 2].map((axis, i) => {
      const wished = (this.#sticks[slot * 2 + i] as number) * this.#speed;
      return wished - (this.#velocity[axis] as number);
    }) as [number, number];
    const most = LEGS_MPS2 * seconds;
    const share = Math.min(1, most / Math.max(Math.hypot(...change), 1e-6));
    this.#velocity[0] = (this.#velocity[0] as number) + change[0] * share;
    this.#velocity[2] = (this.#velocity[2] as number) + change[1] * share;
  }

  #stop(): void {
    this.#leadTicks = 0;
    this.#path.fill(0);
  }

  /** What is drawn goes on from where it was, for 100 ms. */
  #blendFrom({ foot, velocity }: OwnStep, elapsedTicks: number): void {
    this.#ticksLeft = CORRECTION_TICKS;
    let squared = 0;
    for (let axis = 0; axis < 3; axis++) {
      const wentM = ((velocity[axis] as number) * elapsedTicks) / TICK_RATE_HZ;
      const there = (foot[axis] as number) + (this.#path[axis] as number);
      this.#residual[axis] = (this.#drawn[axis] as number) + wentM - there;
      squared += (this.#residual[axis] as number) ** 2;
    }
    if (squared > SNAP_DISTANCE ** 2) this.#residual.fill(0);
  }
}
