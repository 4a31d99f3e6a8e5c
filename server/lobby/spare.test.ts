import { afterEach, beforeEach, expect, test } from 'bun:test';
import { CloseCode } from '../../core-wasm/host/close-code.ts';
import { type Codec, createCodec } from '../../core-wasm/host/core.ts';
import {
  MessageKind,
  NO_RESUME,
  PROTOCOL_VERSION,
  type Welcome,
} from '../../core-wasm/host/messages.ts';
import type { Intent } from '../../core-wasm/host/types.ts';
import { loadCoreModule } from '../artifacts.ts';
import type { MemoryClient } from '../net/listen-memory.ts';
import type { InputLane } from '../room/input-queue.ts';
import { MemoryStore } from '../sim/memory-store.ts';
import { type SimServer, startSimServer } from '../sim/sim-server.ts';
import { createVirtualClock, type VirtualClock } from '../sim/virtual-clock.ts';
import { SPARES_MIN } from './spare.ts';

const FRAME_MS = 50;
const PLAYERS = 24;

let clock: VirtualClock;
let server: SimServer;
let codec: Codec;

beforeEach(async () => {
  const module = await loadCoreModule();
  clock = createVirtualClock(0);
  codec = await createCodec(module);
  const store = new MemoryStore(clock);
  for (let i = 0; i < PLAYERS; i++) await store.createGuestAt(i, 0);
  server = await startSimServer(module, clock, store, 1);
  await pass(2);
});
afterEach(() => server.crash());

