import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { KeptTexts } from '../storage.ts';
import { defaultSettings, loadSettings, SNAP_ANGLES_DEGREES, saveSettings } from './settings.ts';

/** As much of the browser's storage as is used. */
function memory(first: string | null): KeptTexts {
  let text = first;
  return {
    getItem: () => text,
    setItem(_key: string, value: string) {
      text = value;
    },
  };
}

test('what was saved comes back', () => {
  const storage = memory(null);
  const settings = {
    turn: 'smooth',
    snapAngleDegrees: 30,
    lookSensitivity: 2.5,
    haptics: 0,
  } as const;
  saveSettings(storage, settings);
  expect(loadSettings(storage)).toEqual(settings);
});

test('a broken store gives settings that can be played with', () => {
  expect(loadSettings(memory('{not json'))).toEqual(defaultSettings());
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (value, angle) => {
      const text = JSON.stringify({ turn: value, snapAngleDegrees: angle, lookSensitivity: value });
      const settings = loadSettings(memory(text));
      expect(['snap', 'smooth']).toContain(settings.turn);
      expect(SNAP_ANGLES_DEGREES).toContain(settings.snapAngleDegrees);
      expect(settings.lookSensitivity).toBeGreaterThanOrEqual(0.25);
      expect(settings.lookSensitivity).toBeLessThanOrEqual(3);
    }),
  );
});
