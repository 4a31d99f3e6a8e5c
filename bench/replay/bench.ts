import { readFileSync } from 'node:fs';
import { ShownWorld } from '../../client/interpolate/shown-world.ts';
import { FlightRecorder } from '../../client/predict/flight-recorder.ts';
import { Deck } from '../../client/replay/deck.ts';
import { Film } from '../../client/replay/film.ts';
import { Core, NO_CHANGE } from '../../core-wasm/host/core.ts';
import { playRecording } from '../../core-wasm/host/recording/play.ts';
import { openRecording } from '../../core-wasm/host/recording/reader.ts';
import { type RecordingReader, refusalText } from '../../core-wasm/host/recording/recording.ts';
import { FRAME_DURATION_MS, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { loadCoreModule } from '../../server/artifacts.ts';
import { createSeededRandom } from '../../server/seeded-random.ts';
import { type Bench, type Figures, percentile, rounded, UnknownChoice } from '../bench.ts';
import { crowd, gather } from '../micro/gathering.ts';
import { filmWorld } from './film-world.ts';

/** 100 in VR, who walk and gesture, and three crates for each of them. */
const PLAYERS = 100;
const SECONDS = 60;
const QUICK_SECONDS = 6;
const JUMPS = 60;
/** What a page gives a picture. */
const PORTION_MS = 5;
const WORKED_MS_MIN = 0.05;
/** As many as a client follows closely, and himself. */
const BUBBLE_PLAYERS = 33;
const RECORDED_FRAMES = 700;

/** How fast a recording is played, how soon a slider is there, and what a client's ring costs. */
export const replay: Bench = {
  about: 'a recording: times real time, bytes a minute, ms to a jump; what a client’s ring holds',
  async run(report, { file, quick }) {
    const core = await Core.create(await loadCoreModule());
    const seconds = quick ? QUICK_SECONDS : SECONDS;
    const bytes = file === undefined ? await filmWorld(core, PLAYERS, seconds) : readFileSync(file);
    const figures = {
      ...(await play(core, bytes)),
      ...(await jump(core, await readerOf(bytes), quick ? 5 : JUMPS)),
      ...keep(core),
    };
    for (const [name, value] of Object.entries(figures)) report(`  ${name} ${value}`);
    return { [file === undefined ? `${PLAYERS} players` : 'file']: figures };
  },
};

async function readerOf(bytes: Uint8Array): Promise<RecordingReader> {
  const opened = await openRecording(bytes);
  if (!opened.ok) throw new UnknownChoice(refusalText(opened.refusal));
  return opened.value;
}

async function play(core: Core, bytes: Uint8Array): Promise<Figures> {
  const reader = await readerOf(bytes);
  const frames = reader.keys.reduce((sum, { count }) => sum + count, 0);
  const filmMs = frames * FRAME_DURATION_MS;
  const beganMs = performance.now();
  for (const key of reader.keys.keys()) {
    await reader.state(key);
    await reader.frames(key);
  }
  const readMs = performance.now() - beganMs;
  const used = process.cpuUsage();
  const startedMs = performance.now();
  const played = await playRecording(core, await readerOf(bytes));
  const playMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(used);
  if (played.kind !== 'held') throw new UnknownChoice(`${played.kind} at frame ${played.frame}`);
  return {
    filmSeconds: rounded(filmMs / 1000),
    bytesPerMinute: rounded((bytes.length * 60_000) / filmMs),
    readMs: rounded(readMs),
    playMs: rounded(playMs),
    timesRealTime: rounded(filmMs / playMs),
    timesRealTimePerCore: rounded(filmMs / Math.max(playMs, (user + system) / 1000)),
  };
}

/** As a page does: a portion for each picture, with time in between for what is unpacked. */
async function jump(core: Core, reader: RecordingReader, jumps: number): Promise<Figures> {
  const film = new Film(reader);
  const deck = new Deck(core, film, new ShownWorld(), () => performance.now());
  const random = createSeededRandom(3);
  const times: number[] = [];
  const portions: number[] = [];
  for (let i = 0; i < jumps; i++) {
    const tick = Math.floor((random() * film.length) / TICKS_PER_FRAME) * TICKS_PER_FRAME;
    let spentMs = 0;
    for (let isThere = false; !isThere; ) {
      const beganMs = performance.now();
      isThere = deck.work(tick, PORTION_MS);
      const tookMs = performance.now() - beganMs;
      // The others only waited for what is unpacked beside them.
      if (tookMs > WORKED_MS_MIN) portions.push(tookMs);
      spentMs += tookMs;
      await new Promise((next) => setImmediate(next));
    }
    times.push(spentMs);
  }
  return {
    jumpP50Ms: rounded(percentile(times, 0.5)),
    jumpP95Ms: rounded(percentile(times, 0.95)),
    portionP99Ms: rounded(percentile(portions, 0.99)),
  };
}

/** The ring of a client in a crowd, filled and filled again. */
function keep(core: Core): Figures {
  gather(core, crowd(BUBBLE_PLAYERS, 15), 3);
  const state = core.snapshot();
  const recorder = new FlightRecorder();
  const bytes = new Uint8Array(BUBBLE_PLAYERS * 40);
  let frame = 0;
  const note = (): void => recorder.note(frame++, bytes, NO_CHANGE, state);
  while (frame < RECORDED_FRAMES) note();
  const beganMs = performance.now();
  while (frame < 3 * RECORDED_FRAMES) note();
  const tookMs = performance.now() - beganMs;
  return {
    bubbleStateKib: rounded(state.length / 1024),
    ringMib: rounded(recorder.heldBytes / 2 ** 20),
    ringUsPerFrame: rounded((tookMs * 1000) / (2 * RECORDED_FRAMES)),
  };
}