async function pass(frames: number): Promise<void> {
  for (let i = 0; i < frames; i++) {
    clock.advance(FRAME_MS);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Way {
  readonly client: MemoryClient;
  readonly heard: Uint8Array[];
  closedWith: number;
}

async function open(account: number): Promise<Way> {
  const heard: Uint8Array[] = [];
  const events = {
    onMessage: (bytes: Uint8Array) => void heard.push(bytes.slice()),
    onClose: (code: number) => {
      way.closedWith = code;
    },
  };
  const answer = await server.listener.connect(`spacetime.v1, ticket.${account}`, events);
  if ('status' in answer) throw new Error(answer.code);
  const way: Way = { client: answer, heard, closedWith: 0 };
  return way;
}

/** Somebody who is in the world, with the epoch that his WELCOME told. */
async function enter(account: number): Promise<Way & { readonly welcome: Welcome }> {
  const way = await open(account);
  const hello = { protocol: PROTOCOL_VERSION, coreHash: codec.module.hash64, ...NO_RESUME };
  way.client.send(codec.encodeHello({ ...hello, instance: account, attempt: 1 }));
  for (let frames = 0; frames < 20; frames++) {
    await pass(1);
    for (const bytes of way.heard) {
      const decoded = codec.decodeMessage(bytes);
      if (!decoded.ok || decoded.message.kind !== MessageKind.WELCOME) continue;
      return Object.assign(way, { welcome: decoded.message });
    }
  }
  throw new Error('no welcome');
}

async function standBy(account: number, epoch: number): Promise<Way> {
  const way = await open(account);
  way.client.send(codec.encodeSpare(epoch));
  await pass(1);
  return way;
}

function input(frame: number): Uint8Array {
  const walk: Intent = { moveX: 0, moveZ: 99, yaw: frame & 0xff, pitch: 0, buttons: 0 };
  return codec.encodeInput(frame, codec.encodeEntry({ intents: [walk, walk, walk], pose: null }));
}

const laneOf = ({ welcome }: { welcome: Welcome }) =>
  server.room.lanes.get(welcome.entity) as InputLane;

test('inputs that come over the spare socket alone are played as if over the first', async () => {
  const player = await enter(1);
  const spare = await standBy(1, player.welcome.epoch);
  const walk = async (frames: number) => {
    for (let i = 0; i < frames; i++) {
      // Two: now and then two frames are sealed between two looks.
      for (const ahead of [0, 1]) spare.client.send(input(server.room.nextFrame + ahead));
      await pass(1);
    }
  };
  await walk(2);
  const { inputsReplaced } = server.room.meters;
  await walk(20);
  expect(laneOf(player).sequencedFrame).toBe(server.room.nextFrame - 1);
  expect(server.room.meters.inputsReplaced).toBe(inputsReplaced);
  expect(server.room.meters.links).toMatchObject({ playing: 1, spare: 1, joining: 0 });
  // Nothing is said on it: what there is to say goes over the first.
  expect(spare.heard).toEqual([]);
  expect(player.heard.length).toBeGreaterThan(20);
});

test('of two copies the first counts, in time and late', async () => {
  const player = await enter(1);
  const spare = await standBy(1, player.welcome.epoch);
  const lane = laneOf(player);
  for (let i = 0; i < 10; i++) {
    const bytes = input(server.room.nextFrame);
    player.client.send(bytes);
    await pass(1);
    lane.slackMs = Number.POSITIVE_INFINITY;
    spare.client.send(bytes);
    await pass(1);
    expect(lane.slackMs).toBe(Number.POSITIVE_INFINITY);
  }
  expect(server.room.meters.inputsLate).toBe(0);
  const late = input(server.room.nextFrame - 2);
  spare.client.send(late);
  await pass(1);
  expect(server.room.meters.inputsLate).toBe(0);
});

test('it takes a live session of the same account, by its epoch, and no greeting', async () => {
  const player = await enter(1);
  const { epoch } = player.welcome;
  expect((await standBy(2, epoch)).closedWith).toBe(CloseCode.SUPERSEDED);
  expect((await standBy(1, epoch + 1)).closedWith).toBe(CloseCode.SUPERSEDED);
  player.client.send(codec.encodeSpare(epoch));
  await pass(1);
  expect(player.closedWith).toBe(CloseCode.OUT_OF_ORDER);
  expect((await standBy(1, epoch)).closedWith).toBe(CloseCode.SUPERSEDED);
  expect(server.room.spares.size).toBe(0);
});

test('it brings inputs and nothing else', async () => {
  const player = await enter(1);
  const { epoch } = player.welcome;
  const repair = codec.encodeRepair({ frame: 1, proof: 2n, hashes: new Uint32Array(0) });
  for (const bytes of [codec.encodeSpare(epoch), repair]) {
    const spare = await standBy(1, epoch);
    spare.client.send(bytes);
    await pass(1);
    expect(spare.closedWith).toBe(CloseCode.OUT_OF_ORDER);
  }
  expect(player.closedWith).toBe(0);
  expect(server.room.spares.size).toBe(0);
});

test('it ends with its session, and its own end hurts nobody', async () => {
  const player = await enter(1);
  const first = await standBy(1, player.welcome.epoch);
  const second = await standBy(1, player.welcome.epoch);
  expect(first.closedWith).toBe(CloseCode.SUPERSEDED);
  second.client.cut();
  await pass(2);
  expect(server.room.spares.size).toBe(0);
  expect(player.closedWith).toBe(0);
  expect(server.room.absences.size).toBe(0);
  const third = await standBy(1, player.welcome.epoch);
  player.client.cut();
  await pass(2);
  expect(third.closedWith).toBe(CloseCode.SUPERSEDED);
  expect(server.room.sessions.size).toBe(0);
  expect(server.room.spares.size).toBe(0);
  expect(server.room.absences.size).toBe(1);
});

test('a server takes so many and no more, for everybody is late where it is too slow', async () => {
  const players: Array<Awaited<ReturnType<typeof enter>>> = [];
  for (let account = 1; account <= PLAYERS; account++) players.push(await enter(account));
  const spares: Way[] = [];
  for (const [i, { welcome }] of players.entries())
    spares.push(await standBy(i + 1, welcome.epoch));
  const taken = spares.filter(({ closedWith }) => closedWith === 0).length;
  expect(taken).toBe(SPARES_MIN + PLAYERS / 8);
  expect(server.room.meters.sparesAsked).toBe(PLAYERS);
  expect(spares.at(-1)?.closedWith).toBe(CloseCode.UNAVAILABLE);
  expect(players.every(({ closedWith }) => closedWith === 0)).toBe(true);
});
