import { readdirSync } from 'node:fs';

/** What the process takes of its machine, at one moment. */
export interface RuntimeSample {
  readonly rssBytes: number;
  /** Under Bun as of the last collection, and with the whole reserved memory of the core. */
  readonly heapUsedBytes: number;
  readonly cpuUserSeconds: number;
  readonly cpuSystemSeconds: number;
  readonly uptimeSeconds: number;
  /** Sockets included; 0 where the system does not tell. */
  readonly openFiles: number;
}

const MICROSECONDS_PER_SECOND = 1_000_000;

/**
 * Reads what both runtimes tell in microseconds. Rejected: prom-client's default metrics, whose
 * event-loop, handle and collector figures are stubs that stay 0 under Bun, and `heapStats` of
 * `bun:jsc`, which walks the heap for 26 ms of the tick loop's thread.
 */
export function sampleRuntime(): RuntimeSample {
  const memory = process.memoryUsage();
  const cpu = process.cpuUsage();
  return {
    rssBytes: memory.rss,
    heapUsedBytes: memory.heapUsed,
    cpuUserSeconds: cpu.user / MICROSECONDS_PER_SECOND,
    cpuSystemSeconds: cpu.system / MICROSECONDS_PER_SECOND,
    uptimeSeconds: process.uptime(),
    openFiles: countOpenFiles(),
  };
}

function countOpenFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}
