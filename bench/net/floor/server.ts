import type { ServerWebSocket } from 'bun';
import { FRAME_MS } from '../crowd.ts';
import { HEADER_BYTES } from './bot.ts';

/**
 * Bun's sockets alone: takes messages, and twenty times a second sends everybody one of his own of
 * DOWN_BYTES, with the head of his neighbour's last one. Entry of a process: DOWN_BYTES.
 */
const downBytes = Number(process.argv[2]);

interface Seat {
  /** Head of the last message that came. */
  readonly said: Uint8Array;
  readonly out: Uint8Array;
}

const sockets: ServerWebSocket<Seat>[] = [];

const server = Bun.serve<Seat>({
  hostname: '127.0.0.1',
  port: 0,
  fetch(request, self) {
    const out = crypto.getRandomValues(new Uint8Array(downBytes));
    const data: Seat = { said: new Uint8Array(HEADER_BYTES), out };
    return self.upgrade(request, { data }) ? undefined : new Response(null, { status: 426 });
  },
  websocket: {
    perMessageDeflate: false,
    open: (socket) => void sockets.push(socket),
    message: ({ data }, message) => {
      if (typeof message !== 'string') data.said.set(message.subarray(0, HEADER_BYTES));
    },
    close: (socket) => void sockets.splice(sockets.indexOf(socket), 1),
  },
});
console.log(JSON.stringify({ event: 'listening', port: server.port }));

let frame = 0;
const startMs = performance.now();
beat();

/** Each frame at its own time: the delays of an interval would add up. */
function beat(): void {
  for (const [i, socket] of sockets.entries()) {
    const neighbour = sockets[(i + 1) % sockets.length] as ServerWebSocket<Seat>;
    socket.data.out.set(neighbour.data.said);
    socket.sendBinary(socket.data.out);
  }
  frame++;
  setTimeout(beat, startMs + frame * FRAME_MS - performance.now());
}

// Ours to the end: whoever started us holds the other side of this.
process.stdin.on('end', () => process.exit());
process.stdin.resume();
