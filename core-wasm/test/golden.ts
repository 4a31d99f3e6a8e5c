import { readFileSync } from 'node:fs';
import type { Trace } from './trace.ts';

/** The trace that every engine must make; `refresh-golden.ts` writes it anew, on purpose. */
export const GOLDEN_FILE = new URL('./golden.json', import.meta.url);

export function golden(): Trace {
  return JSON.parse(readFileSync(GOLDEN_FILE, 'utf8')) as Trace;
}
