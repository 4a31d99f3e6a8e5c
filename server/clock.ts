import type { Clock } from './ports.ts';

/** The machine's own time. Every other module asks a `Clock`. */
export function createClock(): Clock {
  return {
    nowMs: () => performance.now(),
    wallMs: () => Date.now(),
    after(delayMs, task) {
      // What is overdue is due at once: Node and Bun warn of a time below zero.
      const timer = setTimeout(task, Math.max(0, delayMs));
      return () => clearTimeout(timer);
    },
  };
}
