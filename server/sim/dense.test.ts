import { expect, test } from 'bun:test';
import { rowOfPlayer } from '../../client/input/held.ts';
import { rowOfGhost } from '../../client/interpolate/own-ghost.ts';
import { Core, emptyPlayers } from '../../core-wasm/host/core.ts';
import type { Intent } from '../../core-wasm/host/types.ts';
import { loadCoreModule } from '../artifacts.ts';
import { PERFECT_NETWORK } from '../net/memory-pipe.ts';
import type { Room } from '../room/room.ts';
import { createSeededRandom } from '../seeded-random.ts';
import { MemoryStore } from './memory-store.ts';
import { createSimClient } from './sim-client.ts';
import { SIM_LIMITS, startSimServer } from './sim-server.ts';
import { createVirtualClock } from './virtual-clock.ts';

const FRAME_MS = 50;
/** Room for one player and his hands, not for two who push each other. */
const MEMBERS = 5;
/** To the right and to the left, with the same yaw. */
const STEPS = [90, -90];

test('in a crowd without room for oneself one sees where one goes, and comes back', async () => {
  const module = await loadCoreModule();
  const clock = createVirtualClock(0);
  const store = new MemoryStore(clock);
  for (const x of [-0.6, 0.6]) await store.createGuestAt(x, 0);
  const limits = { ...SIM_LIMITS, interest: { members: MEMBERS } };
  const server = await startSimServer(module, clock, store, 1, 1, limits);
  const { room } = server;
  const moods = STEPS.map(walking);
  const incidents: Uint8Array[] = [];
  const clients = await Promise.all(
    moods.map(async (_, i) =>
      createSimClient({
        account: i + 1,
        core: await Core.create(module),
        clock,
        random: createSeededRandom(i),
        conditions: { ...PERFECT_NETWORK, delayMs: 20 },
        door: () => server.listener,
        will: { intent: () => moods[i] as Intent, pose: () => null },
        onIncident: (file) => incidents.push(file),
      }),
    ),
  );
  const pass = async (frames: number, each: () => void = () => {}) => {
    for (let i = 0; i < frames; i++) {
      clock.advance(FRAME_MS);
      for (const client of clients) client.update();
      each();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await pass(60);
  expect(roomless(room)).toBe(clients.length);
  const entities = [1, 2].map((account) => room.core.playerOfAccount(account));
  let seen = 0;
  // Both go on to the right, the second one pushed by the first.
  moods[1] = walking(30);
  await pass(40, () => {
    clients.forEach(({ session }, i) => {
      const entity = entities[i] as number;
      session.ghosts.show(session.core.tick, session.players.current);
      const row = rowOfGhost(session.ghosts.shown, entity);
      expect(session.core.hasEntity(entity)).toBe(false);
      expect(row).toBeGreaterThanOrEqual(0);
      const x = session.ghosts.shown.feet[row * 3] as number;
      if (Math.abs(x - xOf(room, entity)) < 0.4) seen++;
    });
  });
  expect(seen).toBeGreaterThan(70);
  expect(room.meters.framesRoomless).toBeGreaterThanOrEqual(80);
  // The first turns back: they part, and each has room for himself.
  moods[0] = walking(-127);
  await pass(60);
  expect(roomless(room)).toBe(0);
  clients.forEach(({ session }, i) => {
    expect(session.core.hasEntity(entities[i] as number)).toBe(true);
    expect(session.status.connection).toBe('live');
    expect(session.status.provenFrame).toBeGreaterThan(room.nextFrame - 40);
    expect(session.status.desyncs).toBe(0);
  });
  expect(incidents).toEqual([]);
  server.crash();
});

function walking(moveX: number): Intent {
  return { moveX, moveZ: 0, yaw: 0, pitch: 0, buttons: 0 };
}

/** How many have no room for their own groups. */
function roomless({ sessions, core }: Room): number {
  return [...sessions.values()].filter(({ observer }) => core.interest.isOverfull(observer)).length;
}

function xOf({ core }: Room, entity: number): number {
  const players = emptyPlayers();
  core.readPlayers(players);
  return players.feet[rowOfPlayer(players, entity) * 3] as number;
}
