import type { Clock } from '../ports.ts';

/** Tells when a message arrived that is read now. */
export interface ArrivalTime {
  /** What waited while the newest frame was made counts as arrived then, ms; NaN: none waits. */
  heldMs: number;
}

export function createArrivalTime(): ArrivalTime {
  return { heldMs: Number.NaN };
}

/**
 * The loop was busy since `beganMs`: whatever it reads in its next turn came at some time in
 * between, and halfway is the least wrong. Read times would do for few clients; with a thousand
 * a frame takes a third of its time to make, so an input that waited would look late by that,
 * its sender would send earlier still, and all would meet where the next frame is made.
 */
export function noteBusy(arrival: ArrivalTime, clock: Clock, beganMs: number): void {
  arrival.heldMs = (beganMs + clock.nowMs()) / 2;
  // Timers come behind the sockets that were readable before: just these have waited.
  clock.after(0, () => {
    arrival.heldMs = Number.NaN;
  });
}

/** What reading one input takes, ms. */
const READING_MS = 0.006;
/** A share of a frame that may pass between the first and the last input. */
const TURNS_MAX_MS = 16;
const GOLDEN_RATIO = 0.618034;

/**
 * How much earlier than the last of them an input of link `id` shall come, ms. All clients aim at
 * the frame's end; were their inputs to come at once, each would wait for all others, differently
 * every time, and all would take that for jitter. Multiples of the golden ratio lie evenly,
 * however many there are.
 */
export function turnMs(id: number, players: number): number {
  return ((id * GOLDEN_RATIO) % 1) * Math.min(players * READING_MS, TURNS_MAX_MS);
}

/** When what is read at `nowMs` arrived, ms. */
export function arrivedAtMs(arrival: ArrivalTime, nowMs: number): number {
  return Number.isNaN(arrival.heldMs) ? nowMs : arrival.heldMs;
}
