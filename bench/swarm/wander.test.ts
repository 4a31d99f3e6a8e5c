import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { Button } from '../../core-wasm/host/types.ts';
import { createWanderer } from './wander.ts';

test('a bot only asks for what a player can ask for, and the same in every run', () => {
  const index = fc.integer({ min: 0, max: 5000 });
  const tick = fc.integer({ min: 0, max: 10_000_000 });
  fc.assert(
    fc.property(index, tick, (bot, at) => {
      const { moveX, moveZ, yaw, pitch, buttons } = createWanderer(bot, true).intentAt(at);
      expect(Math.abs(moveX)).toBeLessThanOrEqual(127);
      expect(Math.abs(moveZ)).toBeLessThanOrEqual(127);
      expect(yaw).toBeGreaterThanOrEqual(0);
      expect(yaw).toBeLessThan(65536);
      expect(Math.abs(pitch)).toBeLessThanOrEqual(16384);
      expect(buttons & ~15).toBe(0);
      expect([moveX, moveZ, yaw, pitch, buttons].every(Number.isInteger)).toBe(true);
      expect(createWanderer(bot, true).poseAt(at)).toEqual(createWanderer(bot, true).poseAt(at));
      expect(createWanderer(bot, false).poseAt(at)).toBeNull();
    }),
  );
});

test('bots move, jump, grip and go different ways', () => {
  const minute = Array.from({ length: 3600 }, (_, tick) => tick);
  const [one, other] = [createWanderer(1, false), createWanderer(2, false)];
  const intents = minute.map((tick) => one.intentAt(tick));
  expect(intents.filter(({ moveZ }) => moveZ === 127).length).toBeGreaterThan(2000);
  expect(intents.some(({ buttons }) => (buttons & Button.JUMP) !== 0)).toBe(true);
  expect(intents.some(({ buttons }) => (buttons & Button.GRIP_RIGHT) !== 0)).toBe(true);
  expect(new Set(intents.map(({ yaw }) => yaw)).size).toBeGreaterThan(100);
  expect(minute.some((tick) => other.intentAt(tick).yaw !== one.intentAt(tick).yaw)).toBe(true);
});
