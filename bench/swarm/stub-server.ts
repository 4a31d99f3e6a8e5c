import type { ServerWebSocket } from 'bun';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { type Message, MessageKind, PROTOCOL_VERSION } from '../../core-wasm/host/messages.ts';
import { FRAME_DURATION_MS } from '../../core-wasm/host/types.ts';

/**
 * A server without a world, to test the load tester by: it greets, sends everybody the same frame
 * in which nobody does anything, and reports on inputs. So it costs little more than its sockets,
 * and can be told to do what a real one must not.
 */
export interface StubServer {
  readonly port: number;
  stop(): Promise<void>;
}

export interface StubFaults {
  /** Frames a second; 20 is right. */
  readonly frameHz?: number;
  /** Every so many frames one is not sent. */
  readonly losesEvery?: number;
  /** Players beside the true ones in its metrics. */
  readonly ghosts?: number;
  /** What else a frame has in it, so that it weighs what a real one does. */
  readonly paddingBytes?: number;
}

interface Player {
  entity: number;
  live: boolean;
  inputFrame: number;
  arrivedMs: number;
}

const TIMING_INTERVAL_FRAMES = 5;
/** Flags of a FRAME. */
const TIMING = 2;
const COMMANDS = 8;

/** Port 0 takes any. */
export async function startStub(
  wasm: Uint8Array<ArrayBuffer>,
  faults: StubFaults = {},
  port = 0,
): Promise<StubServer> {
  const core = await Core.create(await compileCore(wasm));
  const players = new Set<ServerWebSocket<Player>>();
  const counts = { opened: 0, left: 0, entity: 0, account: 0 };
  let frame = 0;

  const server = Bun.serve<Player>({
    port,
    hostname: '127.0.0.1',
    fetch(request, self) {
      const { pathname } = new URL(request.url);
      if (pathname === '/metrics') return new Response(metrics(players.size, counts, faults));
      if (pathname.startsWith('/auth')) return Response.json(pass(++counts.account));
      const headers = { 'Sec-WebSocket-Protocol': 'spacetime.v1' };
      const upgraded = self.upgrade(request, { data: newPlayer(), headers });
      return upgraded ? undefined : new Response(null, { status: 400 });
    },
    websocket: {
      open(socket) {
        players.add(socket);
        counts.opened++;
      },
      message(socket, bytes) {
        const decoded = core.decodeMessage(new Uint8Array(bytes as Buffer));
        if (!decoded.ok) socket.close(4000, `wire fault ${decoded.fault}`);
        else answer(core, socket, decoded.message, () => ({ entity: ++counts.entity, frame }));
      },
      close(socket, code) {
        players.delete(socket);
        if (code === 1000) counts.left++;
      },
    },
  });

  const intervalMs = 1000 / (faults.frameHz ?? 20);
  let nextMs = performance.now();
  let timer = setTimeout(function seal() {
    const nowMs = performance.now();
    const isLost = faults.losesEvery !== undefined && frame % faults.losesEvery === 0;
    for (const socket of players) {
      if (socket.data.live && !isLost)
        socket.sendBinary(frameFor(socket.data, frame, nowMs, faults.paddingBytes ?? 0));
    }
    frame++;
    nextMs += intervalMs;
    timer = setTimeout(seal, Math.max(0, nextMs - performance.now()));
  }, 0);
  return {
    port: server.port as number,
    async stop() {
      clearTimeout(timer);
      await server.stop(true);
    },
  };
}

function newPlayer(): Player {
  return { entity: 0, live: false, inputFrame: -1, arrivedMs: 0 };
}

function pass(account: number): object {
  return { ticket: 'stub', account, name: 'Stub', expiresAt: Date.now() + 3_600_000 };
}

function answer(
  codec: Core,
  socket: ServerWebSocket<Player>,
  message: Message,
  welcome: () => { entity: number; frame: number },
): void {
  const { data } = socket;
  if (message.kind === MessageKind.PING) socket.sendBinary(codec.encodePong(message.nonce));
  if (message.kind === MessageKind.INPUT) {
    data.inputFrame = message.frame;
    data.arrivedMs = performance.now();
  }
  if (message.kind !== MessageKind.HELLO) return;
  const { entity, frame } = welcome();
  data.entity = entity;
  data.live = true;
  socket.sendBinary(
    codec.encodeWelcome({
      protocol: PROTOCOL_VERSION,
      coreHash: codec.module.hash64,
      epoch: 1,
      entity,
      nextFrame: frame,
      resumed: false,
      lease: 1,
    }),
  );
  const empty = codec.packSnapshot(codec.snapshot());
  if (empty !== null) socket.sendBinary(codec.encodeSnapshot(frame, empty));
}

/** Laid out as `core-wasm/assembly/wire/bubble/message.ts` says. */
function frameFor(player: Player, frame: number, nowMs: number, padding: number): Buffer {
  const { entity, inputFrame, arrivedMs } = player;
  const isTimed = arrivedMs > 0 && (frame + entity) % TIMING_INTERVAL_FRAMES === 0;
  const bytes = Buffer.alloc(4 + (isTimed ? 8 : 0) + 6 + padding);
  bytes[0] = MessageKind.FRAME;
  bytes[1] = COMMANDS | (isTimed ? TIMING : 0);
  bytes.writeUInt16LE(frame & 0xffff, 2);
  if (isTimed) {
    const slackMs = nowMs - arrivedMs - (inputFrame - frame) * FRAME_DURATION_MS;
    bytes.writeUInt32LE(Math.max(0, inputFrame), 4);
    bytes.writeInt16LE(Math.round(Math.max(-30_000, Math.min(30_000, slackMs))), 8);
  }
  bytes.writeUInt32LE(padding, bytes.length - padding - 4);
  return bytes;
}

function metrics(
  open: number,
  { opened, left }: { readonly opened: number; readonly left: number },
  { ghosts = 0 }: StubFaults,
): string {
  const { user, system } = process.cpuUsage();
  return [
    `process_cpu_seconds_total ${(user + system) / 1e6}`,
    `process_resident_memory_bytes ${process.memoryUsage.rss()}`,
    'spacetime_tick_duration_seconds_bucket{le="+Inf"} 0',
    'spacetime_slipped_ticks_total 0',
    `spacetime_players ${open + ghosts}`,
    `spacetime_links{state="live"} ${open}`,
    `spacetime_links_opened_total ${opened}`,
    `spacetime_link_closes_total{code="1000"} ${left}`,
  ].join('\n');
}

if (import.meta.main) {
  const core = new URL('../../build/core.wasm', import.meta.url);
  const { port } = await startStub(
    await Bun.file(core).bytes(),
    { paddingBytes: 260 },
    Number(process.argv[2] ?? 0),
  );
  console.log(`a server without a world: ws://127.0.0.1:${port}`);
}
