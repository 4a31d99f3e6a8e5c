import type { Core } from '../../core-wasm/host/core.ts';
import {
  isDisputed,
  loadRecorded,
  type PlayFault,
  worldHash,
} from '../../core-wasm/host/recording/play.ts';
import { TICKS_PER_FRAME, WireFault } from '../../core-wasm/host/types.ts';
import type { ShownWorld } from '../interpolate/shown-world.ts';
import { isWithoutTrap } from '../predict/predicted-core.ts';
import type { Film } from './film.ts';
import { KEPT_INTERVAL_TICKS, KeptStates } from './kept-states.ts';

/** What a step could not do. */
type Halt = 'waits' | 'halted';

/**
 * The world of a film at any of its ticks. It is brought nearer in portions, so that no jump stops
 * the picture, and compared with the recording all the way: a state that is not the recorded one is
 * told once, and the world goes on from the next recorded one.
 */
export class Deck {
  /** The first thing that was not as recorded; null so far. */
  fault: PlayFault | null = null;
  /** Times that a client's bubble was not what its server proved. */
  disputed = 0;
  /** Frames that were played and were as recorded. */
  framesHeld = 0;

  readonly #core: Core;
  readonly #film: Film;
  readonly #shown: ShownWorld;
  readonly #nowMs: () => number;
  readonly #kept = new KeptStates();
  /** Tick of the film that the core stands at; −1 before the first state. */
  #tick = -1;
  /** Tick that `shown` has as its current one. */
  #shownTick = -1;
  /** The state is not the recorded one, until the next that is in the file. */
  #isAstray = false;
  /** The key whose part ends the play, until somebody goes elsewhere; −1 while none does. */
  #haltedKey = -1;

  constructor(core: Core, film: Film, shown: ShownWorld, nowMs: () => number) {
    this.#core = core;
    this.#film = film;
    this.#shown = shown;
    this.#nowMs = nowMs;
  }

  get tick(): number {
    return this.#tick;
  }

  /** Ticks whose states are at hand, and to which a jump is cheap. */
  get keptTicks(): Iterable<number> {
    return this.#kept.ticks;
  }

