import { afterEach, beforeEach, expect, test } from 'bun:test';
import { CloseCode } from '../../core-wasm/host/close-code.ts';
import { type Codec, Core, createCodec } from '../../core-wasm/host/core.ts';
import {
  MessageKind,
  NO_RESUME,
  PROTOCOL_VERSION,
  type Welcome,
} from '../../core-wasm/host/messages.ts';
import { Button } from '../../core-wasm/host/types.ts';
import { loadCoreModule } from '../artifacts.ts';
import type { MemoryClient } from '../net/listen-memory.ts';
import type { Session } from '../session/session.ts';
import { type Capture, createCapture } from '../sim/capture.ts';
import { MemoryStore } from '../sim/memory-store.ts';
import { type SimServer, startSimServer } from '../sim/sim-server.ts';
import { createVirtualClock, type VirtualClock } from '../sim/virtual-clock.ts';
import { PROOF_INTERVAL_FRAMES } from './repair.ts';
import { RESUME_FRAMES } from './sent-frames.ts';

const FRAME_MS = 50;

let clock: VirtualClock;
let server: SimServer;
let codec: Codec;

beforeEach(async () => {
  const module = await loadCoreModule();
  clock = createVirtualClock(0);
  codec = await createCodec(module);
  const store = new MemoryStore(clock);
  for (let i = 0; i < 3; i++) await store.createGuestAt(i, 0);
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

/** A client that lives on nothing but what it is told, over all its connections. */
interface Reader {
  readonly capture: Capture;
  readonly welcomes: Welcome[];
  /** Its world, at the frame that comes next. */
  readonly core: Core;
  readonly wrong: string[];
  closedWith: number;
  client: MemoryClient;
}

async function enter(account: number): Promise<Reader> {
  const core = await Core.create(codec.module);
  const reader: Reader = {
    capture: createCapture(core),
    welcomes: [],
    core,
    wrong: [],
    closedWith: 0,
    client: null as unknown as MemoryClient,
  };
  await greet(reader, account, NO_RESUME);
  return reader;
}

/** Of readers, as clients count their own connections. */
let attempts = 0;

async function greet(
  reader: Reader,
  account: number,
  change: Partial<Parameters<Codec['encodeHello']>[0]> = {},
): Promise<void> {
  const hello = {
    protocol: PROTOCOL_VERSION,
    coreHash: codec.module.hash64,
    resumeFrame: reader.core.frame,
    resumeHash: reader.core.proof(),
    resumeLease: reader.welcomes.at(-1)?.lease ?? 0,
    instance: account,
    attempt: ++attempts,
    ...change,
  };
  const answer = await server.listener.connect(`spacetime.v1, ticket.${account}`, {
    onMessage: (bytes) => {
      const decoded = codec.decodeMessage(bytes);
      if (decoded.ok && decoded.message.kind === MessageKind.WELCOME) {
        reader.welcomes.push(decoded.message);
      }
      const fault = reader.capture.read(bytes);
      if (fault !== null) reader.wrong.push(fault);
    },
    onClose: (code) => {
      reader.closedWith = code;
    },
  });
  if ('status' in answer) throw new Error(answer.code);
  reader.client = answer;
  reader.closedWith = 0;
  answer.send(codec.encodeHello(hello));
  await pass(2);
}

/** Frames that pass while nobody listens. */
async function cutFor(reader: Reader, frames: number): Promise<void> {
  reader.client.cut();
  await pass(frames);
}

const speaker = (account: number) => server.room.speakers.get(account) as Session;

test('who was cut goes on where he was, proofs hold, nobody enters anew', async () => {
  const [reader] = [await enter(1), await enter(2)];
  await pass(30);
  const { observer } = speaker(1);
  for (const frames of [1, 2, 7, 30, RESUME_FRAMES - 10]) {
    const { frame } = reader.core;
    await cutFor(reader, frames);
    await greet(reader, 1);
    expect(reader.welcomes.at(-1)).toMatchObject({ resumed: true, nextFrame: frame });
    expect(reader.core.frame).toBe(server.room.nextFrame);
    expect(speaker(1).observer).toBe(observer);
    await pass(PROOF_INTERVAL_FRAMES + 1);
  }
  expect(reader.wrong).toEqual([]);
  expect(server.room.meters.returns).toEqual({ resumed: 5, late: 0, fresh: 0 });
  expect(server.room.meters.snapshotsSent).toBe(2);
  expect(server.room.meters.closesByCode.get('1006')).toBe(5);
});

test('who was away for longer than is kept begins anew, and his place is free', async () => {
  const reader = await enter(1);
  await pass(10);
  await cutFor(reader, RESUME_FRAMES + 2);
  expect(server.room.interruptions.size).toBe(0);
  expect(server.room.observers.free).toHaveLength(1);
  await greet(reader, 1);
  expect(reader.welcomes.at(-1)).toMatchObject({ resumed: false });
  await pass(PROOF_INTERVAL_FRAMES + 1);
  expect(reader.wrong).toEqual([]);
  expect(server.room.meters.returns).toEqual({ resumed: 0, late: 1, fresh: 0 });
});

/** Seeds 662 and 729 of the simulator: a server that came back told him, and he was cut before. */
test('whose world is of the server before this one begins anew', async () => {
  const reader = await enter(1);
  await pass(10);
  await cutFor(reader, 3);
  await greet(reader, 1, { resumeLease: server.room.lease.epoch - 1 });
  expect(reader.welcomes.at(-1)).toMatchObject({ resumed: false });
  await pass(PROOF_INTERVAL_FRAMES + 1);
  expect(reader.wrong).toEqual([]);
});

test('who is back before the loss was noticed takes the place of his old socket', async () => {
  const reader = await enter(1);
  await pass(10);
  const stale = reader.client;
  stale.pause();
  await pass(5);
  const old = speaker(1);
  await greet(reader, 1);
  expect(reader.welcomes.at(-1)).toMatchObject({ resumed: true });
  expect(old.state).toBe('closed');
  const { epoch } = speaker(1);
  expect(epoch).toBeGreaterThan(old.epoch);
  // The last of the old socket comes long after; nobody is hurt by it.
  stale.cut();
  await pass(PROOF_INTERVAL_FRAMES * 2);
  expect(speaker(1).epoch).toBe(epoch);
  expect(server.room.absences.size).toBe(0);
  expect(server.room.interruptions.size).toBe(0);
  expect(speaker(1).state).toBe('live');
  expect(reader.wrong).toEqual([]);
});

test('an older socket that arrives late is refused, the newer one may still return', async () => {
  const reader = await enter(1);
  await pass(5);
  await cutFor(reader, 3);
  const { room } = server;
  const held = [...room.interruptions.values()][0];
  const old = { ...(held?.session as Session), state: 'arriving' as const, epoch: 0 };
  let refused = 0;
  const close = (code: number) => {
    refused = code;
  };
  const link = { ...old.link, close };
  room.arrivals.push({ ...old, link } as Session);
  await pass(1);
  expect(refused).toBe(CloseCode.SUPERSEDED);
  await greet(reader, 1);
  expect(reader.welcomes.at(-1)).toMatchObject({ resumed: true });
});

/** Seed 1535 of the simulator: he was told that somebody newer is here, which was he himself. */
test('a connection that was given up and is heard last does not take the player over', async () => {
  const reader = await enter(1);
  await pass(5);
  const { client } = reader;
  const { epoch } = speaker(1);
  const heard = reader.welcomes.length;
  attempts -= 2;
  await greet(reader, 1);
  expect([reader.closedWith, reader.welcomes.length]).toEqual([CloseCode.SUPERSEDED, heard]);
  expect(speaker(1).epoch).toBe(epoch);
  attempts += 2;
  // From elsewhere whoever comes last is the one who plays.
  await greet(reader, 1, { instance: 99, attempt: 1 });
  expect(speaker(1).epoch).toBeGreaterThan(epoch);
  client.cut();
});

test('nobody goes on from what he was never told', async () => {
  const reader = await enter(1);
  await pass(25);
  const began = speaker(1).beganFrame;
  const claims = [0, began - 1, began, server.room.nextFrame + 9, NO_RESUME.resumeFrame - 1];
  for (const claim of claims) {
    await greet(reader, 1, { resumeFrame: claim, resumeHash: 1n });
    expect(reader.welcomes.at(-1)).toMatchObject({ resumed: false });
  }
  await greet(reader, 2, { resumeHash: 1n });
  expect(reader.welcomes.at(-1)).toMatchObject({ resumed: false });
  expect(server.room.meters.returns.resumed).toBe(0);
});

test('who was made to begin anew meanwhile cannot go on from before', async () => {
  const reader = await enter(1);
  await pass(10);
  const { frame } = reader.core;
  const other = await enter(1);
  expect(reader.closedWith).toBe(CloseCode.SUPERSEDED);
  await cutFor(other, 2);
  await greet(reader, 1, { resumeFrame: frame, resumeHash: 0n });
  expect(reader.welcomes.at(-1)).toMatchObject({ resumed: false });
});

test('another world is found out at a frame with a proof, and begins anew', async () => {
  const reader = await enter(1);
  await pass(10);
  const { id } = speaker(1).link;
  const isProved = (frame: number) => (frame + id) % PROOF_INTERVAL_FRAMES === 0;
  while (!isProved(reader.core.frame)) await pass(1);
  const { frame } = reader.core;
  await cutFor(reader, 3);
  await greet(reader, 1, { resumeFrame: frame, resumeHash: 0xbadn });
  expect(reader.welcomes.at(-1)).toMatchObject({ resumed: false });
  expect(server.room.meters.stateHashMismatches).toBe(1);
  expect(server.room.meters.returns).toEqual({ resumed: 0, late: 0, fresh: 1 });
});

test('a cut of a moment opens no hands; a long one does', async () => {
  const reader = await enter(1);
  await pass(5);
  const grip = Button.GRIP_LEFT | Button.GRIP_RIGHT;
  const hold = { moveX: 0, moveZ: 127, yaw: 0, pitch: 0, buttons: grip };
  const entry = codec.encodeEntry({ intents: [hold, hold, hold], pose: null });
  reader.client.send(codec.encodeInput(server.room.nextFrame + 1, entry));
  await pass(4);
  const lane = server.room.lanes.get(speaker(1).entity);
  await cutFor(reader, RESUME_FRAMES - 5);
  expect(lane?.last).toMatchObject({ moveZ: 0, buttons: grip });
  await pass(10);
  expect(lane?.last).toMatchObject({ moveZ: 0, buttons: 0 });
});
