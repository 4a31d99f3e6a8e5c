import type { Core } from '../../host/core.ts';
import { seeded } from '../random.ts';
import { type BubbleOptions, type BubbleReport, followBubble } from './bubble.ts';

/** One random world of at most 400 bodies, most smaller, and its partial world. */
export function followWorld(
  [whole, part]: readonly [Core, Core],
  seed: number,
  ticks: number,
  options: Partial<BubbleOptions> = {},
): BubbleReport {
  const random = seeded(seed);
  const bodiesMax = Math.max(20, Math.round(400 * random() * random()));
  return followBubble(whole, part, random, { ticks, bodiesMax, ...options });
}
