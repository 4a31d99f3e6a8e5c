import type { Core } from '../../core-wasm/host/core.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { HORIZON_TICKS } from './history.ts';
import { type KeptState, keepWorld, NO_BYTES, newKeptState } from './kept-state.ts';
import { sameBytes } from './own-inputs.ts';

/** What replaying needs of the core. */
export type ReplayedCore = Pick<
  Core,
  | 'tick'
  | 'step'
  | 'loadFrame'
  | 'restore'
  | 'snapshot'
  | 'islands'
  | 'beginPart'
  | 'markChanged'
  | 'stepPart'
  | 'computedCount'
  | 'readFrameHeader'
  | 'frameInputs'
  | 'playerCount'
>;

/** A frame may be under way at both ends of what a rollback takes back. */
const MOMENTS = HORIZON_TICKS + 2 * TICKS_PER_FRAME;
/**
 * Fewer movers beside the players, who are news in every frame, are stepped in less time than it
 * takes to keep each tick and to copy what stands.
 */
const WORTHWHILE_MOVERS = 64;
/** A walker's torso and hands, and some that he meets. */
const MOVERS_PER_PLAYER = 4;
const NO_ISLANDS = new Uint16Array(0);

/** What came of a tick when it was computed last: the state after it, and its islands. */
interface Moment extends KeptState {
  /** −1: nothing is kept of it. */
  tick: number;
  islands: Uint16Array;
  /** Movers that a whole step computes in it. */
  movers: number;
}

/**
 * The ticks of the present guess, so that a rollback computes of each only what the news has
 * changed, and whom that meets: everything else ends the tick as it did before. While little moves,
 * and while most that moves is news, ticks are stepped whole: it is faster.
 */
export class Timeline {
  /** Ticks of rollbacks that were computed in part. */
  partTicks = 0;
  readonly #moments: Moment[] = Array.from({ length: MOMENTS }, () => ({
    ...newKeptState(),
    tick: -1,
    islands: NO_ISLANDS,
    movers: 0,
  }));
  #isReplay = false;
  /** The state that the replay began with. */
  #start: Uint8Array = NO_BYTES;
  #startTick = 0;
  #frame: Uint8Array = NO_BYTES;
  /** Players whose input in the frame is another one. */
  #changed: readonly number[] = [];

  /** The newest tick was computed in part: of all others stands what was told of it before. */
  wasPart = false;

  clear(): void {
    for (const moment of this.#moments) moment.tick = -1;
    this.end();
  }

  /** The core was put back to `state`, which is one of the present guess. */
  begin(core: ReplayedCore, state: Uint8Array): void {
    const kept = this.#at(core.tick);
    this.#isReplay = kept.tick === core.tick;
    if (!this.#isReplay) return;
    this.#start = state;
    this.#startTick = core.tick;
    core.beginPart();
  }

  /** From here on ticks are stepped whole: who is there is another set, or all was replayed. */
  end(): void {
    this.#isReplay = false;
  }

  /**
   * The core stands at the first tick of a frame that was stepped as `before` and is `now`. To be
   * called before it is loaded.
   */
  openFrame(core: ReplayedCore, before: Uint8Array, now: Uint8Array): void {
    if (!this.#isReplay) return;
    this.#frame = now;
    const changed = changedPlayers(core, before, now);
    if (changed === null || !this.#isWorthwhile(core.tick, changed.length)) this.end();
    else this.#changed = changed;
  }

  /** Makes a tick, whole or in part; the bits are the same. */
  step(core: ReplayedCore): void {
    const { tick } = core;
    const kept = this.#at(tick);
    this.wasPart = this.#isReplay && kept.tick === tick && this.#stepPart(core, kept);
    if (!this.wasPart) {
      this.#isReplay = false;
      core.step();
      kept.movers = core.computedCount;
    }
    const isWorthwhile = kept.movers - core.playerCount * 3 >= WORTHWHILE_MOVERS;
    kept.tick = isWorthwhile ? tick : -1;
    if (!isWorthwhile) return;
    keepWorld(kept, core);
    kept.islands = core.islands(kept.islands);
  }

  /** False when the tick has to be made whole; the core stands before it then. */
  #stepPart(core: ReplayedCore, kept: Moment): boolean {
    const { tick } = core;
    for (const entity of this.#changed) core.markChanged(entity);
    if (core.stepPart(kept.state, kept.islands) === null) {
      this.#goBack(core, tick);
      return false;
    }
    this.partTicks++;
    if (core.computedCount * 2 > kept.movers) this.end();
    return true;
  }

  /** What the core holds is nobody's: makes the frame's ticks before `tick` again, whole. */
  #goBack(core: ReplayedCore, tick: number): void {
    const first = tick - (tick % TICKS_PER_FRAME);
    core.restore(first === this.#startTick ? this.#start : this.#at(first - 1).state);
    core.loadFrame(this.#frame);
    while (core.tick < tick) core.step();
  }

  #isWorthwhile(tick: number, changed: number): boolean {
    const kept = this.#at(tick);
    return kept.tick === tick && changed * MOVERS_PER_PLAYER * 2 <= kept.movers;
  }

  #at(tick: number): Moment {
    return this.#moments[tick % MOMENTS] as Moment;
  }
}

/** Null when the frames differ in more than inputs. */
function changedPlayers(
  core: ReplayedCore,
  before: Uint8Array,
  now: Uint8Array,
): readonly number[] | null {
  if (hasCommands(core, before) || hasCommands(core, now)) return null;
  const entries = new Map(core.frameInputs(before).map(({ entity, entry }) => [entity, entry]));
  const changed: number[] = [];
  for (const { entity, entry } of core.frameInputs(now)) {
    const old = entries.get(entity);
    entries.delete(entity);
    if (old === undefined || !sameBytes(old, entry)) changed.push(entity);
  }
  return [...changed, ...entries.keys()];
}

function hasCommands(core: ReplayedCore, frame: Uint8Array): boolean {
  return core.readFrameHeader(frame)?.commandCount !== 0;
}
