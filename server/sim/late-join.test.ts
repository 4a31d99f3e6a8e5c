import { expect, test } from 'bun:test';
import { type CoreModule, createCodec } from '../../core-wasm/host/core.ts';
import { MessageKind, NO_RESUME, PROTOCOL_VERSION } from '../../core-wasm/host/messages.ts';
import { BodyKind, ShapeKind } from '../../core-wasm/host/types.ts';
import { loadCoreModule } from '../artifacts.ts';
import { type Room, reserveEntity } from '../room/room.ts';
import { createSeededRandom } from '../seeded-random.ts';
import { MemoryStore } from './memory-store.ts';
import { startSimServer } from './sim-server.ts';
import { createVirtualClock } from './virtual-clock.ts';

const FRAME_MS = 50;
/** Of bodies that are in the world at once, half of them static. */
const BODIES = 60;
const CHURN_FRAMES = 10 * 60 * 20;
const REST_FRAMES = 60;

/** Bytes to a newcomer up to the end of his first frame, after so many frames of churn. */
async function joinCost(
  module: CoreModule,
  churnFrames: number,
): Promise<{ bytes: number; generation: number }> {
  const clock = createVirtualClock(0);
  const store = new MemoryStore(clock);
  await store.createGuestAt(0, 0);
  const server = await startSimServer(module, clock, store, 1);
  const { room } = server;
  const random = createSeededRandom(3);
  const pass = async (frames: number, each: () => void = () => {}) => {
    for (let i = 0; i < frames; i++) {
      each();
      clock.advance(FRAME_MS);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await pass(4);
  const alive: number[] = [];
  let newest = 0;
  let made = 0;
  const replaceOne = () => {
    newest = spawn(room, made++ % 2 === 0, random);
    alive.push(newest);
    if (alive.length > BODIES) despawn(room, alive.splice(0, 1)[0] as number);
  };
  await pass(BODIES + churnFrames, replaceOne);
  await pass(REST_FRAMES);
  const codec = await createCodec(module);
  let bytes = 0;
  let frames = 0;
  const answer = await server.listener.connect('spacetime.v1, ticket.1', {
    onMessage: (message) => {
      if (frames === 0) bytes += message.length;
      if (message[0] === MessageKind.FRAME) frames++;
    },
    onClose: () => {},
  });
  if ('status' in answer) throw new Error(answer.code);
  const hello = { protocol: PROTOCOL_VERSION, coreHash: module.hash64 };
  answer.send(codec.encodeHello({ ...hello, ...NO_RESUME, instance: 1, attempt: 1 }));
  await pass(5);
  expect(frames).toBeGreaterThan(0);
  server.crash();
  return { bytes, generation: newest >>> 16 };
}

/** A box near the middle, in what a newcomer simulates. */
function spawn(room: Room, isStatic: boolean, random: () => number): number {
  const entity = reserveEntity(room);
  const place = () => (random() * 2 - 1) * 8;
  const body = {
    entity,
    kind: isStatic ? BodyKind.STATIC : BodyKind.DYNAMIC,
    shape: ShapeKind.BOX,
    size: [0.2, 0.2, 0.2],
    position: [place(), 12 + random() * 4, place()],
    rotation: [0, 0, 0, 1],
    linearVelocity: [0, 0, 0],
    angularVelocity: [0, 0, 0],
    density: 400,
    friction: 0.6,
    restitution: 0,
  } as const;
  room.commands.push((codec) => codec.addSpawnBody(body));
  return entity;
}

function despawn(room: Room, entity: number): void {
  room.commands.push((codec) => codec.addDespawn(entity));
}

test('joining after 10 minutes of churn costs what joining a young world does', async () => {
  const module = await loadCoreModule();
  const young = await joinCost(module, 0);
  const old = await joinCost(module, CHURN_FRAMES);
  expect(old.generation).toBeGreaterThan(young.generation + 50);
  expect(Math.abs(old.bytes / young.bytes - 1)).toBeLessThan(0.2);
});
