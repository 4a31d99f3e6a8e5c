import { readFile } from 'node:fs/promises';
import { openSession, type WorldSession } from '../../client/net/session.ts';
import { CloseCode } from '../../core-wasm/host/close-code.ts';
import { type Codec, Core, compileCore, createCodec } from '../../core-wasm/host/core.ts';
import { MessageKind, NO_RESUME, PROTOCOL_VERSION } from '../../core-wasm/host/messages.ts';
import type { Intent } from '../../core-wasm/host/types.ts';
import { artifactPath } from '../artifacts.ts';
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts';

export interface FuzzOptions {
  readonly port: number;
  readonly messages: number;
  readonly seed: number;
  readonly report: (line: string) => void;
  /** Has the server collect its garbage before its heap is read. */
  readonly collect?: () => void;
}

export interface FuzzReport {
  readonly messages: number;
  readonly connections: number;
  /** How often each number ended a connection. */
  readonly closes: Readonly<Record<string, number>>;
  /** Closes with a number that is not in the catalogue; must be empty. */
  readonly unnumbered: readonly number[];
  /** The bystander's: it played all the while. */
  readonly bystanderCloses: number;
  readonly bystanderDesyncs: number;
  readonly bystanderFrames: number;
  /** What the server's heap holds, KiB, before and after; the bystander is in both. */
  readonly heapKib: readonly [number, number];
}

const NUMBERED: ReadonlySet<number> = new Set(Object.values(CloseCode));
const STILL: Intent = { moveX: 0, moveZ: 0, yaw: 0, pitch: 0, buttons: 0 };
const ATTACKERS = 6;
const BARRIER_TIMEOUT_MS = 10_000;
const PONG = 0x85;

/**
 * Throws random and mutated messages at a real server while somebody plays there. After each
 * message a ping is sent: either its answer or a numbered close must come.
 */
export async function fuzzSockets(options: FuzzOptions): Promise<FuzzReport> {
  const module = await compileCore(new Uint8Array(await readFile(artifactPath('core.wasm'))));
  const codec = await createCodec(module);
  const bystander = await startBystander(await Core.create(module), options.port);
  const heapBefore = await readHeap(options);
  const firstFrame = bystander.session.status.confirmedFrame;
  const closes = new Map<number, number>();
  let sent = 0;
  let connections = 0;

  async function attack(index: number): Promise<void> {
    const random = createSeededRandom(options.seed * 101 + index);
    const ticket = await takeTicket(options.port);
    while (sent < options.messages) {
      const attacker = await connect(options.port, ticket, codec);
      connections++;
      if (random() < 0.6) attacker.socket.send(hello(codec) as Uint8Array<ArrayBuffer>);
      while (sent < options.messages && attacker.open()) {
        sent++;
        if (sent % 1000 === 0) options.report(`${sent}/${options.messages} messages`);
        const message = mutant(codec, random, bystander.session.status.frame);
        if ((await attacker.try(message)) === 'closed') break;
      }
      attacker.socket.close(CloseCode.NORMAL);
      const code = await attacker.closed;
      closes.set(code, (closes.get(code) ?? 0) + 1);
    }
  }

  try {
    await Promise.all(Array.from({ length: ATTACKERS }, (_, i) => attack(i)));
    const { status } = bystander.session;
    const codes = [...closes.keys()].sort((a, b) => a - b);
    return {
      messages: sent,
      connections,
      closes: Object.fromEntries(codes.map((code) => [code, closes.get(code) ?? 0])),
      unnumbered: codes.filter((code) => !NUMBERED.has(code)),
      bystanderCloses: status.closeCode === 0 && status.connection === 'live' ? 0 : 1,
      bystanderDesyncs: status.desyncs,
      bystanderFrames: status.confirmedFrame - firstFrame,
      heapKib: [heapBefore, await readHeap(options)],
    };
  } finally {
    bystander.stop();
  }
}

interface Attacker {
  readonly socket: WebSocket;
  open(): boolean;
  try(message: Uint8Array | string): Promise<'answered' | 'closed'>;
  readonly closed: Promise<number>;
}

