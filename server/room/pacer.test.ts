import { expect, test } from 'bun:test';
import { createVirtualClock } from '../sim/virtual-clock.ts';
import { CATCH_UP_TICKS_MAX, startPacer } from './pacer.ts';

const meters = () => ({ tickLagMs: 0, catchUpTicks: 0, slippedTicks: 0 });

test('3,600 ticks a minute, without drift, whatever the timers add', () => {
  const clock = createVirtualClock(0);
  // A timer that is up to 3 ms late, as real ones are.
  let calls = 0;
  const sloppy = {
    ...clock,
    after: (delayMs: number, task: () => void) => clock.after(delayMs + (calls++ % 4), task),
  };
  let ticks = 0;
  const pacer = startPacer(
    sloppy,
    meters(),
    () => void ticks++,
    () => {},
  );
  clock.advance(60_000);
  pacer.stop();
  expect(ticks).toBeGreaterThanOrEqual(3600);
  expect(ticks).toBeLessThanOrEqual(3601);
});

test('a hang is caught up with up to a bound, and what is beyond it slips and is counted', () => {
  const clock = createVirtualClock(0);
  const seen = meters();
  let ticks = 0;
  let hangs = true;
  const pacer = startPacer(
    clock,
    seen,
    () => {
      ticks++;
      if (ticks === 10 && hangs) {
        hangs = false;
        clock.advance(1000);
      }
    },
    () => {},
  );
  clock.advance(2000);
  pacer.stop();
  expect(seen.slippedTicks).toBeGreaterThanOrEqual(60 - 2 * (CATCH_UP_TICKS_MAX + 1));
  expect(ticks + seen.slippedTicks).toBeGreaterThanOrEqual(119);
  expect(ticks + seen.slippedTicks).toBeLessThanOrEqual(121);
});

test('behind a tick that was long the sockets are read before the next', () => {
  const clock = createVirtualClock(0);
  let hungMs = 0;
  const hanging = { ...clock, nowMs: () => clock.nowMs() + hungMs };
  const seen: string[] = [];
  const pacer = startPacer(
    hanging,
    meters(),
    () => {
      const isLong = seen.length < 12 && seen.length % 4 === 0;
      seen.push(isLong ? 'frame' : 'tick');
      if (!isLong) return;
      hungMs += 60;
      clock.after(0, () => seen.push('sockets'));
    },
    () => {},
  );
  clock.advance(100);
  pacer.stop();
  const round = ['frame', 'sockets', 'tick', 'tick'];
  expect(seen.slice(0, 12)).toEqual([...round, ...round, ...round]);
});

test('nothing runs after stop', () => {
  const clock = createVirtualClock(0);
  let ticks = 0;
  const pacer = startPacer(
    clock,
    meters(),
    () => void ticks++,
    () => {},
  );
  clock.advance(100);
  pacer.stop();
  const before = ticks;
  clock.advance(1000);
  expect(ticks).toBe(before);
});
