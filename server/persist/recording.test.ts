import { beforeAll, expect, test } from 'bun:test';
import { crowd } from '../../bench/scenes/crowd.ts';
import { Core } from '../../core-wasm/host/core.ts';
import { loadCoreModule } from '../artifacts.ts';
import { decodeRecording, encodeRecording, playRecording, type Recording } from './recording.ts';

const FRAMES = 20;

let core: Core;
let recording: Recording;

beforeAll(async () => {
  core = await Core.create(await loadCoreModule());
  crowd.build(core);
  const state = core.snapshot();
  const frames = Array.from({ length: FRAMES }, () => {
    const frame = crowd.nextFrame(core);
    core.stepFrame(frame);
    return frame;
  });
  recording = { coreHash: core.module.hash, state, frames, endHash: core.stateHash() };
});

function throughFile(file: Uint8Array): Recording {
  const decoded = decodeRecording(file);
  if (decoded.kind !== 'recording') throw new Error(decoded.why);
  return decoded.recording;
}

test('a file gives back what was recorded, and it plays to the same end', () => {
  const read = throughFile(encodeRecording(recording));
  expect(read.coreHash).toBe(recording.coreHash);
  expect(read.endHash).toBe(recording.endHash);
  expect(read.frames).toEqual(recording.frames);
  expect(playRecording(core, read)).toEqual({ kind: 'held', frames: FRAMES });
});

test('a frame that is left out is noticed at its place', () => {
  const frames = recording.frames.filter((_, index) => index !== 7);
  const first = core.readFrameHeader(recording.frames[0] as Uint8Array)?.frame ?? 0;
  const result = playRecording(core, { ...recording, frames });
  expect(result).toMatchObject({ kind: 'diverged', frame: first + 7 });
});

test('another end is noticed', () => {
  const result = playRecording(core, { ...recording, endHash: recording.endHash ^ 1n });
  expect(result).toMatchObject({ kind: 'diverged', got: recording.endHash });
});

test('a malformed frame and a malformed state are refused by number', () => {
  const [first, ...others] = recording.frames as [Uint8Array, ...Uint8Array[]];
  const longer = new Uint8Array([...first, 0]);
  const badFrame = playRecording(core, { ...recording, frames: [longer, ...others] });
  expect(badFrame).toMatchObject({ kind: 'refused' });
  const badState = playRecording(core, { ...recording, state: recording.state.subarray(1) });
  expect(badState).toMatchObject({ kind: 'refused', frame: 0 });
});

test('files that are no recordings are told apart', () => {
  const file = encodeRecording(recording);
  const noState = file.subarray(0, file.indexOf(0x0a) + 1);
  const why = (bytes: Uint8Array) => {
    const decoded = decodeRecording(bytes);
    return decoded.kind === 'unreadable' ? decoded.why : 'readable';
  };
  expect(why(new Uint8Array(0))).toBe('it does not begin like a recording');
  expect(why(new TextEncoder().encode('{"format":"else"}\n'))).toContain('begin');
  expect(why(file.subarray(0, file.length - 1))).toContain('torn');
  expect(why(noState)).toBe('it holds no state');
});
