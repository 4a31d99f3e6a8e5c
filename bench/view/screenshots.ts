import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../client/probe/browser.ts';
import {
  lookWithMouse,
  reachWith,
  type Spot,
  walkWithKeys,
  yawTowards,
} from '../../client/probe/steer.ts';
import {
  nextFrame,
  openVisitor,
  type Probed,
  stance,
  until,
  untilLive,
  type Visitor,
} from '../../client/probe/visitor.ts';
import { startServer } from '../../server/probe/server-process.ts';
import { startCrowd } from './crowd.ts';
import { shrinkPng } from './png.ts';

/*
 * Takes the README's pictures of a fresh world: `bun bench/view/screenshots.ts`. The hours are
 * chosen with `?hour=`; everything else in the pictures is played.
 */

const FOLDER = join(import.meta.dir, '../../docs/images');
const SIZE = { width: 1280, height: 720 };
const PICTURE_BYTES_MAX = 400_000;
const WORLD_SEED = '7';
const CROWD = 12;
/** Shaders are compiled and the picture is steady after so many frames. */
const STEADY_FRAMES = 6;

interface Shot {
  readonly name: string;
  readonly hour: number;
  /** The way from the ring of arrivals to where the picture is taken. */
  readonly way: readonly Spot[];
  readonly lookAt: Spot;
  /** Radians up. */
  readonly pitch: number;
  readonly headset: boolean;
}

const SHOTS: readonly Shot[] = [
  {
    name: 'morning',
    hour: 7.6,
    way: [[-6.8, 12.8]],
    lookAt: [2, 0],
    pitch: -0.08,
    headset: false,
  },
  {
    name: 'vr',
    hour: 15.5,
    way: [[-5, 11.5]],
    lookAt: [-1, 4],
    pitch: -0.15,
    headset: true,
  },
  {
    name: 'night',
    hour: 22.5,
    way: [[12, 10]],
    lookAt: [0, 0],
    pitch: 0.05,
    headset: false,
  },
];

const dataDir = mkdtempSync(join(tmpdir(), 'spacetime-screenshots-'));
const server = await startServer({ dataDir, env: { SPACETIME_WORLD_SEED: WORLD_SEED } });
const browser = await launchBrowser();
const crowd = await startCrowd(`ws://127.0.0.1:${server.port}`, CROWD);
try {
  mkdirSync(FOLDER, { recursive: true });
  const only = process.argv.slice(2);
  for (const shot of SHOTS) {
    if (only.length === 0 || only.includes(shot.name)) await take(browser, shot);
  }
} finally {
  crowd.close();
  await browser.close();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function take(browser: Browser, shot: Shot): Promise<void> {
  const visitor = await walkThere(browser, shot);
  const { page } = visitor;
  await untilSteady(visitor);
  const picture = shrinkPng(await page.screenshot());
  await page.context().close();
  console.log(`${shot.name}: ${Math.round(picture.length / 1000)} kB`);
  if (picture.length > PICTURE_BYTES_MAX) throw new Error('more than a README bears');
  writeFileSync(join(FOLDER, `${shot.name}.png`), picture);
}

/** Walks at a size that a software renderer draws fast, then opens the page anew in full. */
async function walkThere(browser: Browser, shot: Shot): Promise<Visitor> {
  const address = new URL(`http://localhost:${server.port}/?debug`);
  const small = { name: shot.name, width: 320, height: 180, headset: shot.headset };
  const visitor = await openVisitor(browser, address, small);
  const { page } = visitor;
  await page.click('#enter');
  await walkWithKeys(visitor, shot.way, { within: 0.6, pitch: -1.2 });
  await page.setViewportSize(SIZE);
  await page.goto(`${address.href}&quality=0&hour=${shot.hour}`);
  await untilLive(visitor, 60_000);
  await page.click(shot.headset ? '#enter-vr' : '#enter');
  if (shot.headset) await wearHeadset(visitor, shot);
  else await look(visitor, shot);
  await page.keyboard.press('Backquote');
  return visitor;
}

async function look(visitor: Visitor, { lookAt, pitch }: Shot): Promise<void> {
  await until(visitor, 'holds the pointer', () => document.pointerLockElement !== null, null);
  const { position } = await stance(visitor);
  await lookWithMouse(visitor, yawTowards(lookAt[0] - position[0], lookAt[1] - position[2]), pitch);
  // The first words to a newcomer are not part of the picture.
  await visitor.page.evaluate(() => document.getElementById('hint')?.remove());
}

/** Both eyes side by side, the head turned to what there is to see, the hands in front of it. */
async function wearHeadset(visitor: Visitor, { lookAt, pitch }: Shot): Promise<void> {
  const { page } = visitor;
  await until(visitor, 'the headset is worn', headsetIsWorn, null);
  const { position, yaw } = await stance(visitor);
  const [dx, dz] = [lookAt[0] - position[0], lookAt[1] - position[2]];
  await page.evaluate(
    ([turn, pitch]) => {
      const { headset } = globalThis as unknown as Probed;
      const [y, x] = [Math.sin(turn / 2), Math.sin(pitch / 2)];
      const [cosY, cosX] = [Math.cos(turn / 2), Math.cos(pitch / 2)];
      headset.quaternion.set(cosY * x, y * cosX, -y * x, cosY * cosX);
      for (const controller of [headset.controllers.left, headset.controllers.right]) {
        controller?.quaternion.copy(headset.quaternion);
      }
      headset.stereoEnabled = true;
    },
    [yawTowards(dx, dz) - yaw, pitch] as const,
  );
  const distance = Math.hypot(dx, dz);
  const [x, z] = [dx / distance, dz / distance];
  await reachWith(visitor, 'left', [x * 0.5 + z * 0.22, 1.35, z * 0.5 - x * 0.22]);
  await reachWith(visitor, 'right', [x * 0.5 - z * 0.22, 1.35, z * 0.5 + x * 0.22]);
}

function headsetIsWorn(): boolean {
  return (globalThis as unknown as Probed).headset.activeSession !== undefined;
}

async function untilSteady(visitor: Visitor): Promise<void> {
  for (let frame = 0; frame < STEADY_FRAMES; frame++) await nextFrame(visitor);
}
