import { readFileSync } from 'node:fs';
import type { SceneTraces } from './scene-trace.ts';
import type { Trace } from './trace.ts';

/** The traces that every engine must make; `refresh-golden.ts` writes them anew, on purpose. */
export const GOLDEN_FILE = new URL('./golden.json', import.meta.url);
export const GOLDEN_SCENES_FILE = new URL('./golden-scenes.json', import.meta.url);

export function golden(): Trace {
  return JSON.parse(readFileSync(GOLDEN_FILE, 'utf8')) as Trace;
}

export function goldenScenes(): SceneTraces {
  return JSON.parse(readFileSync(GOLDEN_SCENES_FILE, 'utf8')) as SceneTraces;
}
