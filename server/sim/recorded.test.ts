import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { Core, type CoreModule } from '../../core-wasm/host/core.ts';
import { playRecording } from '../../core-wasm/host/recording/play.ts';
import { openRecording } from '../../core-wasm/host/recording/reader.ts';
import { layoutOf, type RecordingReader } from '../../core-wasm/host/recording/recording.ts';
import { encodeRecording } from '../../core-wasm/host/recording/writer.ts';
import { loadCoreModule } from '../artifacts.ts';
import { createCorePool } from './core-pool.ts';
import type { SimClient } from './sim-client.ts';
import { simulate } from './simulation.ts';

setDefaultTimeout(60_000);

/** Half a minute needs more than half a minute of play. */
const LONG_SECONDS = 45;

let module: CoreModule;
let core: Core;

beforeAll(async () => {
  module = await loadCoreModule();
  core = await Core.create(module);
});

async function recordingOf({ session }: SimClient): Promise<RecordingReader> {
  const recorded = session.recorded();
  const first = recorded?.stretches[0];
  if (recorded === null || first === undefined) throw new Error('nothing was recorded');
  const { entity } = session.status;
  const head = { coreHash: module.hash, layout: layoutOf(first.state), entity } as const;
  const file = await encodeRecording(
    { ...head, world: 'bubble' },
    recorded.stretches,
    () => recorded.end,
  );
  const opened = await openRecording(file);
  if (!opened.ok) throw new Error(opened.refusal.where);
  return opened.value;
}

const framesOf = ({ keys }: RecordingReader) => keys.reduce((sum, { count }) => sum + count, 0);

describe('what a client had', () => {
  test('plays again bit for bit, whatever its network and its server went through', async () => {
    let [anew, crossed] = [0, 0];
    for (const seed of [1, 2, 4, 5]) {
      await simulate(createCorePool(module), {
        ...{ seed, seconds: 6, recorded: true },
        onEnd: async ({ clients }) => {
          for (const client of clients) {
            const reader = await recordingOf(client);
            anew += reader.keys.filter(({ isAnew }) => isAnew).length - 1;
            const played = await playRecording(core, reader);
            expect({ seed, played }).toEqual({
              seed,
              played: { kind: 'held', frames: framesOf(reader), disputed: 0 },
            });
            crossed += framesOf(reader);
          }
        },
      });
    }
    expect(anew).toBeGreaterThan(0);
    expect(crossed).toBeGreaterThan(1000);
  });

  test('is kept for half a minute and little longer', async () => {
    await simulate(createCorePool(module), {
      ...{ seed: 4, seconds: LONG_SECONDS, clients: 2, recorded: true },
      onEnd: async ({ clients }) => {
        const reader = await recordingOf(clients[0] as SimClient);
        expect(framesOf(reader)).toBeGreaterThanOrEqual(600);
        expect(framesOf(reader)).toBeLessThan(800);
        expect(await playRecording(core, reader)).toMatchObject({ kind: 'held' });
      },
    });
  });
});
