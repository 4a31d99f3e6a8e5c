import { readdirSync, readFileSync } from 'node:fs';

/** Of the kernel's clock in /proc, on every Linux that Bun runs on. */
const CLOCK_HZ = 100;

interface Stat {
  readonly parent: number;
  /** Own time in user and kernel mode, and that of children that ended. */
  readonly seconds: number;
}

/**
 * CPU seconds that a process and all that it started have used: the server's database works for
 * the server. Null where there is no /proc, or no such process.
 */
export function cpuSecondsOf(pid: number): number | null {
  const stats = readStats();
  if (!stats.has(pid)) return null;
  const isWithin = (one: number): boolean => {
    const parent = stats.get(one)?.parent;
    return one === pid || (parent !== undefined && isWithin(parent));
  };
  let seconds = 0;
  for (const [one, stat] of stats) if (isWithin(one)) seconds += stat.seconds;
  return seconds;
}

/** Seconds that all cores were busy since the machine started; null where there is no /proc. */
export function machineCpuSeconds(): number | null {
  try {
    return parseBusy(readFileSync('/proc/stat', 'utf8'));
  } catch {
    return null;
  }
}

/** proc(5): `cpu user nice system idle iowait irq softirq steal …`; steal is busy for us. */
export function parseBusy(page: string): number {
  const [, user, nice, system, , , irq, softirq, steal] = (page.split('\n', 1)[0] ?? '')
    .split(/\s+/)
    .map(Number);
  const ticks = [user, nice, system, irq, softirq, steal].reduce<number>(
    (sum, one) => sum + (one ?? 0),
    0,
  );
  return ticks / CLOCK_HZ;
}

function readStats(): Map<number, Stat> {
  const stats = new Map<number, Stat>();
  for (const name of entries()) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(name);
    if (stat !== null) stats.set(Number(name), stat);
  }
  return stats;
}

function entries(): string[] {
  try {
    return readdirSync('/proc');
  } catch {
    return [];
  }
}

function readStat(pid: string): Stat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // It ended between the listing and now.
    return null;
  }
}

/** proc(5): `pid (name) state ppid …`; fields 14 to 17 are utime, stime, cutime, cstime. */
export function parseStat(line: string): Stat {
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { parent: Number(fields[1]), seconds: ticks / CLOCK_HZ };
}
