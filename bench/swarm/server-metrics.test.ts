import { expect, test } from 'bun:test';
import { METRICS } from '../../server/observe/metric-table.ts';
import { cpuCores, parseMetrics, tickQuantileMs } from './server-metrics.ts';

function page(cpu: number, counts: readonly number[]): string {
  const edges = ['0.001', '0.002', '0.01', '+Inf'];
  return [
    '# HELP process_cpu_seconds_total CPU time, user and kernel.',
    `process_cpu_seconds_total ${cpu}`,
    'process_resident_memory_bytes 104857600',
    ...edges.map(
      (edge, i) => `spacetime_tick_duration_seconds_bucket{le="${edge}"} ${counts[i] as number}`,
    ),
    'spacetime_tick_duration_seconds_sum 12.5',
    'spacetime_slipped_ticks_total 3',
    'spacetime_players 7',
    'spacetime_links{state="live"} 5',
    'spacetime_links{state="stalled"} 1',
    'spacetime_links{state="spare"} 2',
    'spacetime_links_opened_total 24',
    'spacetime_spares_asked_total 4',
    'spacetime_link_closes_total{code="1000"} 11',
    'spacetime_link_closes_total{code="4000"} 3',
  ].join('\n');
}

test('figures are those of the interval, not of the whole run', () => {
  const before = parseMetrics(page(10, [0, 0, 1000, 1000]), 5_000);
  const after = parseMetrics(page(13, [50, 100, 1100, 1100]), 15_000);
  expect(cpuCores(before, after)).toBeCloseTo(0.3);
  expect(after.rssBytes).toBe(104857600);
  expect(tickQuantileMs(before, after, 0.5)).toBeCloseTo(1);
  expect(tickQuantileMs(before, after, 0.25)).toBeCloseTo(0.5);
  expect(tickQuantileMs(before, after, 1)).toBeCloseTo(2);
});

test('who is there, came and left, by the labels', () => {
  const counted = { slippedTicks: 3, players: 7, links: 6, linksOpened: 20, linksLeft: 11 };
  expect(parseMetrics(page(0, [0, 0, 0, 0]), 0)).toMatchObject(counted);
  expect(parseMetrics('spacetime_links_opened_total 0', 0).linksLeft).toBe(0);
});

test('in the open bucket the last edge is all that is known', () => {
  const none = parseMetrics(page(0, [0, 0, 0, 0]), 0);
  const slow = parseMetrics(page(0, [0, 0, 1, 100]), 1000);
  expect(tickQuantileMs(none, slow, 0.99)).toBe(10);
  expect(tickQuantileMs(none, none, 0.5)).toBeNull();
});

test('the metrics that are read exist', () => {
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'spacetime_tick_duration_seconds',
    'spacetime_slipped_ticks_total',
    'spacetime_players',
    'spacetime_links',
    'spacetime_links_opened_total',
    'spacetime_spares_asked_total',
    'spacetime_link_closes_total',
  ]) {
    expect(Object.keys(METRICS)).toContain(name);
  }
});
