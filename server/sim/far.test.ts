import { expect, test } from 'bun:test';
import { Core, createCodec } from '../../core-wasm/host/core.ts';
import { NO_RESUME, PROTOCOL_VERSION } from '../../core-wasm/host/messages.ts';
import { loadCoreModule } from '../artifacts.ts';
import { createCapture } from './capture.ts';
import { MemoryStore } from './memory-store.ts';
import { startSimServer } from './sim-server.ts';
import { createVirtualClock } from './virtual-clock.ts';

const FRAME_MS = 50;
/** The first two are in each other's bubble; the third sees all, the fourth is out of sight. */
const PLACES_M = [0, 20, 100, 200];
const accounts = PLACES_M.map((_, i) => i + 1);

/** The map hack of lockstep: who looks at his traffic must not find those he cannot see. */
test('who is far away is in no message, not even by number, who is in sight a ghost', async () => {
  const module = await loadCoreModule();
  const clock = createVirtualClock(0);
  const store = new MemoryStore(clock);
  for (const x of PLACES_M) await store.createGuestAt(x, 0);
  const server = await startSimServer(module, clock, store, 1);
  const codec = await createCodec(module);
  const pass = async (frames: number) => {
    for (let i = 0; i < frames; i++) {
      clock.advance(FRAME_MS);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await pass(4);
  const wrong: string[] = [];
  const captures = [];
  for (const account of accounts) {
    const capture = createCapture(await Core.create(module));
    captures.push(capture);
    const answer = await server.listener.connect(`spacetime.v1, ticket.${account}`, {
      onMessage: (bytes) => {
        const fault = capture.read(bytes);
        if (fault !== null) wrong.push(fault);
      },
      onClose: () => {},
    });
    if ('status' in answer) throw new Error(answer.code);
    const hello = { protocol: PROTOCOL_VERSION, coreHash: module.hash64 };
    answer.send(codec.encodeHello({ ...hello, ...NO_RESUME, instance: 1, attempt: 1 }));
    await pass(4);
  }
  await pass(40);
  const players = accounts.map((account) => server.room.core.playerOfAccount(account));
  const seen = captures.map((capture) => players.map((entity) => capture.has(entity)));
  expect(seen).toEqual([
    [true, true, false, false],
    [true, true, false, false],
    [false, false, true, false],
    [false, false, false, true],
  ]);
  const ghosts = captures.map(({ ghosts: { accounts: told } }) => [...told].sort());
  // The first may have been told of the second until he looked around.
  const [first, ...others] = ghosts;
  expect(first?.filter((account) => account !== 2)).toEqual([3]);
  expect(others).toEqual([[3], [1, 2, 4], [3]]);
  expect(wrong).toEqual([]);
  server.crash();
});
