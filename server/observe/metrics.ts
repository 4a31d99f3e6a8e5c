import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Meters } from './meters.ts';
import {
  type CountedName,
  type HistogramName,
  type LabelsOf,
  METRICS,
  type MetricSpec,
  type ReadMetric,
} from './metric-table.ts';
import { sampleRuntime } from './runtime-sample.ts';

export interface Metrics {
  increment<N extends CountedName>(name: N, labels: LabelsOf<N>): void;
  observe<N extends HistogramName>(name: N, seconds: number, labels: LabelsOf<N>): void;
  /** One tick's duration, into the histogram and the window of recent ones. */
  observeTick(durationMs: number): void;
  /** The text that Prometheus scrapes, of type `contentType`. */
  render(): Promise<string>;
  readonly contentType: string;
}

/** Registers every metric of the table in a registry of its own. */
export function createMetrics(meters: Meters): Metrics {
  const registry = new Registry();
  const counters = new Map<string, Counter>();
  const histograms = new Map<string, Histogram>();
  let runtime = sampleRuntime();

  for (const [name, spec] of Object.entries<MetricSpec>(METRICS)) {
    const common = { name, help: spec.help, registers: [registry] };
    if (spec.type === 'histogram') {
      const { labels: labelNames, buckets } = spec;
      const histogram = new Histogram({ ...common, labelNames, buckets: [...buckets] });
      histograms.set(name, histogram);
    } else if ('read' in spec) registerRead(common, spec, () => spec.read(meters, runtime));
    else counters.set(name, new Counter({ ...common, labelNames: spec.labels }));
  }

  const tickDuration = histograms.get('spacetime_tick_duration_seconds');
  return {
    contentType: registry.contentType,
    increment: (name, labels) => counters.get(name)?.inc({ ...labels }),
    observe: (name, seconds, labels) => histograms.get(name)?.observe({ ...labels }, seconds),
    observeTick(durationMs) {
      tickDuration?.observe(durationMs / 1000);
      meters.recentTicks.record(durationMs);
    },
    render() {
      runtime = sampleRuntime();
      return registry.metrics();
    },
  };
}

interface Registration {
  readonly name: string;
  readonly help: string;
  readonly registers: Registry[];
}

/** A metric that is set anew from its source at each scrape. */
function registerRead(
  common: Registration,
  spec: ReadMetric,
  read: () => ReturnType<ReadMetric['read']>,
): void {
  const labelNames = spec.label === undefined ? [] : [spec.label];
  const write = (set: (value: number, labels: Record<string, string>) => void): void => {
    const reading = read();
    if (typeof reading === 'number') set(reading, {});
    else for (const [label, value] of reading) set(value, { [spec.label ?? '']: label });
  };
  if (spec.type === 'gauge') {
    const gauge = new Gauge({
      ...common,
      labelNames,
      collect: () => write((value, labels) => gauge.set(labels, value)),
    });
    return;
  }
  const counter = new Counter({
    ...common,
    labelNames,
    collect() {
      counter.reset();
      write((value, labels) => counter.inc(labels, value));
    },
  });
}
