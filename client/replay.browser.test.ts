import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { Core } from '../core-wasm/host/core.ts';
import { hashText } from '../core-wasm/host/hash-text.ts';
import { loadRecorded } from '../core-wasm/host/recording/play.ts';
import { openRecording } from '../core-wasm/host/recording/reader.ts';
import type { RecordingReader } from '../core-wasm/host/recording/recording.ts';
import { type ServedRecording, serveRecording } from '../ops/setup/serve-recording.ts';
import { loadCoreModule } from '../server/artifacts.ts';
import type { ReplayHook } from './debug/replay-hook.ts';
import { headsetScript, launchBrowser } from './probe/browser.ts';
import { pushStick } from './probe/steer.ts';
import { type Probed, until, type Visitor } from './probe/visitor.ts';

/* A recording in a real page: as it was made, wherever its slider is put. */

const FILE = join(import.meta.dir, '../server/sim/storm.strec');
const SCREEN = { width: 480, height: 320 };
const CHAPTER_MS = 150_000;
/** One step of a crowd on a machine that six others use; without a bound it would be seconds. */
const WORK_MS_MAX = 120;

let core: Core;
let reader: RecordingReader;
let served: ServedRecording;
let browser: Browser;
let page: Page;
let errors: string[];

beforeAll(async () => {
  core = await Core.create(await loadCoreModule());
  reader = await opened(readFileSync(FILE));
  [served, browser] = await Promise.all([serveRecording(FILE), launchBrowser()]);
}, CHAPTER_MS);

afterAll(async () => {
  await browser?.close();
  await served?.stop();
});

async function opened(bytes: Uint8Array): Promise<RecordingReader> {
  const read = await openRecording(bytes);
  if (!read.ok) throw new Error(read.refusal.where);
  return read.value;
}

interface Played {
  readonly replay: ReplayHook;
}

async function openPage(): Promise<void> {
  const context = await browser.newContext({ viewport: SCREEN });
  page = await context.newPage();
  errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
}

const visitor = (): Visitor => ({ name: 'viewer', page, errors });

async function seek(tick: number): Promise<void> {
  await page.locator('#replay-time').evaluate((slider, value) => {
    (slider as HTMLInputElement).value = String(value);
    slider.dispatchEvent(new Event('input'));
    slider.dispatchEvent(new Event('change'));
  }, tick);
  await until(visitor(), `is at tick ${tick}`, isAt, tick);
}

/** The state before so many frames of the film, by a core of our own. */
async function hashAfter(frames: number): Promise<string> {
  let left = frames;
  for (const [key, { count }] of reader.keys.entries()) {
    const [state, played] = [await reader.state(key), await reader.frames(key)];
    if (!state.ok || !played.ok) throw new Error('the kept recording cannot be read');
    if (left > count) {
      left -= count;
      continue;
    }
    core.restore(state.value);
    for (const frame of played.value.slice(0, left)) {
      expect(loadRecorded(core, 'whole', frame)).toBeNull();
      for (let tick = 0; tick < 3; tick++) core.step();
    }
    break;
  }
  return hashText(core.stateHash());
}

test(
  'a recording named by the address plays, as it was made',
  async () => {
    await openPage();
    served.url.searchParams.set('debug', '');
    await page.goto(served.url.href);
    await until(visitor(), 'plays', isPlaying, 12);
    expect(await page.isVisible('#replay')).toBe(true);
    expect(await page.isVisible('#card')).toBe(false);
    expect(await page.textContent('#replay-state')).toMatch(/\d+ frames as recorded/);
    await page.click('#replay-play');
    const { time } = await page.evaluate(timeOf);
    await page.click('#replay-step');
    const stepped = await page.evaluate(timeOf);
    expect(stepped.time % 3).toBe(0);
    expect(stepped.time).toBeGreaterThan(time);
  },
  CHAPTER_MS,
);

test(
  'the slider jumps to the very state that was there, and no picture waits for it',
  async () => {
    const { length } = await page.evaluate(timeOf);
    expect(length).toBe(reader.keys.reduce((sum, { count }) => sum + count, 0) * 3);
    for (const frame of [Math.floor(length / 3) - 7, 130, 299, 3]) {
      await seek(frame * 3);
      expect(await page.evaluate(hashOf)).toBe(await hashAfter(frame));
    }
    expect(await page.evaluate(longestWorkOf)).toBeLessThan(WORK_MS_MAX);
  },
  CHAPTER_MS,
);

