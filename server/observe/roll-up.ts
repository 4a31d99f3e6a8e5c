import type { Books, Clock, MetricAggregate } from '../ports.ts';
import type { Meters } from './meters.ts';
import { METRICS, type MetricSpec } from './metric-table.ts';
import { type RuntimeSample, sampleRuntime } from './runtime-sample.ts';

export const ROLL_UP_SAMPLE_MS = 5000;
const MINUTE_MS = 60_000;

export interface RollUpOptions {
  readonly books: Pick<Books, 'addMetrics'>;
  readonly clock: Clock;
  readonly meters: Meters;
  readonly region: number;
  /** A minute that the store did not take is lost: Prometheus has it, here it is a gap. */
  readonly onLost: (cause: string) => void;
  readonly sample?: () => RuntimeSample;
}

type Sums = { -readonly [K in keyof MetricAggregate]: MetricAggregate[K] };

/**
 * Samples every metric of the table that is read from the meters, and writes each minute what it
 * was: for the months that Prometheus does not keep. A counter counts as its increase a second.
 */
export function startRollUp(options: RollUpOptions): { stop(): void } {
  const { books, clock, meters, region, onLost, sample = sampleRuntime } = options;
  const sums = new Map<string, Sums>();
  const before = new Map<string, number>();
  let sampledMs = Number.NaN;
  let minuteMs = minuteOf(clock.wallMs());
  let cancel: () => void = () => {};

  function take(): void {
    const nowMs = clock.nowMs();
    const seconds = (nowMs - sampledMs) / 1000;
    sampledMs = nowMs;
    const runtime = sample();
    for (const [metric, label, isCounter, value] of readings(meters, runtime)) {
      const key = `${metric}\n${label}`;
      if (!isCounter) add(key, metric, label, value);
      else {
        const last = before.get(key) ?? (Number.isNaN(seconds) ? undefined : 0);
        if (last !== undefined) add(key, metric, label, (value - last) / seconds);
        before.set(key, value);
      }
    }
  }

  function add(key: string, metric: string, label: string, value: number): void {
    const sum = sums.get(key);
    if (sum === undefined) {
      sums.set(key, { metric, label, samples: 1, sum: value, min: value, max: value });
      return;
    }
    sum.samples++;
    sum.sum += value;
    sum.min = Math.min(sum.min, value);
    sum.max = Math.max(sum.max, value);
  }

  async function flush(): Promise<void> {
    const aggregates = [...sums.values()];
    sums.clear();
    if (aggregates.length === 0) return;
    const outcome = await books.addMetrics(region, minuteMs, aggregates);
    if (outcome.kind === 'unavailable') onLost(outcome.cause);
  }

  function schedule(): void {
    cancel = clock.after(ROLL_UP_SAMPLE_MS, () => {
      schedule();
      const minute = minuteOf(clock.wallMs());
      if (minute !== minuteMs) {
        void flush();
        minuteMs = minute;
      }
      take();
    });
  }
  take();
  schedule();
  return { stop: () => cancel() };
}

function minuteOf(wallMs: number): number {
  return Math.floor(wallMs / MINUTE_MS) * MINUTE_MS;
}

function* readings(
  meters: Meters,
  runtime: RuntimeSample,
): Generator<readonly [metric: string, label: string, isCounter: boolean, value: number]> {
  for (const [metric, spec] of Object.entries<MetricSpec>(METRICS)) {
    if (!('read' in spec)) continue;
    const reading = spec.read(meters, runtime);
    const isCounter = spec.type === 'counter';
    const pairs = typeof reading === 'number' ? [['', reading] as const] : reading;
    for (const [label, value] of pairs) {
      if (Number.isFinite(value)) yield [metric, label, isCounter, value];
    }
  }
}
