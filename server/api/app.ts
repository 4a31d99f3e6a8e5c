import { type Context, Hono } from 'hono';
import type { z } from 'zod';
import { DRAINING } from '../auth/doorkeeper.ts';
import { FAILED, type Refusal, refusalResponse } from '../net/refusal.ts';
import type { HttpPeer } from '../net/transport.ts';
import { type HealthState, isAlive, unreadyReasons } from '../observe/health.ts';
import type { Logger } from '../observe/log.ts';
import type { Metrics } from '../observe/metrics.ts';
import { senderOf } from './address.ts';
import { type Assets, assetResponse } from './assets.ts';
import {
  admitGuest,
  GuestBody,
  type GuestDesk,
  type GuestPass,
  RenewBody,
  renewGuest,
} from './guests.ts';
import { addIncidents, type IncidentRoute } from './incidents.ts';
import { addSceneHistory, type SceneHistoryRoute } from './scene-history.ts';
import { SECURITY_HEADERS } from './security-headers.ts';
import { createSenderLimit, type SenderLimit } from './sender-limit.ts';

export interface AppOptions extends GuestDesk, IncidentRoute, SceneHistoryRoute {
  readonly health: HealthState;
  readonly metrics: Metrics;
  /** The built client; see `loadAssets`. */
  readonly assets: Assets;
  readonly guestsPerMinute: number;
  readonly log: Logger;
  /** Hears of a sender who asks more often than he may. */
  readonly onLimited?: (code: string, address: string) => void;
}

/** Answers one request; never rejects. */
export type App = (request: Request, peer: HttpPeer) => Promise<Response>;

type Env = { Bindings: HttpPeer };

const PATHS: ReadonlySet<string> = new Set([
  '/auth/guest',
  '/auth/renew',
  '/health',
  '/health/live',
  '/health/ready',
  '/incidents',
  '/metrics',
  '/scene/history',
]);
/** A renewal writes nothing, so many more of them are affordable. */
const RENEWALS_PER_GUEST = 10;

/** Everything that the server answers over HTTP. */
export function createApp(options: AppOptions): App {
  const app = new Hono<Env>();
  app.use(async (context, next) => {
    const startedMs = options.clock.nowMs();
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.header(name, value);
    count(options, context, options.clock.nowMs() - startedMs);
  });
  addAuth(app, options);
  addIncidents(app, options);
  addHealth(app, options);
  addSceneHistory(app, options);
  app.get('/metrics', async (context) => {
    const text = await options.metrics.render();
    return context.body(text, 200, { 'content-type': options.metrics.contentType });
  });
  app.get('*', (context) => {
    const asset = options.assets.get(context.req.path);
    if (asset !== undefined) return assetResponse(asset, context.req.raw);
    return refusalResponse(notFound(context.req.path, options.assets));
  });
  app.notFound((context) => refusalResponse(notFound(context.req.path, options.assets)));
  app.onError((error, context) => {
    options.log.error({ err: error, path: context.req.path }, 'request failed');
    return refusalResponse(FAILED);
  });
  return async (request, peer) => app.fetch(request, peer);
}

function addAuth(app: Hono<Env>, options: AppOptions): void {
  const guests = createSenderLimit(options.guestsPerMinute);
  const renewals = createSenderLimit(options.guestsPerMinute * RENEWALS_PER_GUEST);
  app.post('/auth/guest', (context) =>
    serveDesk(options, context, guests, GuestBody, (body) => admitGuest(options, body)),
  );
  app.post('/auth/renew', (context) =>
    serveDesk(options, context, renewals, RenewBody, (body) => renewGuest(options, body)),
  );
}

async function serveDesk<T>(
  options: AppOptions,
  context: Context<Env>,
  limit: SenderLimit,
  Body: z.ZodType<T>,
  serve: (body: T) => Promise<GuestPass | Refusal>,
): Promise<Response> {
  if (options.health.draining) return refusalResponse(DRAINING);
  const sender = senderOf(context.req.raw, context.env);
  const waitSeconds = sender === null ? 0 : limit.take(sender, options.clock.nowMs());
  if (waitSeconds > 0 && sender !== null) {
    options.onLimited?.('too-many-requests', sender);
    return refusalResponse(tooMany(waitSeconds), { 'retry-after': String(waitSeconds) });
  }
  const body = Body.safeParse(parseJson(await context.req.text()));
  if (!body.success) return refusalResponse(badBody(body.error));
  const pass = await serve(body.data);
  if ('status' in pass) return refusalResponse(pass);
  return context.json(pass, 200, { 'cache-control': 'no-store' });
}

function addHealth(app: Hono<Env>, { health, clock }: AppOptions): void {
  const noStore = { 'cache-control': 'no-store' };
  app.get('/health/live', (context) => {
    const alive = isAlive(health, clock.nowMs());
    return context.json({ status: alive ? 'alive' : 'stalled' }, alive ? 200 : 503, noStore);
  });
  app.get('/health/ready', (context) => {
    const reasons = unreadyReasons(health, clock.nowMs());
    const ready = reasons.length === 0;
    const status = ready ? 'ready' : 'unready';
    return context.json({ status, reasons }, ready ? 200 : 503, noStore);
  });
  app.get('/health', (context) => {
    const nowMs = clock.nowMs();
    const reasons = unreadyReasons(health, nowMs);
    const live = isAlive(health, nowMs);
    const ready = reasons.length === 0;
    const status = live && ready ? 'healthy' : 'unhealthy';
    return context.json({ status, live, ready, reasons }, live && ready ? 200 : 503, noStore);
  });
}

/** An empty body counts as an empty object; what is no JSON as something that no schema takes. */
function parseJson(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function count({ metrics }: AppOptions, context: Context<Env>, durationMs: number): void {
  const { path, method } = context.req;
  const { status } = context.res;
  const route = PATHS.has(path) ? path : status < 400 ? 'asset' : 'other';
  const labels = { method: /^(GET|HEAD|POST)$/.test(method) ? method : 'other', route };
  metrics.increment('http_requests_total', { ...labels, status: String(status) });
  metrics.observe('http_request_duration_seconds', durationMs / 1000, { route });
}

function notFound(path: string, assets: Assets): Refusal {
  if (path === '/' && !assets.has('/')) {
    return {
      status: 503,
      code: 'client-not-built',
      message: 'The server runs, but its web client was not built.',
      fix: 'Run "bun run build" and restart the server.',
    };
  }
  return {
    status: 404,
    code: 'not-found',
    message: 'Nothing is found under this address with this method.',
    fix: 'The world is entered at /.',
  };
}

function tooMany(waitSeconds: number): Refusal {
  return {
    status: 429,
    code: 'too-many-requests',
    message: 'Too many tickets were taken from this address.',
    fix: `Try again in ${waitSeconds} s; the operator can raise SPACETIME_GUESTS_PER_MINUTE.`,
  };
}

function badBody(error: z.ZodError): Refusal {
  const [issue] = error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'body' : issue.path.join('.');
  return {
    status: 400,
    code: 'bad-body',
    message: `The ${where} is not as expected: ${issue?.message ?? 'not JSON'}.`,
    fix: 'Send a JSON object: {"name": text} to /auth/guest, {"ticket": text} to /auth/renew.',
  };
}
