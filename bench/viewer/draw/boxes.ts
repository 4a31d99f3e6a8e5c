import type { Boxes } from '../../../core-wasm/host/debug-view.ts';
import { addSegment, commitSegments, reserveSegments, type Segments } from './segments.ts';

const EDGES = 12;

/** The twelve edges of each box. */
export function drawBoxes(segments: Segments, { count, lows, highs }: Boxes): void {
  reserveSegments(segments, count * EDGES);
  for (let i = 0; i < count; i++) {
    const [x0, y0, z0] = lows.subarray(i * 3, i * 3 + 3) as unknown as Vector;
    const [x1, y1, z1] = highs.subarray(i * 3, i * 3 + 3) as unknown as Vector;
    for (const y of [y0, y1]) {
      addSegment(segments, x0, y, z0, x1, y, z0);
      addSegment(segments, x1, y, z0, x1, y, z1);
      addSegment(segments, x1, y, z1, x0, y, z1);
      addSegment(segments, x0, y, z1, x0, y, z0);
    }
    addSegment(segments, x0, y0, z0, x0, y1, z0);
    addSegment(segments, x1, y0, z0, x1, y1, z0);
    addSegment(segments, x1, y0, z1, x1, y1, z1);
    addSegment(segments, x0, y0, z1, x0, y1, z1);
  }
  commitSegments(segments);
}

type Vector = readonly [number, number, number];
