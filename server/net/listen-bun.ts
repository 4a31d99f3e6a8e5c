import type { ServerWebSocket } from 'bun';
import { CloseCode } from '../../core-wasm/host/close-code.ts';
import type { Admission } from '../ports.ts';
import { isRefusal, knock, SUBPROTOCOL } from './door.ts';
import { BAD_REQUEST, BODY_TOO_BIG, refusalResponse } from './refusal.ts';
import { type EngineSocket, SocketLink } from './socket-link.ts';
import {
  bodyBytesMax,
  ENGINE_IDLE_SECONDS,
  ENGINE_MESSAGE_BYTES_MAX,
  type Listener,
  type ListenOptions,
  STOP_LINGER_MS,
  UPLOAD_BYTES_MAX,
} from './transport.ts';

interface SocketState {
  readonly admission: Admission;
  link: SocketLink | null;
}

/** TLS 1.3 as Bun wants it: a number, the string form throws. */
const TLS_VERSION_MIN = 0x0304;

/** Listens with Bun.serve. Throws when the port is taken or the certificate cannot be read. */
export async function listenBun(options: ListenOptions): Promise<Listener> {
  const links = new Set<SocketLink>();
  let opened = 0;

  const server = Bun.serve<SocketState>({
    hostname: options.host,
    port: options.port,
    development: false,
    // Implied true by `development: false`: a second server would silently share the port.
    reusePort: false,
    maxRequestBodySize: UPLOAD_BYTES_MAX,
    ...(options.tls === null ? {} : { tls: tlsOptions(options.tls) }),

    async fetch(request, self) {
      // With a Host header that is none, Bun leaves the bare path.
      if (!URL.canParse(request.url)) return refusalResponse(BAD_REQUEST);
      const address = self.requestIP(request)?.address ?? 'unknown';
      if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') {
        if (isTooLong(request)) return refusalResponse(BODY_TOO_BIG);
        return options.fetch(request, { address });
      }
      const offer = request.headers.get('sec-websocket-protocol');
      const answer = await knock(offer, address, options.admit);
      if (isRefusal(answer)) return refusalResponse(answer);
      const upgraded = self.upgrade(request, {
        data: { admission: answer, link: null },
        headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL },
      });
      return upgraded ? undefined : refusalResponse(BAD_REQUEST);
    },

    websocket: {
      maxPayloadLength: ENGINE_MESSAGE_BYTES_MAX,
      backpressureLimit: options.limits.hardBufferBytes,
      closeOnBackpressureLimit: false,
      idleTimeout: ENGINE_IDLE_SECONDS,
      sendPings: true,
      // Compression windows cost up to 300 KB a socket; the protocol packs its own bits.
      perMessageDeflate: false,
      open(ws) {
        const link = new SocketLink(++opened, ws.data.admission, engineSocket(ws), options);
        ws.data.link = link;
        links.add(link);
        options.events.onOpen(link);
      },
      message(ws, message) {
        ws.data.link?.received(typeof message === 'string' ? null : message);
      },
      ping: (ws, payload) => ws.data.link?.receivedControl(payload.length),
      pong: (ws, payload) => ws.data.link?.receivedControl(payload.length),
      drain: (ws) => ws.data.link?.drained(),
      close(ws, code) {
        if (ws.data.link === null) return;
        links.delete(ws.data.link);
        ws.data.link.gone(code);
      },
    },
  });

  return {
    port: server.port ?? options.port,
    async stop() {
      const finished = server.stop(false);
      for (const link of links) link.close(CloseCode.GOING_AWAY, 'server stopped');
      const lingered = new Promise<void>((done) => options.clock.after(STOP_LINGER_MS, done));
      await Promise.race([finished, lingered]);
      await server.stop(true);
    },
  };
}

/** The engine has one limit for all paths, and holds a sender to the length that he declares. */
function isTooLong({ headers, url }: Request): boolean {
  const bytesMax = bodyBytesMax(new URL(url).pathname);
  if (headers.has('transfer-encoding')) return bytesMax < UPLOAD_BYTES_MAX;
  return Number(headers.get('content-length') ?? 0) > bytesMax;
}

function tlsOptions(tls: NonNullable<ListenOptions['tls']>): Bun.TLSOptions {
  return {
    cert: Bun.file(tls.certPath),
    key: Bun.file(tls.keyPath),
    minVersion: TLS_VERSION_MIN,
  } as Bun.TLSOptions;
}

function engineSocket(ws: ServerWebSocket<SocketState>): EngineSocket {
  return {
    send(bytes) {
      const result = ws.sendBinary(bytes, false);
      // An empty message that went out returns 0 as well, but the protocol has none.
      if (result > 0) return 'sent';
      return result === -1 ? 'queued' : 'dropped';
    },
    bufferedBytes: () => ws.getBufferedAmount(),
    end: (code, reason) => ws.close(code, reason),
    cut: () => ws.terminate(),
  };
}
