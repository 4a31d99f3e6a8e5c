import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { ghostKeyOf } from '../core-wasm/host/ghost.ts';
import { type ServerProcess, startServer } from '../server/probe/server-process.ts';
import { launchBrowser } from './probe/browser.ts';
import { walkWithKeys } from './probe/steer.ts';
import {
  entityOf,
  nextFrame,
  openVisitor,
  type Probed,
  stance,
  until,
  type Visitor,
} from './probe/visitor.ts';

/** A server that simulates one other for each client: the third is a ghost. */
const env = { SPACETIME_WORLD_SEED: '7', SPACETIME_NEAREST_PLAYERS: '1' };
const SCREEN = { width: 320, height: 180 };
const STORY_MS = 240_000;
/** On the ground; a ghost stands below the head, within 3 cm. */
const WITHIN_M = 0.1;
const AGREED_TIMEOUT_MS = 20_000;

const dataDir = mkdtempSync(join(tmpdir(), 'spacetime-ghosts-'));
let server: ServerProcess;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer({ dataDir, env }), launchBrowser()]);
}, STORY_MS);

afterAll(async () => {
  if (server?.end) console.error(`the server ${server.end}`);
  await browser?.close();
  await server?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

function visit(name: string): Promise<Visitor> {
  const address = new URL(`http://localhost:${server.port}/?debug&quality=4`);
  return openVisitor(browser, address, { name, ...SCREEN });
}

test(
  'whoever is beyond the bubble is drawn where he walks to, and in it again when he comes near',
  async () => {
    const [watcher, near, walker] = [
      await visit('watcher'),
      await visit('near'),
      await visit('far'),
    ];
    const wanted = await entityOf(walker);
    const key = ghostKeyOf(wanted);
    const { position } = await stance(watcher);
    const spot = (x: number, z: number) => [position[0] + x, position[2] + z] as const;
    for (const [who, x] of [
      [near, 2],
      [walker, 9],
    ] as const) {
      await who.page.bringToFront();
      await who.page.click('#enter');
      await walkWithKeys(who, [spot(x, 0)], { within: 0.5 });
    }
    await watcher.page.bringToFront();
    await untilGhostAt(watcher, key, walker);
    const members = await watcher.page.evaluate(() =>
      (globalThis as unknown as Probed).spacetime.players().map(({ entity }) => entity),
    );
    expect(members).toContain(await entityOf(near));
    expect(members).not.toContain(wanted);

    await walker.page.bringToFront();
    await walkWithKeys(walker, [spot(-1.2, 0)], { within: 0.3 });
    await watcher.page.bringToFront();
    await until(watcher, 'has him in the bubble', isMemberOnly, { wanted, key });
    for (const { errors } of [watcher, near, walker]) expect(errors).toEqual([]);
  },
  STORY_MS,
);

/** Resolves when one draws the ghost where the other stands. */
async function untilGhostAt(watcher: Visitor, key: number, walker: Visitor): Promise<void> {
  const giveUpMs = performance.now() + AGREED_TIMEOUT_MS;
  for (;;) {
    const { position: at } = await stance(walker);
    const ghost = await watcher.page.evaluate(
      (wanted) =>
        (globalThis as unknown as Probed).spacetime.ghosts().find((one) => one.entity === wanted),
      key,
    );
    const seen = ghost?.position ?? [Number.POSITIVE_INFINITY, 0, 0];
    if (Math.hypot(seen[0] - at[0], seen[2] - at[2]) < WITHIN_M) return;
    if (performance.now() > giveUpMs) throw new Error(`at ${at}, seen at ${seen}`);
    await nextFrame(watcher);
  }
}

function isMemberOnly({ wanted, key }: { wanted: number; key: number }): boolean {
  const { spacetime } = globalThis as unknown as Probed;
  const isMember = spacetime.players().some(({ entity }) => entity === wanted);
  return isMember && !spacetime.ghosts().some(({ entity }) => entity === key);
}
