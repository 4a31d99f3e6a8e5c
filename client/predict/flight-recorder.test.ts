import { expect, test } from 'bun:test';
import { NO_CHANGE } from '../../core-wasm/host/core.ts';
import { FlightRecorder } from './flight-recorder.ts';

const HALF_MINUTE_FRAMES = 600;
const MIB = 1 << 20;

function noteFrames(
  recorder: FlightRecorder,
  first: number,
  count: number,
  state: Uint8Array,
): void {
  const bytes = new Uint8Array(400);
  for (let i = 0; i < count; i++) recorder.note(first + i, bytes, NO_CHANGE, state);
}

const framesIn = (recorder: FlightRecorder): number =>
  recorder.stretches(() => 0n, false).reduce((sum, { frames }) => sum + frames.length, 0);

test('half a minute is kept at any time, and no more than ten seconds beyond', () => {
  const recorder = new FlightRecorder();
  const state = new Uint8Array(1000);
  noteFrames(recorder, 0, HALF_MINUTE_FRAMES, state);
  expect(framesIn(recorder)).toBe(HALF_MINUTE_FRAMES);
  for (let frame = HALF_MINUTE_FRAMES; frame < 2000; frame += 7) {
    noteFrames(recorder, frame, 7, state);
    expect(framesIn(recorder)).toBeGreaterThanOrEqual(HALF_MINUTE_FRAMES);
    expect(framesIn(recorder)).toBeLessThan(HALF_MINUTE_FRAMES + 200);
  }
});

test('what does not follow begins anew, with its own state', () => {
  const recorder = new FlightRecorder();
  noteFrames(recorder, 10, 5, Uint8Array.of(1));
  recorder.cut();
  noteFrames(recorder, 40, 3, Uint8Array.of(2));
  recorder.noteHash(9n);
  const [before, after] = recorder.stretches((state) => BigInt(state[0] as number), false);
  expect(before).toMatchObject({ frame: 10, isAnew: true, hash: 1n });
  expect(after).toMatchObject({ frame: 40, isAnew: true, hash: 2n });
  expect(after?.frames.map(({ frame, hash }) => [frame, hash])).toEqual([
    [40, 0n],
    [41, 0n],
    [42, 9n],
  ]);
  expect(recorder.stretches(() => 0n, true).at(-1)?.frames).toHaveLength(2);
});

test('a world that is given anew all the time, and states of any size, fill no memory', () => {
  const recorder = new FlightRecorder();
  for (let frame = 0; frame < 400; frame += 2)
    noteFrames(recorder, frame * 3, 2, new Uint8Array(9));
  expect(recorder.stretches(() => 0n, false)).toHaveLength(16);

  const large = new Uint8Array(6 * MIB);
  for (let i = 0; i < 12; i++) {
    noteFrames(recorder, 10_000 + i * 100, 100, large);
    expect(recorder.heldBytes).toBeLessThan(48 * MIB);
  }
  expect(framesIn(recorder)).toBeGreaterThanOrEqual(100);
});
