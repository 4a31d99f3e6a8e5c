import { afterEach, beforeEach, expect, test } from 'bun:test';
import { BubbleReader } from '../../core-wasm/host/bubble-reader.ts';
import { CloseCode } from '../../core-wasm/host/close-code.ts';
import { type Codec, Core, createCodec, REPAIR_HASHES_MAX } from '../../core-wasm/host/core.ts';
import {
  type BubbleChange,
  MessageKind,
  NO_RESUME,
  PROTOCOL_VERSION,
  type Repair,
} from '../../core-wasm/host/messages.ts';
import { loadCoreModule } from '../artifacts.ts';
import type { MemoryClient } from '../net/listen-memory.ts';
import { createCapture } from '../sim/capture.ts';
import { MemoryStore } from '../sim/memory-store.ts';
import { type SimServer, startSimServer } from '../sim/sim-server.ts';
import { createVirtualClock, type VirtualClock } from '../sim/virtual-clock.ts';

const FRAME_MS = 50;
const FRAMES_PER_SECOND = 20;
const NONE = new Uint32Array(0);

let clock: VirtualClock;
let server: SimServer;
let codec: Codec;
let kinds: number[];
let closedWith: number;
let client: MemoryClient;
let onMessage: (bytes: Uint8Array) => void;

beforeEach(async () => {
  const module = await loadCoreModule();
  clock = createVirtualClock(0);
  codec = await createCodec(module);
  server = await startSimServer(module, clock, new MemoryStore(clock), 1);
  kinds = [];
  onMessage = () => {};
  closedWith = 0;
  const answer = await server.listener.connect('spacetime.v1, ticket.1', {
    onMessage: (bytes) => {
      kinds.push(bytes[0] as number);
      onMessage(bytes.slice());
    },
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
  client.send(codec.encodeHello({ ...hello, ...NO_RESUME, instance: 1, attempt: 1 }));
  await pass(FRAMES_PER_SECOND);
}

const snapshots = () => kinds.filter((kind) => kind === MessageKind.SNAPSHOT).length;
const frames = () => kinds.filter((kind) => kind === MessageKind.FRAME).length;

test('who differs gets a snapshot in the stream of frames, and stays', async () => {
  await greet();
  expect(snapshots()).toBe(1);
  const before = frames();
  client.send(codec.encodeRepair({ frame: 3, proof: 4n, hashes: NONE }));
  await pass(FRAMES_PER_SECOND);
  expect([snapshots(), closedWith]).toEqual([2, 0]);
  // The last one may be on its way.
  expect(frames() - before).toBeGreaterThanOrEqual(FRAMES_PER_SECOND - 1);
  expect(server.room.meters.stateHashMismatches).toBe(1);
});

test('who keeps asking gets one a second', async () => {
  await greet();
  for (let frame = 0; frame < FRAMES_PER_SECOND * 5; frame++) {
    client.send(codec.encodeRepair({ frame, proof: 4n, hashes: NONE }));
    await pass(1);
  }
  expect(snapshots()).toBeGreaterThanOrEqual(5);
  expect(snapshots()).toBeLessThanOrEqual(7);
  expect(closedWith).toBe(0);
});

/** Follows the messages of the wire, and can say what a client would of each proof. */
async function follow() {
  const core = await Core.create(codec.module);
  const capture = createCapture(core);
  const reader = new BubbleReader(core);
  const wrongs: string[] = [];
  const changes: BubbleChange[] = [];
  let proven: Omit<Repair, 'kind'> | null = null;
  let proofs = 0;
  onMessage = (bytes) => {
    const decoded = codec.decodeMessage(bytes);
    if (!decoded.ok) throw new Error('no message');
    const { message } = decoded;
    if (message.kind === MessageKind.SNAPSHOT) reader.begin(message.frame);
    if (message.kind === MessageKind.FRAME) {
      const read = reader.read(message.message);
      if (!read.ok) throw new Error('no frame');
      const { frame } = read;
      const header = codec.readFrameHeader(frame.bytes);
      if (header !== null && header.stateHash !== 0n) {
        const proof = core.proof();
        const hashes = core.moverHashes(core.provenMovers());
        proven = { frame: header.frame, proof, hashes };
        proofs++;
      }
      if (frame.leaves.length > 0) changes.push(frame);
    }
    const wrong = capture.read(bytes);
    if (wrong !== null) wrongs.push(wrong);
  };
  await greet();
  await pass(FRAMES_PER_SECOND);
  return {
    wrongs,
    changes,
    core,
    /** As if the rows' hashes, in entity order, were others. */
    complain(rows: readonly number[]): void {
      if (proven === null) throw new Error('nothing was proven');
      const hashes = proven.hashes.map((hash, row) => (rows.includes(row) ? hash ^ 1 : hash));
      client.send(codec.encodeRepair({ ...proven, hashes }));
    },
    count: () => proven?.hashes.length ?? 0,
    proofs: () => proofs,
  };
}

test('who says in whom he differs gets those and their like again, and their proof', async () => {
  const { wrongs, changes, complain, proofs, core } = await follow();
  const id = movingIds(core)[0] as number;
  const before = [snapshots(), proofs()];
  complain([0]);
  await pass(3);
  expect(snapshots()).toBe(before[0] as number);
  expect(changes).toHaveLength(1);
  expect(changes[0]?.leaves).toContain(id);
  expect(changes[0]?.enter.length).toBeGreaterThan(100);
  expect(changes[0]?.leaves.length).toBeLessThan(movingIds(core).length / 2);
  expect(proofs()).toBe((before[1] as number) + 1);
  expect(wrongs).toEqual([]);
  expect([...server.room.meters.repairsByKind]).toEqual([['islands', 1]]);
});

test('who still differs just after that gets a snapshot', async () => {
  const { wrongs, complain } = await follow();
  const before = snapshots();
  complain([0]);
  await pass(3);
  complain([1]);
  await pass(3);
  expect(snapshots()).toBe(before + 1);
  expect(wrongs).toEqual([]);
  expect([...server.room.meters.repairsByKind]).toEqual([
    ['islands', 1],
    ['snapshot', 1],
  ]);
});

test('who differs in nobody, or in half of all, gets a snapshot', async () => {
  const { wrongs, complain, count } = await follow();
  const before = snapshots();
  complain([]);
  await pass(FRAMES_PER_SECOND + 5);
  expect(snapshots()).toBe(before + 1);
  complain(Array.from({ length: count() }, (_, row) => row));
  await pass(FRAMES_PER_SECOND + 5);
  expect(snapshots()).toBe(before + 2);
  expect(wrongs).toEqual([]);
});

test('hashes of another proof, or of too many, tell nothing: a snapshot comes', async () => {
  await follow();
  const before = snapshots();
  client.send(codec.encodeRepair({ frame: 9999, proof: 1n, hashes: new Uint32Array(3) }));
  await pass(FRAMES_PER_SECOND + 5);
  expect(snapshots()).toBe(before + 1);
  const most = { frame: 9999, proof: 1n, hashes: new Uint32Array(REPAIR_HASHES_MAX) };
  client.send(codec.encodeRepair(most));
  await pass(FRAMES_PER_SECOND + 5);
  expect([snapshots(), closedWith]).toEqual([before + 2, 0]);
});

function movingIds(core: Core): Uint32Array {
  core.proof();
  return core.provenMovers();
}

test('who asks before he was let in is closed by number', async () => {
  client.send(codec.encodeRepair({ frame: 1, proof: 1n, hashes: NONE }));
  await pass(4);
  expect(closedWith).toBe(CloseCode.OUT_OF_ORDER);
});
