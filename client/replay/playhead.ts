import { TICK_RATE_HZ, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';

/** How fast a film may run; 1 is as fast as it was. */
export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8, 16] as const;

/** Where in a film the picture is, and whether it goes on by itself. */
export interface Playhead {
  /** Ticks of the film, with their fraction. */
  time: number;
  readonly length: number;
  playing: boolean;
  speed: number;
}

export function createPlayhead(length: number): Playhead {
  return { time: 0, length, playing: true, speed: 1 };
}

/** So much later on the clock on the wall. `isThere`: what the playhead shows has been computed. */
export function advance(head: Playhead, elapsedMs: number, isThere: boolean): void {
  // Who waits for the world does not run away from it: what he would show is far off already.
  if (!head.playing || !isThere) return;
  head.time = Math.min(head.length, head.time + (elapsedMs * head.speed * TICK_RATE_HZ) / 1000);
  if (head.time === head.length) head.playing = false;
}

/** Plays on, or stops; at the end it begins anew. */
export function togglePlay(head: Playhead): void {
  head.playing = !head.playing;
  if (head.playing && head.time >= head.length) head.time = 0;
}

/** To a tick of the film, whatever lies between. */
export function seekTo(head: Playhead, tick: number): void {
  head.time = Math.max(0, Math.min(head.length, tick));
}

/** Stops at the beginning of the next frame, or of the one before for −1. */
export function stepFrame(head: Playhead, frames: 1 | -1): void {
  head.playing = false;
  const frame = head.time / TICKS_PER_FRAME;
  const next = frames > 0 ? Math.floor(frame) + 1 : Math.ceil(frame) - 1;
  seekTo(head, next * TICKS_PER_FRAME);
}

/** The tick that must be computed for what is shown, and how far the picture is towards it, 0…1. */
export function shownAt({ time }: Playhead): { readonly tick: number; readonly alpha: number } {
  const tick = Math.ceil(time);
  return { tick, alpha: 1 - (tick - time) };
}

/** Minutes and seconds, hundredths included, that so many ticks last. */
export function clockText(ticks: number): string {
  const hundredths = Math.floor((ticks * 100) / TICK_RATE_HZ);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const seconds = Math.floor(hundredths / 100);
  return `${Math.floor(seconds / 60)}:${pad(seconds % 60)}.${pad(hundredths % 100)}`;
}
