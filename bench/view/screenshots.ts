import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
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
import { nextFrame, openVisitor, type Probed, until, type Visitor } from '../../client/probe/visitor.ts';
import { startServer } from '../../server/probe/server-process.ts';
import { startCrowd } from './crowd.ts';

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
  readonly overlay: boolean;
  readonly headset: boolean;
}

const SHOTS: readonly Shot[] = [
  {
    name: 'morning',
    hour: 7.6,
    way: [[-9, 13]],
    lookAt: [2, 0],
    pitch: -0.08,
    overlay: false,
    headset: false,
  },
  {
    name: 'vr',
    hour: 15.5,
    way: [[-5, 11.5]],
    lookAt: [-1, 4],
    pitch: -0.15,
    overlay: false,
    headset: true,
  },
  {
    name: 'night',
    hour: 22.5,
    way: [[12, 10]],
    lookAt: [0, 0],
    pitch: 0.05,
    overlay: true,
    headset: false,
  },
];
