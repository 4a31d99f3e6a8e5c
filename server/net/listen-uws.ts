import type {
  HttpRequest,
  HttpResponse,
  TemplatedApp,
  us_listen_socket,
  us_socket_context_t,
  WebSocket,
} from 'uWebSockets.js';
import { CloseCode } from '../../core-wasm/host/close-code.ts';
import type { Admission } from '../ports.ts';
import { isRefusal, knock, SUBPROTOCOL } from './door.ts';
import { refusalResponse } from './refusal.ts';
import { type EngineSocket, SocketLink } from './socket-link.ts';
import {
  ENGINE_IDLE_SECONDS,
  ENGINE_MESSAGE_BYTES_MAX,
  type Listener,
  type ListenOptions,
  STOP_LINGER_MS,
} from './transport.ts';
import { answerHttp, respond, watchAbort } from './uws-http.ts';

/** The addon's types leave out what it has exported for years. */
type Engine = typeof import('uWebSockets.js') & { readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number };

interface SocketState {
  readonly admission: Admission;
  link: SocketLink | null;
}

/**
 * Listens with uWebSockets.js, under Node only. Rejects when the addon cannot load, the port is
 * taken or the certificate cannot be read. TLS 1.2 stays possible: the addon has no switch for it.
 */
export async function listenUws(options: ListenOptions): Promise<Listener> {
  const engine = await loadEngine();
  const { tls, limits } = options;
  const app =
    tls === null
      ? engine.App()
      : engine.SSLApp({ cert_file_name: tls.certPath, key_file_name: tls.keyPath });
  const links = new Set<SocketLink>();
  let opened = 0;

  app.ws<SocketState>('/*', {
    maxPayloadLength: ENGINE_MESSAGE_BYTES_MAX,
    maxBackpressure: limits.hardBufferBytes,
    idleTimeout: ENGINE_IDLE_SECONDS,
    sendPingsAutomatically: true,
    compression: engine.DISABLED,
    upgrade: (response, request, context) => askTheDoor(response, request, context, options),
    open(ws) {
      const state = ws.getUserData();
      const link = new SocketLink(++opened, state.admission, engineSocket(ws), options);
      state.link = link;
      links.add(link);
      options.events.onOpen(link);
    },
    message(ws, message, isBinary) {
      // A view, not a copy: the buffer is neutered after this callback, as `onMessage` warns.
      ws.getUserData().link?.received(isBinary ? new Uint8Array(message) : null);
    },
    ping: (ws, payload) => ws.getUserData().link?.receivedControl(payload.byteLength),
    pong: (ws, payload) => ws.getUserData().link?.receivedControl(payload.byteLength),
    drain: (ws) => ws.getUserData().link?.drained(),
    close(ws, code) {
      const { link } = ws.getUserData();
      if (link === null) return;
      links.delete(link);
      link.gone(code);
    },
  });
  app.any('/*', (response, request) => answerHttp(response, request, options));

  const socket = await listenExclusively(engine, app, options);

  return {
    port: engine.us_socket_local_port(socket),
    async stop() {
      engine.us_listen_socket_close(socket);
      for (const link of links) link.close(CloseCode.GOING_AWAY, 'server stopped');
      await new Promise<void>((done) => options.clock.after(STOP_LINGER_MS, done));
      app.close();
    },
  };
}

function askTheDoor(
  response: HttpResponse,
  request: HttpRequest,
  context: us_socket_context_t,
  options: ListenOptions,
): void {
  // The request lives on the stack of this call: everything is read before the answer.
  const key = request.getHeader('sec-websocket-key');
  const offer = request.getHeader('sec-websocket-protocol');
  const extensions = request.getHeader('sec-websocket-extensions');
  const address = Buffer.from(response.getRemoteAddressAsText()).toString();
  const life = watchAbort(response);
  void knock(offer, address, options.admit).then((answer) => {
    if (life.over) return;
    if (isRefusal(answer)) return void respond(response, life, refusalResponse(answer), true);
    const state: SocketState = { admission: answer, link: null };
    response.cork(() => response.upgrade(state, key, SUBPROTOCOL, extensions, context));
  });
}

async function listenExclusively(
  engine: Engine,
  app: TemplatedApp,
  { host, port }: ListenOptions,
): Promise<us_listen_socket> {
  const socket = await new Promise<us_listen_socket | false>((resolve) => {
    // Without the exclusive flag a second server would silently share the port. The addon takes
    // the flag together with a host, its types do not say so.
    const listen = app.listen as unknown as ExclusiveListen;
    listen.call(app, host, port, engine.LIBUS_LISTEN_EXCLUSIVE_PORT, resolve);
  });
  if (socket === false) throw new Error(`cannot listen on ${host}:${port}: is the port taken?`);
  return socket;
}

type ExclusiveListen = (
  host: string,
  port: number,
  flags: number,
  listening: (socket: us_listen_socket | false) => void,
) => void;

async function loadEngine(): Promise<Engine> {
  try {
    const loaded = await import('uWebSockets.js');
    return loaded.default as Engine;
  } catch (cause) {
    throw new Error(
      `uWebSockets.js does not load into ${process.release.name} ${process.version}: ` +
        'use Node 20, install with optional dependencies, or start the server under Bun.',
      { cause },
    );
  }
}

function engineSocket(ws: WebSocket<SocketState>): EngineSocket {
  return {
    send(bytes) {
      const result = ws.send(bytes, true, false);
      if (result === 1) return 'sent';
      return result === 0 ? 'queued' : 'dropped';
    },
    bufferedBytes: () => ws.getBufferedAmount(),
    end: (code, reason) => ws.end(code, reason),
    cut: () => ws.close(),
  };
}
