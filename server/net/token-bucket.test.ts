import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { createMeter } from './token-bucket.ts';

const LIMITS = { messagesPerSecond: 10, bytesPerSecond: 1000 };
const BURST_SECONDS = 5;

test('a full bucket gives five seconds of messages at once, then one a tenth of a second', () => {
  const meter = createMeter(LIMITS);
  for (let i = 0; i < 50; i++) expect(meter.take(1, 1000)).toBe(true);
  expect(meter.take(1, 1000)).toBe(false);
  expect(meter.take(1, 1099)).toBe(false);
  expect(meter.take(1, 1100)).toBe(true);
  expect(meter.take(1, 1100)).toBe(false);
});

test('bytes run out on their own', () => {
  const meter = createMeter(LIMITS);
  expect(meter.take(4000, 0)).toBe(true);
  expect(meter.take(1001, 0)).toBe(false);
  expect(meter.take(1000, 0)).toBe(true);
  expect(meter.take(1, 0)).toBe(false);
});

test('a clock that steps back refills nothing', () => {
  const meter = createMeter(LIMITS);
  for (let i = 0; i < 50; i++) meter.take(1, 1000);
  expect(meter.take(1, 0)).toBe(false);
  expect(meter.take(1, 1000)).toBe(false);
});

test('law: no schedule passes more than burst plus rate times time', () => {
  const step = fc.record({ waitMs: fc.nat(400), bytes: fc.nat(300) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const meter = createMeter(LIMITS);
      let nowMs = 0;
      let messages = 0;
      let bytes = 0;
      for (const { waitMs, bytes: size } of steps) {
        nowMs += waitMs;
        if (!meter.take(size, nowMs)) continue;
        messages++;
        bytes += size;
      }
      const seconds = BURST_SECONDS + nowMs / 1000;
      expect(messages).toBeLessThanOrEqual(seconds * LIMITS.messagesPerSecond + 1e-6);
      expect(bytes).toBeLessThanOrEqual(seconds * LIMITS.bytesPerSecond + 1e-6);
    }),
  );
});

test('law: whoever keeps to the rate is never refused', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), (count) => {
      const meter = createMeter(LIMITS);
      for (let i = 0; i < count; i++) expect(meter.take(100, i * 100)).toBe(true);
    }),
  );
});
