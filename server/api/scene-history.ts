import type { Hono } from 'hono';
import { type Refusal, refusalResponse } from '../net/refusal.ts';
import type { SceneRecord } from '../ports.ts';

export interface SceneHistoryRoute {
  /** Newest first. Rejects when neither replica nor primary answers. */
  readonly sceneHistory: (limit: number) => Promise<readonly SceneRecord[]>;
}

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;

const BAD_LIMIT: Refusal = {
  status: 400,
  code: 'bad-limit',
  message: `The limit is a whole number from 1 to ${LIMIT_MAX}.`,
  fix: `Ask for /scene/history?limit=${LIMIT_DEFAULT}.`,
};

const UNAVAILABLE: Refusal = {
  status: 503,
  code: 'store-unavailable',
  message: 'The history cannot be read just now.',
  fix: 'Try again in a moment.',
};

/** What happened to the world as a whole: when it began, was recovered, was cut. */
export function addSceneHistory(
  app: Hono<{ Bindings: { address: string } }>,
  { sceneHistory }: SceneHistoryRoute,
): void {
  app.get('/scene/history', async (context) => {
    const text = context.req.query('limit') ?? String(LIMIT_DEFAULT);
    const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
    if (limit < 1 || limit > LIMIT_MAX) return refusalResponse(BAD_LIMIT);
    try {
      return context.json({ events: await sceneHistory(limit) }, 200, {
        'cache-control': 'max-age=5',
      });
    } catch {
      return refusalResponse(UNAVAILABLE);
    }
  });
}
