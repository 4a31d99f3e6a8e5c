import { afterAll, beforeAll, expect, test } from 'bun:test';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../../client/probe/browser.ts';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { PLAYABLES, type Playable } from './playables.ts';
import { serveViewer } from './serve.ts';

const TIMEOUT_MS = 90_000;

let browser: Browser;
let server: Awaited<ReturnType<typeof serveViewer>>;
let core: Core;

beforeAll(async () => {
  server = await serveViewer(0);
  browser = await launchBrowser();
  const wasm = await Bun.file(`${import.meta.dir}/../../build/core.wasm`).bytes();
  core = await Core.create(await compileCore(wasm));
}, TIMEOUT_MS);

afterAll(async () => {
  await browser?.close();
  await server?.stop(true);
});

async function openPage(query: string): Promise<{ page: Page; errors: string[] }> {
  const page = await browser.newPage({ viewport: { width: 640, height: 400 } });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(`${server.url.href}?${query}`);
  await page.waitForSelector('#figure-state-hash:not(:empty)');
  return { page, errors };
}

async function untilTick(page: Page, tick: number): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.getElementById('figure-tick')?.textContent === wanted,
    String(tick),
    { timeout: TIMEOUT_MS },
  );
}

function hashAt(name: string, tick: number): string {
  const step = (PLAYABLES[name] as Playable).load(core);
  while (core.tick < tick) step();
  return core.stateHash().toString(16).padStart(16, '0');
}

test(
  'the page plays scene B to the same bits as here, and draws it',
  async () => {
    const { page, errors } = await openPage('scene=B&paused&contacts&bounds');
    await page.fill('#until', '90');
    await page.press('#until', 'Enter');
    await untilTick(page, 90);
    expect(await page.textContent('#figure-state-hash')).toBe(hashAt('B', 90));
    await page.click('#step');
    await untilTick(page, 91);
    expect(await page.textContent('#figure-state-hash')).toBe(hashAt('B', 91));
    expect(await page.textContent('#figure-contacts')).toBe(String(core.contactCount));
    expect(await coloursOf(page)).toBeGreaterThan(200);
    expect(errors).toEqual([]);
    await page.close();
  },
  TIMEOUT_MS,
);

test(
  'the page draws hulls and compounds, and forgets them for another scene',
  async () => {
    const { page, errors } = await openPage('scene=hull-pile&paused&contacts');
    await page.fill('#until', '60');
    await page.press('#until', 'Enter');
    await untilTick(page, 60);
    expect(await page.textContent('#figure-state-hash')).toBe(hashAt('hull-pile', 60));
    const withHulls = await coloursOf(page);
    expect(withHulls).toBeGreaterThan(200);
    await page.selectOption('select', 'box-pile');
    await page.fill('#until', '3');
    await page.press('#until', 'Enter');
    await untilTick(page, 3);
    expect(errors).toEqual([]);
    await page.close();
  },
  TIMEOUT_MS,
);

/** How many different colours the canvas shows. */
function coloursOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.getElementById('canvas') as HTMLCanvasElement;
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
    copy?.drawImage(canvas, 0, 0);
    const pixels = copy?.getImageData(0, 0, canvas.width, canvas.height).data.buffer;
    return new Set(new Uint32Array(pixels ?? new ArrayBuffer(0))).size;
  });
}

test(
  'every scene can be chosen, plays and pauses',
  async () => {
    const { page, errors } = await openPage('scene=stack');
    for (const name of Object.keys(PLAYABLES)) {
      await page.selectOption('#scene', name);
      await page.waitForFunction(
        () => Number(document.getElementById('figure-tick')?.textContent) > 12,
      );
    }
    await page.click('#play');
    await page.waitForFunction(() => document.getElementById('play')?.textContent === 'play');
    await page.click('#restart');
    await page.waitForFunction(
      () => Number(document.getElementById('figure-tick')?.textContent) <= 9,
    );
    expect(await page.textContent('#problem')).toBe('');
    expect(errors).toEqual([]);
    await page.close();
  },
  TIMEOUT_MS,
);
