/** What thinning looks at. */
export interface Taken {
  readonly frame: number;
  /** Milliseconds since the Unix epoch. */
  readonly takenMs: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAILY_FOR_MS = 30 * DAY_MS;

/** Days for which any tick can be restored, unless the operator says otherwise. */
export const JOURNAL_DAYS = 30;

export function daysToMs(days: number): number {
  return days * DAY_MS;
}

/**
 * The number of a month (UTC), counted from some March: the calendar of "days_from_civil" (Hinnant,
 * "chrono-compatible low-level date algorithms"), as far as months need it.
 */
function monthOf(ms: number): number {
  const days = Math.floor(ms / DAY_MS) + 719_468;
  const era = Math.floor(days / 146_097);
  const day = days - era * 146_097;
  const leaps = Math.floor(day / 1460) - Math.floor(day / 36_524) + Math.floor(day / 146_096);
  const year = Math.floor((day - leaps) / 365);
  const ofYear = day - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  return (era * 400 + year) * 12 + Math.floor((5 * ofYear + 2) / 153);
}

const PERIODS = ['hour', 'day', 'month'] as const;
type Period = (typeof PERIODS)[number];

/** Names the hour, day or month of a time. */
function periodName(period: Period, ms: number): string {
  if (period === 'month') return `month ${monthOf(ms)}`;
  return `${period} ${Math.floor(ms / (period === 'hour' ? HOUR_MS : DAY_MS))}`;
}

/** Of which period one checkpoint of that age is kept; null: all are kept. */
function periodAt(ageMs: number): Period | null {
  if (ageMs <= HOUR_MS) return null;
  return ageMs <= DAY_MS ? 'hour' : ageMs <= DAILY_FOR_MS ? 'day' : 'month';
}

/**
 * Those that are the first of their period. All compete for it, also those for which longer periods
 * count by now: else a checkpoint that was thinned would be missed once an older one aged.
 */
function firstOfPeriods(
  sorted: readonly Taken[],
  ageOf: (taken: Taken) => number,
): readonly Taken[] {
  const seen = new Set<string>();
  return sorted.filter((taken) => {
    const { takenMs } = taken;
    const period = periodAt(ageOf(taken));
    const isFirst = period === null || !seen.has(periodName(period, takenMs));
    for (const each of PERIODS) seen.add(periodName(each, takenMs));
    return isFirst;
  });
}

export interface Retention {
  /** Frames whose states stay. */
  readonly kept: ReadonlySet<number>;
  /**
   * The newest kept checkpoint that is as old as the journal has to reach: nothing before it is
   * needed to restore any younger tick. Null while there is none.
   */
  readonly anchorFrame: number | null;
}

/**
 * Which checkpoints stay: all of the last hour, the first of each hour for a day, of each day for
 * 30 days, of each month (UTC) for ever; the newest, and the one that the journal begins behind.
 * The first of a month is the first of its day and of its hour, so that what is needed later was
 * never thinned before: to thin each minute or once a year comes to the same.
 */
export function retain(taken: readonly Taken[], nowMs: number, journalMs: number): Retention {
  const sorted = [...taken].sort((a, b) => a.takenMs - b.takenMs || a.frame - b.frame);
  const kept = new Set(
    firstOfPeriods(sorted, ({ takenMs }) => nowMs - takenMs).map(({ frame }) => frame),
  );
  const newest = Math.max(...taken.map(({ frame }) => frame));
  if (taken.length > 0) kept.add(newest);
  // As of the moment when it became that old: what thinning left until then.
  const old = sorted.filter(({ takenMs }) => nowMs - takenMs >= journalMs);
  const anchor = firstOfPeriods(old, () => journalMs).at(-1);
  if (anchor !== undefined) kept.add(anchor.frame);
  return { kept, anchorFrame: anchor?.frame ?? null };
}
