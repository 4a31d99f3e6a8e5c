import net from 'node:net';

/**
 * A WebSocket client in the raw, for what a proper one will not do: stop reading, or show the
 * status of a refused upgrade.
 */
export interface RawSocket {
  /** Status of the answer to the upgrade; 101 when the door opened. */
  readonly status: number;
  /** Head and body of that answer. */
  readonly answer: string;
  /** Sends one masked binary message, or another opcode. */
  send(bytes: Uint8Array, opcode?: number): void;
  /** From here on everything is read; resolves with the payloads when the server has ended. */
  readToEnd(): Promise<Uint8Array[]>;
  destroy(): void;
}

const BINARY_OPCODE = 0x2;
const FIN = 0x80;
const MASKED = 0x80;

/** Asks for the upgrade and hangs up before the answer. */
export async function knockAndLeave(port: number, offer: string): Promise<void> {
  const socket = await connect(port);
  await new Promise((sent) => socket.write(upgradeRequest(offer), sent));
  await new Promise((gone) => socket.once('close', gone).destroy());
}

/** Performs the upgrade and then reads nothing until told to. */
export async function openRawSocket(port: number, offer: string | null): Promise<RawSocket> {
  const socket = await connect(port);
  socket.write(upgradeRequest(offer));
  const first = await new Promise<Buffer>((resolve, reject) => {
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      resolve(chunk);
    });
    socket.once('close', () => reject(new Error('closed before the answer to the upgrade')));
  });
  socket.on('error', () => {});
  const answer = first.toString('latin1');
  const received: Buffer[] = [first.subarray(answer.indexOf('\r\n\r\n') + 4)];

  return {
    status: Number(answer.split(' ')[1]),
    answer,
    send: (bytes, opcode = BINARY_OPCODE) => void socket.write(maskedFrame(bytes, opcode)),
    readToEnd() {
      socket.on('data', (chunk: Buffer) => received.push(chunk));
      const ended = new Promise<void>((resolve) => socket.once('close', () => resolve()));
      socket.resume();
      return ended.then(() => parseFrames(Buffer.concat(received)));
    },
    destroy: () => void socket.destroy(),
  };
}

/** Sends bytes that need not be HTTP; resolves with all that came back when the server hung up. */
export async function shout(port: number, bytes: string): Promise<string> {
  const socket = await connect(port);
  let heard = '';
  socket.on('data', (chunk) => {
    heard += chunk;
  });
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.end(bytes);
  await closed;
  return heard;
}

async function connect(port: number): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

function upgradeRequest(offer: string | null): string {
  const lines = [
    'GET / HTTP/1.1',
    'Host: localhost',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
  ];
  if (offer !== null) lines.push(`Sec-WebSocket-Protocol: ${offer}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** The mask is zero, so the payload stays as it is. */
function maskedFrame(bytes: Uint8Array, opcode: number): Buffer {
  const long = bytes.length > 125;
  const head = Buffer.alloc(long ? 8 : 6);
  head[0] = FIN | opcode;
  head[1] = MASKED | (long ? 126 : bytes.length);
  if (long) head.writeUInt16BE(bytes.length, 2);
  return Buffer.concat([head, bytes]);
}

/** Payloads of the whole binary frames in `stream`. */
function parseFrames(stream: Buffer): Uint8Array[] {
  const payloads: Uint8Array[] = [];
  for (let at = 0; at + 2 <= stream.length; ) {
    const opcode = (stream[at] ?? 0) & 0x0f;
    let length = stream[at + 1] ?? 0;
    at += 2;
    if (length === 126) {
      length = stream.readUInt16BE(at);
      at += 2;
    } else if (length === 127) {
      length = Number(stream.readBigUInt64BE(at));
      at += 8;
    }
    if (at + length > stream.length) break;
    if (opcode === BINARY_OPCODE) payloads.push(stream.subarray(at, at + length));
    at += length;
  }
  return payloads;
}
