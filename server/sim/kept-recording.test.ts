import { expect, test } from 'bun:test';
import { readFileSync, statSync } from 'node:fs';
import { Core } from '../../core-wasm/host/core.ts';
import { playRecording } from '../../core-wasm/host/recording/play.ts';
import { openRecording } from '../../core-wasm/host/recording/reader.ts';
import { loadCoreModule } from '../artifacts.ts';

const FILE = new URL('storm.strec', import.meta.url);
const MAKE = 'bun run sim --seed 9 --clients 6 --seconds 36 --record server/sim/storm.strec';
const BYTES_MAX = 100_000;

/*
 * A world that was played by an earlier core: six players, crashes and takeovers. Only its states
 * and hashes count, not the artifact's own hash, so that a core that computes the same may pass.
 */
test('the recording that is kept plays as it was made', async () => {
  const opened = await openRecording(readFileSync(FILE));
  if (!opened.ok) throw new Error(opened.refusal.where);
  const core = await Core.create(await loadCoreModule());
  const played = await playRecording(core, opened.value);
  if (played.kind !== 'held') {
    throw new Error(
      `The core computes another world from frame ${played.frame} on (${played.kind}). If it is ` +
        `meant to, make the recording anew: ${MAKE}`,
    );
  }
  expect(played.frames).toBeGreaterThan(500);
  expect(statSync(FILE).size).toBeLessThan(BYTES_MAX);
});
