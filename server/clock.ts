import type { Clock } from './ports.ts';

/** The machine's own time. Every other module asks a `Clock`. */
export function createClock(): Clock {
  return {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    after(delayMs, task) {
      const timer = setTimeout(task, delayMs);
      return () => clearTimeout(timer);
    },
  };
}
