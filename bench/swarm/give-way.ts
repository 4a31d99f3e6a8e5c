import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

const NICE = 10;

/**
 * Lets other threads have the core first from here on. Linux keeps a priority for each thread and
 * takes its id where others take a process's; elsewhere nothing happens.
 */
export function giveWay(): void {
  try {
    const thread = readlinkSync('/proc/thread-self').split('/').at(-1);
    setPriority(Number(thread), NICE);
  } catch {
    // No such system, or no such right: figures are a little worse, not wrong.
  }
}
