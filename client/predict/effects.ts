import type { TickEvent } from '../../core-wasm/host/events.ts';
import { HORIZON_TICKS } from './history.ts';

/** What is to be heard, seen or felt once: a tick, and what the core told of it. */
export interface Effect extends TickEvent {
  readonly tick: number;
}

/** Ticks that are remembered: no rollback goes back further, with a whole second to spare. */
const SLOTS = 128;
/** A better guess may have the same thing happen some ticks earlier or later; it is still one. */
const SHIFT_TICKS_MAX = 6;
/** While nobody takes them the oldest are dropped: what was not heard at once is no effect. */
const WAITING_MAX = 64;
if (SLOTS < HORIZON_TICKS + 2 * SHIFT_TICKS_MAX) throw new Error('a rollback is never forgotten');

const EVERYBODY = () => true;

interface Told extends TickEvent {
  /** Whether the newest computation of the tick still has it. */
  stands: boolean;
}

interface Slot {
  tick: number;
  told: Told[];
}

/**
 * One-shot effects across rollbacks. A tick that is computed again tells its events again, and may
 * tell others; each is handed out the first time alone, by tick, entity, other and kind. What a
 * rollback takes back has been heard already: it stays told, so that the next guess to bring it
 * back is silent, and what comes in its place within a rollback's depth is taken for it.
 */
export class Effects {
  readonly #slots: Slot[] = Array.from({ length: SLOTS }, () => ({ tick: -1, told: [] }));
  #waiting: Effect[] = [];

  /**
   * The core has just made the tick before `tickAfter`, for the first time or again. Of whom it has
   * not computed, what was told before stands.
   */
  note(
    tickAfter: number,
    events: readonly TickEvent[],
    wasComputed: (entity: number) => boolean = EVERYBODY,
  ): void {
    const tick = tickAfter - 1;
    const slot = this.#slots[tick % SLOTS] as Slot;
    if (slot.tick !== tick) {
      slot.tick = tick;
      slot.told = [];
    }
    if (events.length === 0 && slot.told.length === 0) return;
    for (const told of slot.told) {
      if (wasComputed(told.entity) || wasComputed(told.other)) told.stands = false;
    }
    for (const event of events) this.#noteOne(slot, event);
  }

  /** What has not been handed out yet, oldest first as it was told. */
  take(): Effect[] {
    const taken = this.#waiting;
    this.#waiting = [];
    return taken;
  }

  /** Another world begins: nothing of the old one is to be heard. */
  clear(): void {
    for (const slot of this.#slots) slot.tick = -1;
    this.#waiting = [];
  }

  #noteOne(slot: Slot, event: TickEvent): void {
    const known = slot.told.find((told) => !told.stands && isSame(told, event));
    if (known !== undefined) {
      known.stands = true;
      return;
    }
    const isNew = !this.#takeShifted(slot.tick, event);
    slot.told.push({ ...event, stands: true });
    if (!isNew) return;
    this.#waiting.push({ ...event, tick: slot.tick });
    if (this.#waiting.length > WAITING_MAX) this.#waiting.shift();
  }

  /** Whether the same was told of a tick close by that has it no longer; it is moved from there. */
  #takeShifted(tick: number, event: TickEvent): boolean {
    for (let away = 1; away <= SHIFT_TICKS_MAX; away++) {
      for (const other of [tick - away, tick + away]) {
        const slot = this.#slots[(other + SLOTS) % SLOTS] as Slot;
        if (slot.tick !== other) continue;
        // What is told of later ticks is from before: they are about to be computed again.
        const at = slot.told.findIndex(
          (told) => (other > tick || !told.stands) && isSame(told, event),
        );
        if (at < 0) continue;
        slot.told.splice(at, 1);
        return true;
      }
    }
    return false;
  }
}

function isSame(a: TickEvent, b: TickEvent): boolean {
  return a.kind === b.kind && a.entity === b.entity && a.other === b.other;
}
