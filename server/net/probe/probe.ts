import type { Admission, Clock, Link, SendResult } from '../../ports.ts';
import { type Refusal, refusalResponse } from '../refusal.ts';
import type { DoorRequest, HttpPeer, ListenOptions } from '../transport.ts';

/** What the probe saw, in order; `link` counts from 1. */
export type ProbeEvent =
  | { readonly kind: 'open' | 'message'; readonly link: number }
  | { readonly kind: 'drain'; readonly link: number; readonly buffered: number }
  | { readonly kind: 'close'; readonly link: number; readonly code: number }
  | { readonly kind: 'fill'; readonly link: number; readonly fill: Fill }
  | { readonly kind: 'after-close'; readonly link: number; readonly result: SendResult };

export interface Fill {
  readonly sent: number;
  readonly queued: number;
  readonly dropped: number;
  readonly bufferedMax: number;
}

/** First byte of a message to the probe. */
export const Ask = {
  /** Answers with the rest of the message. */
  ECHO: 0,
  /** Closes with the u16 that follows and the text behind it. */
  CLOSE: 1,
  /** Sends u32 messages of u32 bytes, numbered, all from one reused buffer. */
  BURST: 2,
  /** Sends numbered messages until one is dropped. */
  FILL: 3,
  /** Closes with 4003, then sends and closes again. */
  SEND_AFTER_CLOSE: 4,
  /** Closes with 4004, too slow. */
  CUT: 5,
} as const;

export const PROBE_LIMITS = { messageBytesMax: 4096, hardBufferBytes: 4 * 1024 * 1024 };
export const FILL_MESSAGE_BYTES = 64 * 1024;
const FILL_SENDS_MAX = 1000;
const SLOW_ADMIT_MS = 50;

const REFUSALS: Readonly<Record<string, Refusal>> = {
  revoked: { status: 403, code: 'revoked', message: 'The ticket was revoked.', fix: 'Log in.' },
  full: { status: 503, code: 'full', message: 'The region is full.', fix: 'Come back later.' },
};
const UNAUTHORIZED: Refusal = {
  status: 401,
  code: 'unauthorized',
  message: 'No valid ticket.',
  fix: 'Log in.',
};

/** A server that does what its clients ask and writes down what it sees. */
export function createProbe(
  clock: Clock,
): ListenOptions & { readonly seen: readonly ProbeEvent[] } {
  const seen: ProbeEvent[] = [];

  async function admit(door: DoorRequest): Promise<Admission | Refusal> {
    const [word, number] = (door.ticket ?? '').split('-');
    if (word === 'slow') await new Promise<void>((done) => clock.after(SLOW_ADMIT_MS, done));
    if (word !== 'good' && word !== 'slow') return REFUSALS[word ?? ''] ?? UNAUTHORIZED;
    return {
      account: Number(number),
      ticketId: door.ticket ?? '',
      name: `guest at ${door.address}`,
    };
  }

  return {
    seen,
    host: '127.0.0.1',
    port: 0,
    tls: null,
    clock,
    limits: PROBE_LIMITS,
    admit,
    fetch: (request, peer) => answer(request, peer, seen),
    events: {
      onOpen: (link) => seen.push({ kind: 'open', link: link.id }),
      onMessage(link, bytes) {
        seen.push({ kind: 'message', link: link.id });
        obey(link, bytes, seen);
      },
      onDrain: (link) =>
        seen.push({ kind: 'drain', link: link.id, buffered: link.bufferedBytes() }),
      onClose: (link, code) => seen.push({ kind: 'close', link: link.id, code }),
    },
  };
}

function obey(link: Link, bytes: Uint8Array, seen: ProbeEvent[]): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (bytes[0]) {
    case Ask.ECHO:
      link.send(bytes.subarray(1));
      break;
    case Ask.CLOSE:
      link.close(view.getUint16(1, true), new TextDecoder().decode(bytes.subarray(3)));
      break;
    case Ask.BURST:
      burst(link, view.getUint32(1, true), view.getUint32(5, true));
      break;
    case Ask.FILL:
      seen.push({ kind: 'fill', link: link.id, fill: fill(link) });
      break;
    case Ask.SEND_AFTER_CLOSE:
      link.close(4003, 'superseded');
      seen.push({ kind: 'after-close', link: link.id, result: link.send(new Uint8Array(8)) });
      link.close(4000, 'again');
      break;
    case Ask.CUT:
      link.close(4004, 'too slow');
  }
}

function burst(link: Link, count: number, bytes: number): void {
  const buffer = new Uint8Array(bytes);
  for (let number = 0; number < count; number++) {
    buffer.fill(number & 0xff);
    new DataView(buffer.buffer).setUint32(0, number, true);
    link.send(buffer);
  }
}

function fill(link: Link): Fill {
  const buffer = new Uint8Array(FILL_MESSAGE_BYTES);
  let bufferedMax = 0;
  const counts = { sent: 0, queued: 0, dropped: 0, closed: 0 };
  for (let number = 0; number < FILL_SENDS_MAX && counts.dropped < 3; number++) {
    new DataView(buffer.buffer).setUint32(0, number, true);
    counts[link.send(buffer)]++;
    bufferedMax = Math.max(bufferedMax, link.bufferedBytes());
  }
  return { sent: counts.sent, queued: counts.queued, dropped: counts.dropped, bufferedMax };
}

async function answer(
  request: Request,
  peer: HttpPeer,
  seen: readonly ProbeEvent[],
): Promise<Response> {
  const url = new URL(request.url);
  if (url.pathname === '/seen') return Response.json(seen);
  if (url.pathname === '/teapot') {
    const refusal: Refusal = { status: 429, code: 'teapot', message: 'Short and stout.', fix: '' };
    return refusalResponse(refusal, { 'retry-after': '7' });
  }
  const body = request.method === 'GET' || request.method === 'HEAD' ? '' : await request.text();
  return Response.json({
    method: request.method,
    query: url.searchParams.get('q'),
    header: request.headers.get('x-probe'),
    address: peer.address,
    bytes: body.length,
  });
}
