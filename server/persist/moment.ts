import { FRAME_DURATION_MS, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import type { CheckpointMark } from '../ports.ts';

/** A point of a world's history, as people name it. */
export type Moment =
  | { readonly kind: 'tick'; readonly tick: number }
  /** Milliseconds since the Unix epoch. */
  | { readonly kind: 'time'; readonly ms: number };

/** A tick's number, or a date and time that `Date.parse` takes; null for anything else. */
export function parseMoment(text: string): Moment | null {
  if (/^\d{1,12}$/.test(text)) return { kind: 'tick', tick: Number(text) };
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? null : { kind: 'time', ms };
}

type Mark = Pick<CheckpointMark, 'frame' | 'takenMs'>;

/**
 * The tick that a server had reached at `ms`: counted from the last mark before it, at most to the
 * next one, since the world stood still in between when it did not get further. Null before the
 * first mark. `marks`: oldest first, those without a state among them.
 */
export function tickAt(marks: readonly Mark[], ms: number): number | null {
  const next = marks.findIndex(({ takenMs }) => takenMs > ms);
  const before = marks[(next < 0 ? marks.length : next) - 1];
  if (before === undefined) return null;
  const frames = Math.floor((ms - before.takenMs) / FRAME_DURATION_MS);
  const end = next < 0 ? Number.POSITIVE_INFINITY : (marks[next] as Mark).frame;
  return Math.min(before.frame + frames, end) * TICKS_PER_FRAME;
}

/** When a frame was played, ms since the Unix epoch; null when it was before the first mark. */
export function timeOf(marks: readonly Mark[], frame: number): number | null {
  const next = marks.findIndex((mark) => mark.frame > frame);
  const before = marks[(next < 0 ? marks.length : next) - 1];
  if (before === undefined) return null;
  const ms = before.takenMs + (frame - before.frame) * FRAME_DURATION_MS;
  return next < 0 ? ms : Math.min(ms, (marks[next] as Mark).takenMs);
}
