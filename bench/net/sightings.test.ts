import { expect, test } from 'bun:test';
import { delayQuantileMs } from '../swarm/delays.ts';
import { Sightings } from './sightings.ts';

test('a delay is that of the last input with just these bytes', () => {
  const seen = new Sightings();
  seen.begin();
  seen.noteSent('a', 100, Uint8Array.of(1));
  seen.noteSent('a', 150, Uint8Array.of(2));
  seen.noteSent('b', 160, Uint8Array.of(1));
  seen.read('a', 190, Uint8Array.of(1));
  seen.read('a', 200, Uint8Array.of(2));
  seen.read('a', 200, Uint8Array.of(3));
  seen.read('nobody', 200, Uint8Array.of(1));
  const delays = seen.end();
  expect(delays.reduce((sum, count) => sum + count, 0)).toBe(2);
  expect(delayQuantileMs(delays, 0.5)).toBe(50);
  expect(delayQuantileMs(delays, 1)).toBe(90);
});

test('what is too old, forgotten or not recorded does not count', () => {
  const seen = new Sightings();
  seen.noteSent('a', 0, Uint8Array.of(200));
  seen.read('a', 1, Uint8Array.of(200));
  seen.begin();
  for (let i = 0; i < 15; i++) seen.noteSent('a', i, Uint8Array.of(i));
  seen.read('a', 20, Uint8Array.of(200));
  seen.forget('a');
  seen.read('a', 20, Uint8Array.of(14));
  expect(delayQuantileMs(seen.end(), 1)).toBeNull();
});
