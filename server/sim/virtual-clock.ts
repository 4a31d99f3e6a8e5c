import type { Clock } from '../ports.ts';

export interface VirtualClock extends Clock {
  /** Lets `durationMs` pass: runs every task that falls due, in order of time, then of asking. */
  advance(durationMs: number): void;
}

interface Task {
  readonly dueMs: number;
  readonly run: () => void;
}

/** Time that only moves when told to; starts at 0, on the wall at `wallStartMs`. */
export function createVirtualClock(wallStartMs: number): VirtualClock {
  let nowMs = 0;
  /** Sorted by due time; among equals the oldest stands first. */
  const tasks: Task[] = [];

  function after(delayMs: number, run: () => void): () => void {
    const task = { dueMs: nowMs + Math.max(0, delayMs), run };
    let index = tasks.length;
    while (index > 0 && (tasks[index - 1]?.dueMs ?? 0) > task.dueMs) index--;
    tasks.splice(index, 0, task);
    return () => {
      const at = tasks.indexOf(task);
      if (at >= 0) tasks.splice(at, 1);
    };
  }

  function advance(durationMs: number): void {
    const endMs = nowMs + durationMs;
    for (let task = tasks[0]; task !== undefined && task.dueMs <= endMs; task = tasks[0]) {
      tasks.shift();
      nowMs = task.dueMs;
      task.run();
    }
    nowMs = endMs;
  }

  return { nowMs: () => nowMs, wallMs: () => wallStartMs + Math.floor(nowMs), after, advance };
}