  /**
   * Goes to `target`, a tick of the film, for `budgetMs` at most but one step; true when it is
   * there, and `shown` has that tick and the one before.
   */
  work(target: number, budgetMs: number): boolean {
    const endMs = this.#nowMs() + budgetMs;
    if (this.#isHalted(target) || !this.#comeNear(target)) return false;
    while (this.#tick < target && this.#step() === null) {
      if (target - this.#tick <= 1) this.#show();
      if (this.#nowMs() >= endMs) break;
    }
    if (this.#haltedKey >= 0) return false;
    this.#show();
    if (this.#tick === this.#film.length) this.#compareEnd();
    return this.#tick === target;
  }

  /** Whoever goes to another part may find a sound one. */
  #isHalted(target: number): boolean {
    if (this.#haltedKey < 0) return false;
    if (this.#film.keyAt(target) === this.#haltedKey && target >= this.#tick) return true;
    this.#haltedKey = -1;
    this.#tick = -1;
    return false;
  }

  /** Jumps to the best state before `target`; false while that is not at hand. */
  #comeNear(target: number): boolean {
    const key = this.#film.keyAt(target);
    const start = this.#film.starts[key] as number;
    const kept = this.#kept.before(target);
    const best = Math.max(start, kept);
    const goesOn = this.#tick >= 0 && this.#tick <= target;
    if (goesOn && best <= this.#tick + KEPT_INTERVAL_TICKS) return true;
    const state = kept > start ? this.#kept.get(kept) : this.#film.part(key)?.state;
    if (state === undefined) {
      this.#failToRead(key);
      return false;
    }
    return this.#jump(best, state, kept > start ? null : key);
  }

  #jump(tick: number, state: Uint8Array, key: number | null): boolean {
    const wire = this.#core.restore(state);
    this.#tick = wire === WireFault.NONE ? tick : -1;
    this.#isAstray = false;
    this.#shownTick = -1;
    if (wire !== WireFault.NONE) {
      this.#halt(key ?? 0, { kind: 'refused', frame: this.#frameOf(key ?? 0), wire });
      return false;
    }
    if (key !== null) this.#compareKey(key);
    // What stands still on both sides of the picture: nothing moves into it.
    this.#show();
    this.#shown.advance(this.#core);
    return true;
  }

  /** A recording from anywhere may hold what stops a core. */
  #step(): Halt | null {
    let halt: Halt | null = null;
    const key = this.#film.keyAt(this.#tick);
    const frame = Math.floor((this.#tick - (this.#film.starts[key] as number)) / TICKS_PER_FRAME);
    const held = isWithoutTrap(() => {
      halt = this.#tick % TICKS_PER_FRAME === 0 ? this.#openFrame() : null;
      if (halt === null) this.#core.step();
    });
    if (!held) {
      this.#core.reopen();
      this.#halt(key, { kind: 'trapped', frame: this.#frameOf(key) + frame });
      return 'halted';
    }
    if (halt === null) this.#tick++;
    return halt;
  }

  /** Makes the frame of this tick the one that is stepped; at a key, compares with it first. */
  #openFrame(): Halt | null {
    const key = this.#film.keyAt(this.#tick);
    const start = this.#film.starts[key] as number;
    const part = this.#film.part(key);
    this.#film.expect(key + 1);
    if (part === null) return this.#failToRead(key) ? 'halted' : 'waits';
    if (this.#tick === start) {
      const { isAnew } = this.#key(key);
      if (isAnew || this.#isAstray) {
        if (!this.#jump(start, part.state, key)) return 'halted';
      } else {
        this.#compareKey(key);
      }
    } else {
      this.#keepState();
    }
    const frame = part.frames[(this.#tick - start) / TICKS_PER_FRAME];
    if (frame === undefined) throw new Error(`no frame at tick ${this.#tick}`);
    if (this.#isAstray) return null;
    const { world } = this.#film.reader.head;
    if (world === 'bubble' && isDisputed(this.#core, frame)) this.disputed++;
    const fault = loadRecorded(this.#core, world, frame);
    if (fault === null) this.framesHeld++;
    else this.#lose(fault);
    return null;
  }

  #compareKey(key: number): void {
    const { frame, hash: expected } = this.#key(key);
    const got = worldHash(this.#core, this.#film.reader.head.world);
    if (expected !== 0n && expected !== got) this.#lose({ kind: 'diverged', frame, expected, got });
  }

  /** From here on it is some world, until the next recorded state. */
  #lose(fault: PlayFault): void {
    this.#isAstray = true;
    this.#tell(fault);
  }

  /** False when the part may still come. */
  #failToRead(key: number): boolean {
    const refusal = this.#film.refusalOf(key);
    if (refusal === null) return false;
    this.#halt(key, { kind: 'unreadable', frame: this.#frameOf(key), refusal });
    return true;
  }

  /** Where the recording has no state for longer than a jump should step. */
  #keepState(): void {
    const isDue = this.#tick % KEPT_INTERVAL_TICKS === 0 && !this.#kept.has(this.#tick);
    if (isDue && !this.#isAstray) this.#kept.keep(this.#tick, this.#core.snapshot());
  }

  #compareEnd(): void {
    const { end, head } = this.#film.reader;
    const got = worldHash(this.#core, head.world);
    if (this.#isAstray || got === end.hash) return;
    this.#lose({ kind: 'diverged', frame: end.frame, expected: end.hash, got });
  }

  #halt(key: number, fault: PlayFault): void {
    this.#haltedKey = key;
    this.#tell(fault);
  }

  #tell(fault: PlayFault): void {
    this.fault ??= fault;
  }

  #show(): void {
    if (this.#shownTick === this.#tick) return;
    this.#shown.advance(this.#core);
    this.#shownTick = this.#tick;
  }

  #frameOf(key: number): number {
    return this.#key(key).frame;
  }

  #key(key: number) {
    const found = this.#film.reader.keys[key];
    if (found === undefined) throw new RangeError(`no key ${key}`);
    return found;
  }
}
