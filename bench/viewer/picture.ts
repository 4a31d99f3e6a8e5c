import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser } from '../../client/probe/browser.ts';
import { shrinkPng } from '../view/png.ts';
import { serveViewer } from './serve.ts';

/* Takes the page's picture for its README: `bun bench/viewer/picture.ts`. */

const FILE = join(import.meta.dir, '../../docs/images/bench-view.png');
const SIZE = { width: 1000, height: 600 };
const TICK = '100';
const DRAWN_FRAMES = 6;

const server = await serveViewer(0);
const browser = await launchBrowser();
try {
  const page = await browser.newPage({ viewport: SIZE });
  await page.goto(`${server.url.href}?scene=B&paused&contacts`);
  await page.waitForSelector('#figure-tick:not(:empty)');
  await page.fill('#until', TICK);
  await page.press('#until', 'Enter');
  await page.waitForFunction(
    (tick) => document.getElementById('figure-tick')?.textContent === tick,
    TICK,
  );
  for (let frame = 0; frame < DRAWN_FRAMES; frame++) {
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
  const picture = shrinkPng(await page.screenshot());
  writeFileSync(FILE, picture);
  console.log(`${FILE}: ${Math.round(picture.length / 1000)} kB`);
} finally {
  await browser.close();
  await server.stop(true);
}
