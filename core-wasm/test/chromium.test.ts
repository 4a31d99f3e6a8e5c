import { afterAll, beforeAll, expect, test } from 'bun:test';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { golden } from './golden.ts';
import { artifactBytes } from './world.ts';

/** The recording in a page of the system's Chromium. */
const BROWSER_TIMEOUT_MS = 90_000;
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser: Browser;
let server: ReturnType<typeof Bun.serve>;

beforeAll(async () => {
  const executablePath = Bun.which('chromium');
  if (executablePath === null) throw new Error('no chromium on PATH: `bun run ops doctor` helps');
  const entry = fileURLToPath(new URL('./probe-page.ts', import.meta.url));
  const built = await Bun.build({ entrypoints: [entry], target: 'browser' });
  const script = await (built.outputs[0] as Blob).text();
  const page = '<!doctype html><title>probe</title><script type="module" src="/probe.js"></script>';
  const answers: Record<string, () => Response> = {
    '/': () => new Response(page, { headers: { 'content-type': 'text/html' } }),
    '/probe.js': () => new Response(script, { headers: { 'content-type': 'text/javascript' } }),
    '/core.wasm': () =>
      new Response(artifactBytes(), { headers: { 'content-type': 'application/wasm' } }),
  };
  server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: ({ url }) =>
      answers[new URL(url).pathname]?.() ?? new Response('not found', { status: 404 }),
  });
  browser = await chromium.launch({ executablePath, args: FLAGS });
}, BROWSER_TIMEOUT_MS);

afterAll(async () => {
  await browser?.close();
  await server?.stop(true);
});

test(
  'Chromium makes the golden trace',
  async () => {
    const page = await browser.newPage();
    await page.goto(server.url.href);
    await page.waitForFunction(() => 'trace' in window);
    expect(await page.evaluate(() => window.trace)).toEqual(golden());
  },
  BROWSER_TIMEOUT_MS,
);
