import type { ServerWebSocket } from 'bun';
import { type Codec, Core, compileCore } from '../../core-wasm/host/core.ts';
import { type Message, MessageKind, PROTOCOL_VERSION } from '../../core-wasm/host/messages.ts';
import { FRAME_DURATION_MS, WireFault } from '../../core-wasm/host/types.ts';

/**
 * A server without a world, to test the load tester by: it greets, sequences the inputs of the
 * first players, and sends the same frame to everybody. So it costs little more than its sockets,
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
  /** What its metrics say beside the truth. */
  readonly ghosts?: number;
}

interface Player {
  entity: number;
  live: boolean;
  inputFrame: number;
  entry: Uint8Array | null;
  arrivedMs: number;
  slackMs: number;
}

/** Players whose inputs are in the frame: as many as a bubble has. */
const SHOWN_MAX = 33;
const TIMING_INTERVAL_FRAMES = 5;

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
    const message = sealed(core, players, frame);
    const isLost = faults.losesEvery !== undefined && frame % faults.losesEvery === 0;
    for (const socket of players) {
      if (socket.data.live && !isLost) socket.sendBinary(message);
      if ((frame + socket.data.entity) % TIMING_INTERVAL_FRAMES === 0) sendTiming(core, socket);
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
  return { entity: 0, live: false, inputFrame: -1, entry: null, arrivedMs: 0, slackMs: 0 };
}

function pass(account: number): object {
  return { ticket: 'stub', account, name: 'Stub', expiresAt: Date.now() + 3_600_000 };
}

function answer(
  codec: Codec & { readonly module: Core['module'] },
  socket: ServerWebSocket<Player>,
  message: Message,
  welcome: () => { entity: number; frame: number },
): void {
  const { data } = socket;
  if (message.kind === MessageKind.PING) socket.sendBinary(codec.encodePong(message.nonce));
  if (message.kind === MessageKind.INPUT) {
    data.inputFrame = message.frame;
    data.entry = message.entry.slice();
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
    }),
  );
  socket.sendBinary(codec.encodeSnapshot(frame, new Uint8Array(8)));
}

function sealed(core: Core, players: Set<ServerWebSocket<Player>>, frame: number): Uint8Array {
  const nowMs = performance.now();
  core.frameBegin(frame, 0n);
  let shown = 0;
  for (const { data } of players) {
    data.slackMs = nowMs - data.arrivedMs - (data.inputFrame - frame) * FRAME_DURATION_MS;
    if (data.inputFrame !== frame || data.entry === null || shown >= SHOWN_MAX) continue;
    core.addInput(data.entity, data.entry);
    shown++;
  }
  const bytes = core.frameEnd();
  if (core.checkFrame(bytes) !== WireFault.NONE) throw new Error('the stub made no frame');
  return core.encodeFrame(bytes);
}

function sendTiming(codec: Codec, socket: ServerWebSocket<Player>): void {
  const { inputFrame, slackMs, arrivedMs } = socket.data;
  if (arrivedMs === 0) return;
  const report = { inputFrame: Math.max(0, inputFrame), slackMs: Math.round(slackMs), replaced: 0 };
  socket.sendBinary(codec.encodeTiming(report));
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
  const { port } = await startStub(await Bun.file(core).bytes(), {}, Number(process.argv[2] ?? 0));
  console.log(`a server without a world: ws://127.0.0.1:${port}`);
}
