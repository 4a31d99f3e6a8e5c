import type { XRDevice } from 'iwer';
import type { Browser, Page } from 'playwright-core';
import type { TestHook } from '../debug/test-hook.ts';
import { headsetScript } from './browser.ts';

/** A page in the world, in a browser profile of its own: somebody with an account of his own. */
export interface Visitor {
  readonly name: string;
  readonly page: Page;
  /** What went wrong in the page so far, refused content included; lost connections are not. */
  readonly errors: readonly string[];
}

export interface VisitorOptions {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** Gives the page an emulated Quest 3, `globalThis.headset`. */
  readonly headset?: boolean;
}

/** What a page has on its `globalThis` for us: cast to it inside of `evaluate`. */
export interface Probed {
  readonly spacetime: TestHook;
  /** Only in a page that was opened with one. */
  readonly headset: XRDevice;
}

export type Place = readonly [number, number, number];

const LOADED_TIMEOUT_MS = 30_000;

/** Opens the page at `address`, which asks for `?debug`, and waits until the world is live. */
export async function openVisitor(
  browser: Browser,
  address: URL,
  { name, width, height, headset = false }: VisitorOptions,
): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width, height } });
  const page = await context.newPage();
  if (headset) await page.addInitScript(await headsetScript());
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !/net::ERR_|WebSocket/.test(text)) errors.push(text);
  });
  await page.goto(address.href);
  const visitor = { name, page, errors };
  await untilLive(visitor, LOADED_TIMEOUT_MS);
  return visitor;
}

const HOLDS_TIMEOUT_MS = 20_000;

/**
 * Resolves when `holds`, which runs in the page, is true; looks once per drawn frame. Throws with
 * what the page last showed. Playwright's own `waitForFunction` needs `unsafe-eval`, which our
 * Content-Security-Policy forbids.
 */
export async function until<A>(
  visitor: Visitor,
  what: string,
  holds: (arg: A) => boolean,
  arg: A,
  timeoutMs = HOLDS_TIMEOUT_MS,
): Promise<void> {
  const giveUpMs = performance.now() + timeoutMs;
  const evaluate = visitor.page.evaluate as (run: typeof holds, arg: A) => Promise<boolean>;
  while (!(await evaluate.call(visitor.page, holds, arg))) {
    if (performance.now() > giveUpMs) {
      throw new Error(
        `${visitor.name}: not within ${timeoutMs} ms: ${what}\n${await say(visitor)}`,
      );
    }
    await nextFrame(visitor);
  }
}

export function untilLive(visitor: Visitor, timeoutMs = HOLDS_TIMEOUT_MS): Promise<void> {
  return until(
    visitor,
    'live, with a body in the world',
    () => {
      const { spacetime } = globalThis as unknown as Partial<Probed>;
      if (spacetime === undefined) return false;
      const { connection, entity } = spacetime;
      return connection === 'live' && spacetime.players().some((one) => one.entity === entity);
    },
    null,
    timeoutMs,
  );
}

export function nextFrame({ page }: Visitor): Promise<void> {
  return page.evaluate(() => new Promise<void>((drawn) => requestAnimationFrame(() => drawn())));
}

/** What the page shows, for whoever reads why a test failed. */
export async function say({ name, page, errors }: Visitor): Promise<string> {
  const shown = await page.evaluate(() => {
    const { spacetime } = globalThis as unknown as Partial<Probed>;
    const overlay = document.getElementById('debug')?.textContent ?? '';
    const connection = document.getElementById('connection')?.textContent ?? '';
    const seen = spacetime && {
      position: spacetime.position,
      yaw: spacetime.yaw,
      held: spacetime.held,
      players: spacetime.players(),
    };
    return `${connection.trim()}\n${overlay}\n${JSON.stringify(seen)}`;
  });
  return [`${name} shows: ${shown}`, ...errors].join('\n');
}

/** Where a visitor stands, on his own page: m, radians. */
export function stance({
  page,
}: Visitor): Promise<{ position: Place; yaw: number; pitch: number }> {
  return page.evaluate(() => {
    const { position, yaw, pitch } = (globalThis as unknown as Probed).spacetime;
    return { position, yaw, pitch };
  });
}

/** Where a page draws `entity`: a body's middle or a player's foot. Throws when it has none. */
export async function placeOf({ page, name }: Visitor, entity: number): Promise<Place> {
  const place = await page.evaluate((wanted) => {
    const { spacetime } = globalThis as unknown as Probed;
    const player = spacetime.players().find((one) => one.entity === wanted);
    return player?.position ?? spacetime.bodyPosition(wanted);
  }, entity);
  if (place === null) throw new Error(`${name} sees no entity ${entity}`);
  return place;
}

/** Resolves when both draw `entity` in the same place, m apart at most. */
export async function untilAgreed(
  [one, other]: readonly [Visitor, Visitor],
  entity: number,
  within: number,
): Promise<void> {
  const giveUpMs = performance.now() + HOLDS_TIMEOUT_MS;
  for (;;) {
    const [a, b] = await Promise.all([placeOf(one, entity), placeOf(other, entity)]);
    if (Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) <= within) return;
    if (performance.now() > giveUpMs) {
      throw new Error(`${entity} is at ${a} and at ${b}\n${await say(one)}\n${await say(other)}`);
    }
    await nextFrame(one);
  }
}

export function entityOf({ page }: Visitor): Promise<number> {
  return page.evaluate(() => (globalThis as unknown as Probed).spacetime.entity);
}
