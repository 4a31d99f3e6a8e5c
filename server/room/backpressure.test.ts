import { afterEach, beforeEach, expect, test } from 'bun:test';
import { CloseCode } from '../../core-wasm/host/close-code.ts';
import { type Codec, createCodec } from '../../core-wasm/host/core.ts';
import { MessageKind, NO_RESUME, PROTOCOL_VERSION } from '../../core-wasm/host/messages.ts';
import { BodyKind, ShapeKind } from '../../core-wasm/host/types.ts';
import { loadCoreModule } from '../artifacts.ts';
import type { MemoryClient } from '../net/listen-memory.ts';
import { MemoryStore } from '../sim/memory-store.ts';
import { SIM_LIMITS, type SimServer, startSimServer } from '../sim/sim-server.ts';
import { createVirtualClock, type VirtualClock } from '../sim/virtual-clock.ts';
import { STALL_TIMEOUT_MS } from './broadcast.ts';
import { reserveEntity } from './room.ts';

const FRAME_MS = 50;
const SOFT_BYTES = 32 * 1024;

let clock: VirtualClock;
let server: SimServer;
let codec: Codec;

beforeEach(async () => {
  const module = await loadCoreModule();
  clock = createVirtualClock(0);
  codec = await createCodec(module);
  const limits = { ...SIM_LIMITS, softBufferBytes: SOFT_BYTES, heartbeatSeconds: 600 };
  server = await startSimServer(module, clock, new MemoryStore(clock), 1, 1, limits);
});
afterEach(() => server.crash());

interface Reader {
  readonly client: MemoryClient;
  readonly kinds: number[];
  closedWith: number;
}

/** A client that greets and then only listens. */
async function join(account: number): Promise<Reader> {
  const kinds: number[] = [];
  const reader = { kinds, closedWith: 0 };
  const answer = await server.listener.connect(`spacetime.v1, ticket.${account}`, {
    onMessage: (bytes) => void kinds.push(bytes[0] as number),
    onClose: (code) => {
      reader.closedWith = code;
    },
  });
  if ('status' in answer) throw new Error(answer.code);
  const protocol = PROTOCOL_VERSION;
  const coreHash = codec.module.hash64;
  answer.send(
    codec.encodeHello({
      protocol,
      coreHash,
      ...NO_RESUME,
      instance: 1,
      attempt: 1,
    }),
  );
  await pass(4);
  return Object.assign(reader, { client: answer });
}

async function pass(frames: number): Promise<void> {
  for (let i = 0; i < frames; i++) {
    clock.advance(FRAME_MS);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Frames of some 70 KB each, more than a client's kernel and the soft limit hold together. */
async function flood(): Promise<void> {
  for (let frame = 0; frame < 6; frame++) {
    for (let i = 0; i < 900; i++) {
      const entity = reserveEntity(server.room);
      const x = (i % 30) * 6 - 90;
      const z = Math.floor(i / 30) * 6 - 90;
      server.room.commands.push((open) =>
        open.addSpawnBody({
          entity,
          kind: BodyKind.STATIC,
          shape: ShapeKind.BOX,
          size: [0.1, 0.1, 0.1],
          position: [x, 60 + frame, z],
          rotation: [0, 0, 0, 1],
          linearVelocity: [0, 0, 0],
          angularVelocity: [0, 0, 0],
          density: 1000,
          friction: 0.5,
          restitution: 0,
        }),
      );
    }
    await pass(1);
  }
}

const stateOf = (account: number) => server.room.speakers.get(account)?.state;

test('who does not read gets no more frames, then one snapshot when he does', async () => {
  const slow = await join(1);
  const quick = await join(2);
  slow.client.pause();
  await flood();
  await pass(2);
  expect([stateOf(1), stateOf(2)]).toEqual(['stalled', 'live']);
  const buffered = server.room.speakers.get(1)?.link.bufferedBytes() ?? 0;
  const quickFrames = quick.kinds.length;
  await pass(40);
  expect(server.room.speakers.get(1)?.link.bufferedBytes()).toBe(buffered);
  expect(quick.kinds.length).toBe(quickFrames + 40);

  const before = slow.kinds.length;
  slow.client.resume();
  await pass(6);
  expect(stateOf(1)).toBe('live');
  const news = slow.kinds.slice(before);
  expect(news.filter((kind) => kind === MessageKind.SNAPSHOT)).toHaveLength(1);
  expect(news.at(-1)).toBe(MessageKind.FRAME);
});

test('a client that never reads again is given up by number', async () => {
  const slow = await join(1);
  slow.client.pause();
  await flood();
  await pass(STALL_TIMEOUT_MS / FRAME_MS + 10);
  expect(stateOf(1)).toBeUndefined();
  expect(server.room.meters.closesByCode.get(String(CloseCode.TOO_SLOW))).toBe(1);
});
