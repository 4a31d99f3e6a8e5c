import { beforeAll, describe, expect, test } from 'bun:test';
import { crowd } from '../../bench/scenes/crowd.ts';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { openRecording } from '../../core-wasm/host/recording/reader.ts';
import {
  KEY_FRAMES,
  layoutOf,
  type RecordedFrame,
  type RecordingReader,
  type Stretch,
  wholeFrame,
} from '../../core-wasm/host/recording/recording.ts';
import { encodeRecording } from '../../core-wasm/host/recording/writer.ts';
import type { BodyColumns } from '../../core-wasm/host/types.ts';
import { ShownWorld } from '../interpolate/shown-world.ts';
import { Deck } from './deck.ts';
import { Film } from './film.ts';

const FRAMES = 250;
const TICKS = FRAMES * 3;
const PORTION_MS = 4;

let core: Core;
let stretches: Stretch[];
/** Hash before each frame, and behind the last. */
let hashes: bigint[];
let end: { frame: number; hash: bigint };

beforeAll(async () => {
  const wasm = await Bun.file(`${import.meta.dir}/../../build/core.wasm`).bytes();
  core = await Core.create(await compileCore(wasm));
  crowd.build(core);
  stretches = [];
  hashes = [];
  for (let i = 0; i < FRAMES; i++) {
    hashes.push(core.stateHash());
    if (i % KEY_FRAMES === 0) {
      const [hash, state] = [core.stateHash(), core.snapshot()];
      stretches.push({ frame: core.frame, hash, isAnew: i === 0, state, frames: [] });
    }
    const bytes = crowd.nextFrame(core);
    ((stretches.at(-1) as Stretch).frames as RecordedFrame[]).push(wholeFrame(bytes));
    core.stepFrame(bytes);
  }
  hashes.push(core.stateHash());
  end = { frame: core.frame, hash: core.stateHash() };
});

async function readerOf(given: readonly Stretch[]): Promise<RecordingReader> {
  const layout = layoutOf((given[0] as Stretch).state);
  const head = { coreHash: core.module.hash, layout, world: 'whole', entity: 0 } as const;
  const opened = await openRecording(await encodeRecording(head, given, () => end));
  if (!opened.ok) throw new Error(opened.refusal.where);
  return opened.value;
}

/** Brings the deck there as a page does: a portion for each picture; how many it took. */
async function bring(deck: Deck, tick: number): Promise<number> {
  for (let portions = 1; portions < 10_000; portions++) {
    if (deck.work(tick, PORTION_MS)) return portions;
    // Lets the parts come that were asked for.
    await new Promise((done) => setImmediate(done));
  }
  throw new Error(`tick ${tick} is never reached: ${JSON.stringify(deck.fault?.kind)}`);
}

/** Everything up to a tick, without a jump. */
async function play(deck: Deck, upTo: number): Promise<void> {
  for (let tick = 0; tick < upTo; tick += 16) await bring(deck, tick);
  await bring(deck, upTo);
}

async function openDeck(given: readonly Stretch[] = stretches) {
  const film = new Film(await readerOf(given));
  const shown = new ShownWorld();
  return { deck: new Deck(core, film, shown, () => performance.now()), film, shown };
}

describe('a deck', () => {
  test('plays a film to its end and finds every state as recorded', async () => {
    const { deck, film } = await openDeck();
    expect(film.length).toBe(TICKS);
    await play(deck, TICKS);
    expect(core.stateHash()).toBe(end.hash);
    expect([deck.fault, deck.framesHeld]).toEqual([null, FRAMES]);
  });

  test('jumps anywhere to the state that was there', async () => {
    const { deck } = await openDeck();
    for (const frame of [137, 3, 249, 100, 99, 101, 0, 250, 200]) {
      await bring(deck, frame * 3);
      expect(core.stateHash()).toBe(hashes[frame] as bigint);
    }
    expect(deck.fault).toBeNull();
  });

  test('shows the tick that it was brought to and the one before', async () => {
    const { deck, shown } = await openDeck();
    await bring(deck, 400);
    const placesIn = ({ positions, count }: BodyColumns) => [...positions.subarray(0, count * 3)];
    const before = placesIn(shown.bodies.previous);
    const now = placesIn(shown.bodies.current);
    expect(now).not.toEqual(before);
    await bring(deck, 399);
    expect(placesIn(shown.bodies.current)).toEqual(before);
    await bring(deck, 400);
    expect(placesIn(shown.bodies.current)).toEqual(now);
  });

  test('of a film with one state keeps some for the way back', async () => {
    const [first] = stretches as [Stretch];
    const one = { ...first, frames: stretches.flatMap(({ frames }) => frames) };
    const { deck } = await openDeck([one]);
    await play(deck, TICKS);
    expect([...deck.keptTicks]).toEqual([KEY_FRAMES * 3, KEY_FRAMES * 6]);
    const held = deck.framesHeld;
    await bring(deck, TICKS - 3);
    expect(deck.framesHeld - held).toBe(FRAMES - 1 - 2 * KEY_FRAMES);
    expect(core.stateHash()).toBe(hashes[FRAMES - 1] as bigint);
  });

  test('names the first state that is not as recorded, and goes on from the next one', async () => {
    const [first, second, third] = stretches as [Stretch, Stretch, Stretch];
    const frames = first.frames.map((one, i) => (i === 40 ? hashed(one, 1n) : one));
    const { deck } = await openDeck([{ ...first, frames }, second, third]);
    await play(deck, TICKS);
    const frame = first.frame + 40;
    expect(deck.fault).toEqual({
      ...{ kind: 'diverged', frame, expected: 1n },
      got: hashes[40] as bigint,
    });
    expect(core.stateHash()).toBe(end.hash);
    expect(deck.framesHeld).toBe(40 + 150);
  });

  test('stops where a part goes bad, and plays what is sound elsewhere', async () => {
    const layout = layoutOf((stretches[0] as Stretch).state);
    const head = { coreHash: core.module.hash, layout, world: 'whole', entity: 0 } as const;
    const file = await encodeRecording(head, stretches, () => end);
    const sound = await openRecording(file);
    if (!sound.ok) throw new Error('the file is not sound');
    const offsets = sound.value.keys.map((key) => (key as unknown as { offset: number }).offset);
    const inSecond = (offsets[1] as number) + 40;
    file[inSecond] = (file[inSecond] as number) ^ 4;
    const deck = new Deck(core, new Film(sound.value), new ShownWorld(), () => performance.now());
    await bring(deck, 290);
    let isThere = false;
    for (let i = 0; i < 200 && deck.fault === null; i++) {
      isThere = deck.work(310, PORTION_MS);
      await new Promise((done) => setImmediate(done));
    }
    expect(isThere).toBe(false);
    const { frame } = stretches[1] as Stretch;
    expect(deck.fault).toMatchObject({ kind: 'unreadable', frame });
    expect(deck.tick).toBe(300);
    for (const there of [200, 220]) {
      await bring(deck, there * 3);
      expect(core.stateHash()).toBe(hashes[there] as bigint);
    }
  });
});

function hashed(one: RecordedFrame, hash: bigint): RecordedFrame {
  const bytes = one.bytes.slice();
  new DataView(bytes.buffer).setBigUint64(4, hash, true);
  return { ...one, bytes };
}
