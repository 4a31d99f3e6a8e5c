import { expect, test } from 'bun:test';
import type { MetricAggregate, StoreOutcome } from '../ports.ts';
import { createVirtualClock } from '../sim/virtual-clock.ts';
import { createMeters } from './meters.ts';
import { ROLL_UP_SAMPLE_MS, startRollUp } from './roll-up.ts';
import { sampleRuntime } from './runtime-sample.ts';

const MINUTE_MS = 60_000;
const START_MS = 1_700_000_040_000;

function start(outcome: StoreOutcome = { kind: 'committed' }) {
  const clock = createVirtualClock(START_MS);
  const meters = createMeters();
  const minutes: { minuteMs: number; aggregates: readonly MetricAggregate[] }[] = [];
  const lost: string[] = [];
  const books = {
    async addMetrics(_region: number, minuteMs: number, aggregates: readonly MetricAggregate[]) {
      minutes.push({ minuteMs, aggregates });
      return outcome;
    },
  };
  const runtime = sampleRuntime();
  const rollUp = startRollUp({
    ...{ books, clock, meters, region: 1 },
    onLost: (cause) => lost.push(cause),
    sample: () => runtime,
  });
  return { clock, meters, minutes, lost, rollUp };
}

test('a minute has a gauge’s extremes and mean, and a counter’s increase a second', () => {
  const { clock, meters, minutes, rollUp } = start();
  expect(START_MS % MINUTE_MS).toBe(0);
  for (let sample = 1; sample <= MINUTE_MS / ROLL_UP_SAMPLE_MS; sample++) {
    meters.players = sample % 2 === 0 ? 10 : 30;
    meters.ticks += 300;
    if (sample === 3) meters.closesByCode.set('4003', 5);
    clock.advance(ROLL_UP_SAMPLE_MS);
  }
  rollUp.stop();
  expect(minutes).toHaveLength(1);
  expect(minutes[0]?.minuteMs).toBe(START_MS);
  const of = (metric: string) => minutes[0]?.aggregates.find((each) => each.metric === metric);
  const players = of('spacetime_players');
  expect(players).toMatchObject({ label: '', min: 0, max: 30 });
  expect((players?.sum ?? 0) / (players?.samples ?? 1)).toBeGreaterThan(15);
  expect(of('spacetime_ticks_total')).toMatchObject({ min: 60, max: 60 });
  // A label that was not there before began at 0.
  expect(of('spacetime_link_closes_total')).toMatchObject({ label: '4003', max: 1, min: 0 });
});

test('a minute that the store does not take is a gap and is told', async () => {
  const { clock, minutes, lost, rollUp } = start({ kind: 'unavailable', cause: 'away' });
  clock.advance(2 * MINUTE_MS);
  rollUp.stop();
  await new Promise((resolve) => setImmediate(resolve));
  expect(minutes.map(({ minuteMs }) => minuteMs)).toEqual([START_MS, START_MS + MINUTE_MS]);
  expect(lost).toEqual(['away', 'away']);
});
