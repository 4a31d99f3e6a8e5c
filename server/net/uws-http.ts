import type { HttpRequest, HttpResponse } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import { BAD_REQUEST, BODY_TOO_BIG, FAILED, refusalResponse } from './refusal.ts';
import { bodyBytesMax, type ListenOptions } from './transport.ts';

/** A response may be used until it was sent or its connection broke. */
export interface ResponseLife {
  over: boolean;
}

/** Statuses that have no length either. */
const BODILESS: ReadonlySet<number> = new Set([204, 304]);

/** Must be called inside the request's callback, before any await. */
export function watchAbort(response: HttpResponse): ResponseLife {
  const life = { over: false };
  response.onAborted(() => {
    life.over = true;
  });
  return life;
}

/** Bends one plain HTTP request of the addon into `fetch(Request) → Response`. */
export function answerHttp(
  response: HttpResponse,
  request: HttpRequest,
  options: ListenOptions,
): void {
  const method = request.getCaseSensitiveMethod();
  const target = readTarget(request, options);
  const address = Buffer.from(response.getRemoteAddressAsText()).toString();
  const life = watchAbort(response);
  const withBody = method !== 'HEAD';
  const bytesMax = bodyBytesMax(request.getUrl());

  const answer = async (body: Uint8Array<ArrayBuffer> | null): Promise<void> => {
    let result: Response;
    try {
      const { url, headers } = target ?? {};
      if (url === undefined || headers === undefined) result = refusalResponse(BAD_REQUEST);
      else result = await options.fetch(new Request(url, { method, headers, body }), { address });
    } catch {
      result = refusalResponse(FAILED);
    }
    await respond(response, life, result, withBody);
  };

  if (method === 'GET' || method === 'HEAD') void answer(null);
  else readBody(response, life, bytesMax, answer);
}

/** Null when address or headers are not such that `Request` can hold them. */
function readTarget(
  request: HttpRequest,
  options: ListenOptions,
): { url: string; headers: Headers } | null {
  const scheme = options.tls === null ? 'http' : 'https';
  const host = request.getHeader('host') || 'localhost';
  const query = request.getQuery();
  const url = `${scheme}://${host}${request.getUrl()}${query ? `?${query}` : ''}`;
  if (!URL.canParse(url)) return null;
  try {
    const headers = new Headers();
    request.forEach((name, value) => {
      headers.append(name, value);
    });
    return { url, headers };
  } catch {
    return null;
  }
}

function readBody(
  response: HttpResponse,
  life: ResponseLife,
  bytesMax: number,
  done: (body: Uint8Array<ArrayBuffer>) => Promise<void>,
): void {
  const chunks: Uint8Array[] = [];
  let size = 0;
  response.onData((chunk, isLast) => {
    if (size > bytesMax) return;
    size += chunk.byteLength;
    if (size > bytesMax) {
      void respond(response, life, refusalResponse(BODY_TOO_BIG), true);
      return;
    }
    // The chunk is neutered after this callback.
    chunks.push(new Uint8Array(chunk.slice(0)));
    if (isLast) void done(new Uint8Array(Buffer.concat(chunks)));
  });
}

/** Sends `result` unless the connection broke in the meantime. */
export async function respond(
  response: HttpResponse,
  life: ResponseLife,
  result: Response,
  withBody: boolean,
): Promise<void> {
  const body = result.body === null ? null : new Uint8Array(await result.arrayBuffer());
  if (life.over) return;
  life.over = true;
  response.cork(() => {
    response.writeStatus(`${result.status} ${STATUS_CODES[result.status] ?? ''}`);
    result.headers.forEach((value, name) => {
      if (name !== 'content-length') response.writeHeader(name, value);
    });
    if (withBody && body !== null) {
      response.end(body);
      return;
    }
    // As an argument of `endWithoutBody` the length would make the addon hang up.
    const length = body?.length ?? result.headers.get('content-length') ?? 0;
    if (!BODILESS.has(result.status)) response.writeHeader('content-length', String(length));
    response.endWithoutBody();
  });
}
