import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { STEP_STAGES } from '../../core-wasm/host/stages.ts';
import { createClock } from '../clock.ts';
import { createDurationWindow } from './duration-window.ts';
import { countBy, countClose, createMeters } from './meters.ts';
import { METRICS, type MetricSpec } from './metric-table.ts';
import { createMetrics } from './metrics.ts';

/** The samples of a scrape, by name with labels. */
function parse(text: string): Map<string, number> {
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

describe('metrics', () => {
  test('every metric of the table is announced with its type and help', async () => {
    const text = await createMetrics(createMeters()).render();
    for (const [name, spec] of Object.entries<MetricSpec>(METRICS)) {
      expect(text).toContain(`# HELP ${name} ${spec.help}\n# TYPE ${name} ${spec.type}\n`);
    }
  });

  test('names say their unit as Prometheus wants it', () => {
    for (const [name, spec] of Object.entries<MetricSpec>(METRICS)) {
      expect(name).toMatch(/^(spacetime|http|process)_[a-z_]+$/);
      expect(name.endsWith('_total')).toBe(spec.type === 'counter');
      if (spec.type === 'histogram') expect(name).toEndWith('_seconds');
      expect(spec.help).toEndWith('.');
    }
  });

  test('meters are read at each scrape', async () => {
    const meters = createMeters();
    const metrics = createMetrics(meters);
    meters.ticks = 7;
    meters.bytesOut = 5_000_000_000;
    meters.links.playing = 3;
    meters.tickLagMs = 4;
    meters.journalState = 'behind';
    countClose(meters, 1001);
    countClose(meters, 1001);
    countClose(meters, 3999);
    countBy(meters.malformedByFault, 3);
    for (let scrape = 0; scrape < 2; scrape++) {
      const samples = parse(await metrics.render());
      expect(samples.get('spacetime_ticks_total')).toBe(7);
      expect(samples.get('spacetime_bytes_out_total')).toBe(5_000_000_000);
      expect(samples.get('spacetime_links{state="playing"}')).toBe(3);
      expect(samples.get('spacetime_tick_lag_seconds')).toBe(0.004);
      expect(samples.get('spacetime_journal_state{state="behind"}')).toBe(1);
      expect(samples.get('spacetime_journal_state{state="ok"}')).toBe(0);
      expect(samples.get('spacetime_link_closes_total{code="1001"}')).toBe(2);
      expect(samples.get('spacetime_link_closes_total{code="other"}')).toBe(1);
      expect(samples.get('spacetime_malformed_total{fault="3"}')).toBe(1);
    }
    meters.ticks = 9;
    expect(parse(await metrics.render()).get('spacetime_ticks_total')).toBe(9);
  });

  test('every stage of the step has its time and the ticks that it is the time of', async () => {
    const meters = createMeters();
    const metrics = createMetrics(meters);
    meters.timedTicks = 2;
    meters.stageMs.forEach((_, stage) => {
      meters.stageMs[stage] = stage + 0.5;
    });
    const samples = parse(await metrics.render());
    expect(samples.get('spacetime_step_timed_ticks_total')).toBe(2);
    for (const [index, stage] of STEP_STAGES.entries()) {
      const name = `spacetime_step_stage_seconds_total{stage="${stage}"}`;
      expect(samples.get(name)).toBeCloseTo((index + 0.5) / 1000, 9);
    }
  });

  test('a client cannot make labels by closing with odd numbers', () => {
    const meters = createMeters();
    for (let code = 3000; code < 5000; code++) countClose(meters, code);
    expect(meters.closesByCode.size).toBeLessThan(15);
  });

  test('ticks show in the histogram and exactly in the recent window', async () => {
    const metrics = createMetrics(createMeters());
    for (let tick = 1; tick <= 100; tick++) metrics.observeTick(tick / 10);
    const samples = parse(await metrics.render());
    expect(samples.get('spacetime_tick_duration_seconds_count')).toBe(100);
    expect(samples.get('spacetime_tick_duration_seconds_bucket{le="0.004"}')).toBe(40);
    const recent = 'spacetime_tick_duration_recent_seconds';
    expect(samples.get(`${recent}{quantile="0.99"}`)).toBeCloseTo(0.0099, 6);
    expect(samples.get(`${recent}{quantile="1"}`)).toBeCloseTo(0.01, 6);
  });

  test('labelled counters and histograms count', async () => {
    const metrics = createMetrics(createMeters());
    const labels = { method: 'GET', route: '/health', status: '200' };
    metrics.increment('http_requests_total', labels);
    metrics.increment('http_requests_total', labels);
    metrics.observe('http_request_duration_seconds', 0.002, { route: '/health' });
    const samples = parse(await metrics.render());
    const name = 'http_requests_total{method="GET",route="/health",status="200"}';
    expect(samples.get(name)).toBe(2);
    const sum = 'http_request_duration_seconds_sum{route="/health"}';
    expect(samples.get(sum)).toBeCloseTo(0.002);
  });

  test('the runtime’s own figures are alive on this runtime', async () => {
    const metrics = createMetrics(createMeters());
    const before = parse(await metrics.render());
    const clock = createClock();
    const untilMs = clock.nowMs() + 50;
    let work = 0;
    while (clock.nowMs() < untilMs) work += Math.sqrt(work + 1);
    Bun.gc(true);
    const after = parse(await metrics.render());
    const cpu = 'process_cpu_seconds_total';
    expect((after.get(cpu) ?? 0) - (before.get(cpu) ?? 0)).toBeGreaterThan(0.02);
    expect(after.get('process_resident_memory_bytes')).toBeGreaterThan(10 * 1024 * 1024);
    expect(after.get('spacetime_heap_used_bytes')).toBeGreaterThan(1024 * 1024);
    expect(after.get('process_open_fds')).toBeGreaterThan(3);
    expect(after.get('process_uptime_seconds')).toBeGreaterThan(0);
  });
});

describe('the duration window', () => {
  test('law: its quantiles are those of the last durations by nearest rank', () => {
    const durations = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(durations, fc.constantFrom(0, 0.1, 0.5, 0.9, 0.99, 1), (all, q) => {
        const window = createDurationWindow(20);
        for (const duration of all) window.record(duration);
        const sorted = all.slice(-20).sort((a, b) => a - b);
        const expected = sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? -1;
        expect(window.quantiles([q])).toEqual([expected]);
      }),
    );
  });

  test('is 0 while empty', () => {
    expect(createDurationWindow(5).quantiles([0.5, 1])).toEqual([0, 0]);
  });
});
