import type { Socket } from 'bun';

/** How a connection ended, or why it never began. */
export type Ending = `closed ${number}` | `refused ${number}` | 'cut';

/**
 * A WebSocket client that does what a proper one will not: offers any ticket, sends any bytes, and
 * stops reading. It never answers by itself.
 */
export interface Attacker {
  /** Sends one masked message. */
  send(payload: Uint8Array, opcode?: number): void;
  /** Sends bytes as they are. */
  raw(bytes: Uint8Array): void;
  /** Takes nothing from the network until `resume`. */
  pause(): void;
  resume(): void;
  /** Binary messages that came in since it was last asked. */
  take(): Uint8Array[];
  readonly isOpen: boolean;
  readonly ended: Promise<Ending>;
  leave(): void;
}

export const Opcode = { TEXT: 0x1, BINARY: 0x2, CLOSE: 0x8, PING: 0x9 } as const;
const FIN = 0x80;
const MASKED = 0x80;
const NO_STATUS = 1005;
const HEAD_END = '\r\n\r\n';

/** Connects and asks for the upgrade; resolves when it was granted or the connection ended. */
export async function openAttacker(url: string, offer: string | null): Promise<Attacker> {
  const attacker = await dial(url);
  attacker.raw(Buffer.from(upgradeRequest(url, offer)));
  await Promise.race([attacker.opened, attacker.ended]);
  return attacker;
}

/** A TCP connection to the server's port on which nothing was said. */
export async function dial(url: string): Promise<Attacker & { readonly opened: Promise<void> }> {
  const { hostname, port } = new URL(url);
  const opened = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<Ending>();
  const inbox: Uint8Array[] = [];
  let heard = Buffer.alloc(0);
  let isUpgraded = false;
  let isOpen = true;
  const end = (ending: Ending) => {
    isOpen = false;
    ended.resolve(ending);
  };
  const hear = (chunk: Buffer) => {
    heard = Buffer.concat([heard, chunk]);
    if (!isUpgraded) {
      const headEnd = heard.indexOf(HEAD_END);
      if (headEnd < 0) return;
      const status = Number(heard.toString('latin1', 0, headEnd).split(' ')[1]);
      if (status !== 101) return end(`refused ${status}`);
      heard = heard.subarray(headEnd + HEAD_END.length);
      isUpgraded = true;
      opened.resolve();
    }
    for (let next = parseFrame(heard); next !== null; next = parseFrame(heard)) {
      heard = heard.subarray(next.length);
      if (next.opcode === Opcode.BINARY) inbox.push(Uint8Array.from(next.payload));
      if (next.opcode === Opcode.CLOSE) {
        end(`closed ${next.payload.length < 2 ? NO_STATUS : next.payload.readUInt16BE(0)}`);
      }
    }
  };
  // What the kernel does not take at once waits here, in order.
  let unsent = Buffer.alloc(0);
  const write = (socket: Socket, bytes: Uint8Array) => {
    unsent = Buffer.concat([unsent, bytes]);
    unsent = unsent.subarray(Math.max(0, socket.write(unsent)));
  };
  const socket = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data: (_socket, chunk) => hear(chunk),
      drain: (open) => write(open, new Uint8Array(0)),
      close: () => end('cut'),
      error: () => end('cut'),
    },
  });
  return {
    opened: opened.promise,
    ended: ended.promise,
    get isOpen() {
      return isOpen;
    },
    send: (payload, opcode = Opcode.BINARY) => write(socket, maskedFrame(payload, opcode)),
    raw: (bytes) => write(socket, bytes),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    take: () => inbox.splice(0),
    leave: () => void socket.terminate(),
  };
}

function upgradeRequest(url: string, offer: string | null): string {
  const { host, pathname } = new URL(url);
  const lines = [
    `GET ${pathname} HTTP/1.1`,
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
  ];
  if (offer !== null) lines.push(`Sec-WebSocket-Protocol: ${offer}`);
  return lines.join('\r\n') + HEAD_END;
}

/** The mask is zero, so the payload stays as it is. */
function maskedFrame(payload: Uint8Array, opcode: number): Buffer {
  const isLong = payload.length > 125;
  const head = Buffer.alloc(isLong ? 8 : 6);
  head[0] = FIN | opcode;
  head[1] = MASKED | (isLong ? 126 : payload.length);
  if (isLong) head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

interface Parsed {
  readonly opcode: number;
  readonly payload: Buffer;
  /** Of the whole frame. */
  readonly length: number;
}

/** The whole frame at the beginning of `stream`, or null. Servers do not mask. */
function parseFrame(stream: Buffer): Parsed | null {
  if (stream.length < 2) return null;
  const short = (stream[1] as number) & 0x7f;
  const headBytes = short === 126 ? 4 : short === 127 ? 10 : 2;
  if (stream.length < headBytes) return null;
  const size =
    short === 126
      ? stream.readUInt16BE(2)
      : short === 127
        ? Number(stream.readBigUInt64BE(2))
        : short;
  const length = headBytes + size;
  if (stream.length < length) return null;
  const opcode = (stream[0] as number) & 0x0f;
  return { opcode, payload: stream.subarray(headBytes, length), length };
}
