import { afterEach, beforeEach, expect, test } from 'bun:test';
import { CloseCode } from '../../core-wasm/host/close-code.ts';
import { type Codec, createCodec } from '../../core-wasm/host/core.ts';
import { MessageKind, NO_RESUME_FRAME, PROTOCOL_VERSION } from '../../core-wasm/host/messages.ts';
import { loadCoreModule } from '../artifacts.ts';
import type { MemoryClient } from '../net/listen-memory.ts';
import { MemoryStore } from '../sim/memory-store.ts';
import { type SimServer, startSimServer } from '../sim/sim-server.ts';
import { createVirtualClock, type VirtualClock } from '../sim/virtual-clock.ts';

const FRAME_MS = 50;
const FRAMES_PER_SECOND = 20;

let clock: VirtualClock;
let server: SimServer;
let codec: Codec;
let kinds: number[];
let closedWith: number;
let client: MemoryClient;

beforeEach(async () => {
  const module = await loadCoreModule();
  clock = createVirtualClock(0);
  codec = await createCodec(module);
  server = await startSimServer(module, clock, new MemoryStore(clock), 1);
  kinds = [];
  closedWith = 0;
  const answer = await server.listener.connect('spacetime.v1, ticket.1', {
    onMessage: (bytes) => void kinds.push(bytes[0] as number),
    onClose: (code) => {
      closedWith = code;
    },
  });
  if ('status' in answer) throw new Error(answer.code);
  client = answer;
});
afterEach(() => server.crash());

async function pass(frames: number): Promise<void> {
  for (let i = 0; i < frames; i++) {
    clock.advance(FRAME_MS);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function greet(): Promise<void> {
  const hello = { protocol: PROTOCOL_VERSION, coreHash: codec.module.hash64 };
  client.send(codec.encodeHello({ ...hello, resumeFrame: NO_RESUME_FRAME, resumeHash: 0n }));
  await pass(FRAMES_PER_SECOND);
}

const snapshots = () => kinds.filter((kind) => kind === MessageKind.SNAPSHOT).length;
const frames = () => kinds.filter((kind) => kind === MessageKind.FRAME).length;

test('who differs gets a snapshot in the stream of frames, and stays', async () => {
  await greet();
  expect(snapshots()).toBe(1);
  const before = frames();
  client.send(codec.encodeRepair(3, 4n));
  await pass(FRAMES_PER_SECOND);
  expect([snapshots(), closedWith]).toEqual([2, 0]);
  // The last one may be on its way.
  expect(frames() - before).toBeGreaterThanOrEqual(FRAMES_PER_SECOND - 1);
  expect(server.room.meters.stateHashMismatches).toBe(1);
});

test('who keeps asking gets one a second', async () => {
  await greet();
  for (let frame = 0; frame < FRAMES_PER_SECOND * 5; frame++) {
    client.send(codec.encodeRepair(frame, 4n));
    await pass(1);
  }
  expect(snapshots()).toBeGreaterThanOrEqual(5);
  expect(snapshots()).toBeLessThanOrEqual(7);
  expect(closedWith).toBe(0);
});

test('who asks before he was let in is closed by number', async () => {
  client.send(codec.encodeRepair(1, 1n));
  await pass(4);
  expect(closedWith).toBe(CloseCode.OUT_OF_ORDER);
});
