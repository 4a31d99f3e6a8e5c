/** Calls things when they are due, to the millisecond, at no cost for those that are not. */
export interface Wheel<T> {
  /** Puts it where it comes up at `atMs`, or earlier when that is further away than a turn. */
  put(item: T, atMs: number): void;
  /** Takes out all that came up by `nowMs`, in the order of their slots. */
  turn(nowMs: number, take: (item: T) => void): void;
}

/** Slots of a millisecond; most bots are due within 50. */
const SLOTS = 128;

export function createWheel<T>(startMs: number): Wheel<T> {
  const slots: T[][] = Array.from({ length: SLOTS }, () => []);
  let doneMs = Math.floor(startMs);
  return {
    put(item, atMs) {
      const soonest = doneMs + 1;
      const slotMs = Math.min(Math.max(Math.ceil(atMs), soonest), doneMs + SLOTS - 1);
      slots[slotMs % SLOTS]?.push(item);
    },
    turn(nowMs, take) {
      const upTo = Math.floor(nowMs);
      // Whoever was held up for longer than a turn still finds every slot once.
      doneMs = Math.max(doneMs, upTo - SLOTS);
      while (doneMs < upTo) {
        const slot = ++doneMs % SLOTS;
        const due = slots[slot] as T[];
        if (due.length === 0) continue;
        slots[slot] = [];
        for (const item of due) take(item);
      }
    },
  };
}