test(
  'at sixteen times the speed it runs to its end, every state compared, and can be followed',
  async () => {
    await page.selectOption('#replay-speed', '16');
    await page.click('#replay-play');
    await until(visitor(), 'is at the end', isAtEnd, null);
    expect(await page.evaluate(faultOf)).toBeNull();
    await until(visitor(), 'has stopped', saysPlay, null);

    const someone = page.locator('#replay-follow option').nth(2);
    const before = await page.evaluate(eyeOf);
    await page.selectOption('#replay-follow', (await someone.getAttribute('value')) ?? '');
    await until(visitor(), 'looks from elsewhere', isElsewhere, before);
    await page.selectOption('#replay-follow', '0');
    const left = await page.evaluate(eyeOf);
    await page.keyboard.down('KeyW');
    await until(visitor(), 'flies', isElsewhere, left);
    await page.keyboard.up('KeyW');
    expect(errors).toEqual([]);
  },
  CHAPTER_MS,
);

test(
  'an altered file is refused in words, and one that is chosen is played in its place',
  async () => {
    const altered = readFileSync(FILE);
    altered[40] = (altered[40] as number) ^ 1;
    await page.route('**/recordings/*', (route) => route.fulfill({ body: altered }));
    await page.goto(served.url.href);
    await page.waitForSelector('#fault:not([hidden])');
    expect(await page.textContent('#fault-advice')).toContain('altered: the first line');
    await page.unroute('**/recordings/*');

    await Promise.all([
      page.waitForURL(/replay=chosen/),
      page.setInputFiles('#choose-recording', FILE),
    ]);
    await page.waitForSelector('#replay:not([hidden])');
    expect(await page.textContent('#replay-name')).toStartWith('storm.strec');

    await Promise.all([
      page.waitForURL(/again\.strec/),
      page.evaluate(dropFile, [...readFileSync(FILE)]),
    ]);
    await page.waitForSelector('#replay:not([hidden])');
    expect(await page.textContent('#replay-name')).toStartWith('again.strec');
  },
  CHAPTER_MS,
);

test(
  'in a headset the stick flies, and only its owner moves the view',
  async () => {
    await page.context().close();
    await openPage();
    await page.addInitScript(await headsetScript());
    await page.goto(served.url.href);
    await until(visitor(), 'plays', isPlaying, 3);
    await page.click('#replay-vr');
    await until(visitor(), 'the headset is worn', headsetIsWorn, null);
    const worn = await page.evaluate(eyeOf);
    const { time } = await page.evaluate(timeOf);
    await until(visitor(), 'plays on', isPlaying, time + 30);
    expect(await page.evaluate(eyeOf)).toEqual(worn);
    await pushStick(visitor(), 'left', 0, -1);
    await until(visitor(), 'flies', isElsewhere, worn);
    expect(errors).toEqual([]);
  },
  CHAPTER_MS,
);

// What follows runs in the pages, so that each function must stand alone.

function isPlaying(ticks: number): boolean {
  const { replay } = globalThis as unknown as Partial<Played>;
  return replay?.isThere === true && replay.time > ticks && replay.players > 0;
}

function isAt(tick: number): boolean {
  const { replay } = globalThis as unknown as Played;
  return replay.shownTick === tick;
}

function isAtEnd(): boolean {
  const { replay } = globalThis as unknown as Played;
  return replay.shownTick === replay.length;
}

function headsetIsWorn(): boolean {
  return (globalThis as unknown as Probed).headset.activeSession !== undefined;
}

function dropFile(bytes: readonly number[]): void {
  const dropped = new DataTransfer();
  dropped.items.add(new File([Uint8Array.from(bytes)], 'again.strec'));
  window.dispatchEvent(new DragEvent('drop', { dataTransfer: dropped, cancelable: true }));
}

function saysPlay(): boolean {
  return document.getElementById('replay-play')?.textContent === 'Play';
}

function isElsewhere(than: readonly number[]): boolean {
  const { eye } = (globalThis as unknown as Played).replay;
  return eye.some((value, axis) => Math.abs(value - (than[axis] ?? 0)) > 0.3);
}

function timeOf(): { time: number; length: number } {
  const { time, length } = (globalThis as unknown as Played).replay;
  return { time, length };
}

const hashOf = (): string => (globalThis as unknown as Played).replay.stateHash;
const faultOf = (): string | null => (globalThis as unknown as Played).replay.fault;
const eyeOf = (): readonly number[] => (globalThis as unknown as Played).replay.eye;
const longestWorkOf = (): number => (globalThis as unknown as Played).replay.longestWorkMs;
