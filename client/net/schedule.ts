/** Runs `task` once after `delayMs`; the returned function cancels it. */
export type Schedule = (delayMs: number, task: () => void) => () => void;

/** Runs `task` every `intervalMs` until the returned function is called. */
export function every(intervalMs: number, schedule: Schedule, task: () => void): () => void {
  let cancel = () => {};
  const next = () => {
    cancel = schedule(intervalMs, () => {
      task();
      next();
    });
  };
  next();
  return () => cancel();
}

export const browserSchedule: Schedule = (delayMs, task) => {
  const timer = setTimeout(task, delayMs);
  return () => clearTimeout(timer);
};
