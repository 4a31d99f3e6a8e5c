import { beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { createSteadyParts, steady } from '../../client/input/steady.ts';
import type { Core } from '../../core-wasm/host/core.ts';
import { seeded } from '../../core-wasm/test/random.ts';
import { openCore } from '../../core-wasm/test/world.ts';
import { percentile } from '../bench.ts';
import { CROWD } from './bench.ts';
import { bitPackedBytes } from './bit-packed.ts';
import { type Motion, type Recording, recordEntries } from './entries.ts';
import { advanceVrPlayer, createVrPlayer, VR_MOTIONS } from './players.ts';

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

function record(motion: Motion, given: Partial<Recording> = {}): Uint8Array[] {
  return recordEntries(core, { motion, frames: 400, seed: 5, isSteady: true, noise: 1, ...given });
}

/** Mean bytes of the chunks after the first. */
function packedBytes(entries: readonly Uint8Array[]): number {
  const sent = core.newHistory();
  const received = core.newHistory();
  let sum = 0;
  for (const [frame, entry] of entries.entries()) {
    const chunk = core.packEntry(sent, entry) as Uint8Array;
    expect(core.unpackEntry(received, chunk)?.entry).toEqual(entry);
    if (frame > 0) sum += chunk.length;
  }
  return sum / (entries.length - 1);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

test('32 players who move in VR cost less than 5.5 kB/s, two thirds of bit-packed deltas', () => {
  let [packed, bitPacked, players] = [0, 0, 0];
  for (const [motion, count] of CROWD) {
    const entries = record(motion);
    packed += count * packedBytes(entries);
    bitPacked += count * mean(bitPackedBytes(entries).slice(1));
    players += count;
  }
  expect(players).toBe(32);
  // 172 bytes a second and player; it is about 147.
  expect((packed * 20) / 1000).toBeLessThan(5.2);
  expect(packed).toBeLessThan(bitPacked * 0.68);
});

test('a player at a screen costs less than half as much, one who went away a byte', () => {
  expect(packedBytes(record('flat'))).toBeLessThan(4);
  expect(packedBytes(record('flat-idle'))).toBeLessThan(1.1);
});

test('other trackers than usual cost more or less, and never more than bit-packed deltas', () => {
  const noises = [0, 0.5, 1, 3].map((noise) => record('gesture', { noise, isSteady: false }));
  const costs = noises.map(packedBytes);
  expect(costs).toEqual(costs.toSorted((a, b) => a - b));
  for (const [i, entries] of noises.entries()) {
    expect(costs[i] as number).toBeLessThan(mean(bitPackedBytes(entries).slice(1)) * 0.8);
  }
});

test.each(VR_MOTIONS)(
  'what is sent of a player (%s) is where he was tracked, as far as one sees',
  (motion) => {
    const player = createVrPlayer(motion, seeded(9), 1, 0);
    const parts = createSteadyParts();
    const apartMm: number[] = [];
    const apartDegrees: number[] = [];
    for (let frame = 0; frame < 1200; frame++) {
      for (let tick = 0; tick < 3; tick++) advanceVrPlayer(player, 1 / 60);
      steady(parts, player.control, 50);
      for (const name of ['head', 'left', 'right'] as const) {
        const [sent, tracked] = [parts[name], player.control[name]];
        const gaps = sent.position.map((value, i) => value - (tracked.position[i] as number));
        apartMm.push(1000 * Math.hypot(...gaps));
        const products = sent.rotation.map((value, i) => value * (tracked.rotation[i] as number));
        const cosine = Math.abs(products.reduce((sum, value) => sum + value, 0));
        apartDegrees.push((2 * Math.acos(Math.min(1, cosine)) * 180) / Math.PI);
      }
    }
    expect(percentile(apartMm, 0.99)).toBeLessThan(4.5);
    expect(Math.max(...apartMm)).toBeLessThan(10);
    expect(percentile(apartDegrees, 0.99)).toBeLessThan(0.6);
  },
);
