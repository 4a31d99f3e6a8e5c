import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { CORRECTION_TICKS } from './correction.ts';
import { OwnLead } from './own-lead.ts';

const STEP = 0.66;
const IDLE = { moveX: 0, moveZ: 0, yaw: 0, pitch: 0, buttons: 0 };

/** The foot as drawn, for a display of 90 Hz, while the world waits from `from` to `to` ticks. */
function walk(speed: number, from: number, to: number, missed: number): number[] {
  const lead = new OwnLead();
  const drawn: number[] = [];
  for (let now = 0; now < 80; now += STEP) {
    const waits = now > from && now < to;
    const world = waits ? from : now;
    const foot = Float32Array.of(world * speed - (now >= to ? missed : 0), 0, 0);
    lead.steer(1 + Math.floor(now), { ...IDLE, moveX: Math.sign(speed) * 127 });
    const velocity = Float32Array.of(speed * 60, 0, 0);
    lead.update(
      { foot, velocity, tick: 2 + Math.floor(waits ? from : now) },
      waits ? now - from : 0,
      STEP,
    );
    drawn.push((foot[0] as number) + (lead.offset[0] as number));
  }
  return drawn;
}

test('law: who walks on evenly is shown walking on evenly, however long the world waits', () => {
  const speeds = fc.double({ min: -0.11, max: 0.11, noNaN: true });
  fc.assert(
    fc.property(speeds, fc.integer({ min: 1, max: 15 }), (speed, waitTicks) => {
      const drawn = walk(speed, 20, 20 + waitTicks, 0);
      drawn.forEach((x, i) => {
        expect(Math.abs(x - i * STEP * speed)).toBeLessThan(0.001);
      });
    }),
  );
});

test('a guess that was wrong is blended out in 100 ms, without a jump', () => {
  const drawn = walk(0.1, 20, 30, 0.3);
  for (let i = 1; i < drawn.length; i++) {
    const step = (drawn[i] as number) - (drawn[i - 1] as number);
    expect(Math.abs(step - STEP * 0.1)).toBeLessThan(0.3 * (2 / CORRECTION_TICKS) * STEP + 0.001);
  }
  const over = Math.ceil((30 + CORRECTION_TICKS + 2) / STEP);
  expect(drawn[over]).toBeCloseTo(over * STEP * 0.1 - 0.3, 4);
});

test('a world that waits for long stops the own foot too', () => {
  const drawn = walk(0.1, 10, 70, 0);
  expect(Math.max(...drawn.slice(0, 106))).toBeLessThan(0.1 * (10 + 30) + 0.01);
});

test('a stick that is turned meanwhile turns the way', () => {
  const lead = new OwnLead();
  const ahead = { moveX: 0, moveZ: 127, yaw: 0, pitch: 0, buttons: 0 };
  const velocity = Float32Array.of(0, 0, -6);
  const step = { foot: new Float32Array(3), velocity, tick: 300 };
  for (let tick = 290; tick < 305; tick++) lead.steer(tick, ahead);
  // To the left, as the core has it: a quarter turn of yaw.
  for (let tick = 305; tick < 310; tick++) lead.steer(tick, { ...ahead, yaw: 16384 });
  for (let tick = 310; tick < 320; tick++) lead.steer(tick, { ...ahead, moveZ: 0 });
  const seen = [];
  for (let ticks = 1; ticks <= 15; ticks++) {
    lead.update(step, ticks, 1);
    if (ticks % 5 === 0) seen.push([...lead.offset].map((x) => Math.round(x * 10) + 0));
  }
  // Turning and stopping take their time.
  expect(seen).toEqual([
    [0, 0, -5],
    [-1, 0, -9],
    [-2, 0, -11],
  ]);
});