async function connect(port: number, ticket: string, codec: Codec): Promise<Attacker> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, ['spacetime.v1', `ticket.${ticket}`]);
  socket.binaryType = 'arraybuffer';
  let closeCode = 0;
  let answer: (() => void) | null = null;
  const closed = new Promise<number>((resolve) => {
    socket.onclose = ({ code }) => {
      closeCode = code;
      answer?.();
      resolve(code);
    };
  });
  socket.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer && new Uint8Array(data)[0] === PONG) answer?.();
  };
  await new Promise<void>((resolve) => {
    socket.onopen = () => resolve();
    void closed.then(() => resolve());
  });
  const ping = codec.encodePing(1) as Uint8Array<ArrayBuffer>;
  return {
    socket,
    closed,
    open: () => closeCode === 0,
    async try(message) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error('no answer, no close')),
          BARRIER_TIMEOUT_MS,
        );
        answer = () => {
          clearTimeout(timer);
          answer = null;
          resolve();
        };
        if (typeof message === 'string') socket.send(message);
        else socket.send(message as Uint8Array<ArrayBuffer>);
        socket.send(ping);
      });
      return closeCode === 0 ? 'answered' : 'closed';
    },
  };
}

function hello(codec: Codec): Uint8Array {
  return codec.encodeHello({
    protocol: PROTOCOL_VERSION,
    coreHash: codec.module.hash64,
    ...NO_RESUME,
    instance: 1,
    attempt: 1,
  });
}

/** A valid message, changed; or noise; or something far too long. */
function mutant(codec: Codec, random: SeededRandom, frame: number): Uint8Array | string {
  const choice = random();
  if (choice < 0.2) return noise(random, Math.floor(random() * 80));
  if (choice < 0.22) return noise(random, 65 + Math.floor(random() * 20_000));
  if (choice < 0.23) return 'a text message';
  const message = valid(codec, random, frame);
  if (choice < 0.45) return message.subarray(0, Math.floor(random() * message.length));
  if (choice < 0.55) return joined(message, noise(random, 1 + Math.floor(random() * 8)));
  const mutated = message.slice();
  for (let flips = 1 + Math.floor(random() * 6); flips > 0; flips--) {
    const at = Math.floor(random() * mutated.length);
    mutated[at] = (mutated[at] as number) ^ (1 << Math.floor(random() * 8));
  }
  return mutated;
}

function valid(codec: Codec, random: SeededRandom, frame: number): Uint8Array {
  const choice = random();
  if (choice < 0.15) return hello(codec);
  if (choice < 0.25) return codec.encodePing(Math.floor(random() * 2 ** 32));
  if (choice < 0.3) return codec.encodePong(7);
  if (choice < 0.32) return codec.encodeSpare(Math.floor(random() * 20));
  if (choice < 0.35) return Uint8Array.of(MessageKind.FRAME, 31, frame & 0xff, frame >> 8);
  if (choice < 0.4) return codec.encodeSnapshot(frame, noise(random, 30));
  const intent = { ...STILL, moveX: Math.floor(random() * 100), yaw: Math.floor(random() * 65536) };
  const part = { position: [1, 2, 3], rotation: [0, 0, 0, 1] } as const;
  const pose = random() < 0.5 ? { head: part, left: part, right: part } : null;
  const entry = codec.encodeEntry({ intents: [intent, STILL, intent], pose });
  return codec.encodeInput(frame + Math.floor((random() - 0.5) * 100), entry);
}

function noise(random: SeededRandom, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  return Uint8Array.from([...a, ...b]);
}

async function takeTicket(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/auth/guest`, { method: 'POST' });
  return ((await response.json()) as { ticket: string }).ticket;
}

async function readHeap({ port, collect }: FuzzOptions): Promise<number> {
  const read = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  collect?.();
  // The signal is heard before the second request, if not before the first.
  await read();
  const match = /^spacetime_heap_used_bytes (\S+)$/m.exec(await read());
  if (match === null) throw new Error('the server reports no heap');
  return Math.round(Number(match[1]) / 1024);
}

/** Somebody who plays in peace; resolves when he is in the world. */
async function startBystander(
  core: Core,
  port: number,
): Promise<{ session: WorldSession; stop(): void }> {
  const session = openSession({
    url: `ws://127.0.0.1:${port}`,
    core,
    ticket: () => takeTicket(port),
    nowMs: () => performance.now(),
    sampleIntent: () => ({ ...STILL, moveZ: 127, yaw: (core.tick * 50) & 0xffff }),
    samplePose: () => null,
  });
  const timer = setInterval(() => session.update(performance.now()), 8);
  const endMs = performance.now() + BARRIER_TIMEOUT_MS;
  while (session.status.confirmedFrame < 0) {
    if (performance.now() > endMs)
      throw new Error(`the bystander got not in: ${session.status.reason}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return {
    session,
    stop() {
      clearInterval(timer);
      session.close();
    },
  };
}
