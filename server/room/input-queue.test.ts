import { beforeAll, expect, test } from 'bun:test';
import { type Codec, createCodec } from '../../core-wasm/host/core.ts';
import { MessageKind } from '../../core-wasm/host/messages.ts';
import { Button, type Intent } from '../../core-wasm/host/types.ts';
import { loadCoreModule } from '../artifacts.ts';
import { createLane, FRAMES_AHEAD_MAX, putInput, restEntry, takeInput } from './input-queue.ts';

let codec: Codec;
beforeAll(async () => {
  codec = await createCodec(await loadCoreModule());
});

const RUN: Intent = {
  moveX: 20,
  moveZ: 127,
  yaw: 900,
  pitch: -5,
  buttons: Button.SPRINT | Button.GRIP_LEFT,
};

function input(frame: number, intent: Intent = RUN) {
  const entry = codec.encodeEntry({ intents: [intent, intent, intent], pose: null });
  return { kind: MessageKind.INPUT, frame, entry } as const;
}

test('an input in time is sequenced as it came, and its slack is measured', () => {
  const lane = createLane(1, 0);
  expect(putInput(lane, input(10), 100, 10, 90)).toBe('queued');
  const { entry, how } = takeInput(lane, codec, 10, 140);
  expect([how, entry]).toEqual(['own', input(10).entry]);
  expect([lane.slackMs, lane.sequencedFrame, lane.replaced]).toEqual([40, 10, 0]);
});

test('late and far too early inputs are refused; a late one tells how late it was', () => {
  const lane = createLane(1, 0);
  expect(putInput(lane, input(8), 51, 9, 50)).toBe('late');
  expect(lane.slackMs).toBe(-1);
  expect(putInput(lane, input(9), 154, 11, 150)).toBe('late');
  expect(lane.slackMs).toBe(-54);
  expect(putInput(lane, input(10 + FRAMES_AHEAD_MAX), 103, 10, 100)).toBe('early');
  expect(takeInput(lane, codec, 10, 150).entry).not.toBe(null);
});

test('a copy changes nothing, in time or late; another input of the frame takes its place', () => {
  const lane = createLane(1, 0);
  expect(putInput(lane, input(10), 100, 10, 90)).toBe('queued');
  expect(putInput(lane, input(10), 120, 10, 90)).toBe('again');
  takeInput(lane, codec, 10, 140);
  expect(lane.slackMs).toBe(40);
  expect(putInput(lane, input(10), 150, 11, 140)).toBe('again');
  expect(lane.slackMs).toBe(40);
  expect(putInput(lane, input(11), 150, 11, 140)).toBe('queued');
  const other = input(11, { ...RUN, moveX: 21 });
  expect(putInput(lane, other, 155, 11, 140)).toBe('queued');
  expect(takeInput(lane, codec, 11, 190).entry).toEqual(other.entry);
});

test('an input that is late on both ways is as late as on the faster one', () => {
  const lane = createLane(1, 0);
  expect(putInput(lane, input(9), 103, 10, 100)).toBe('late');
  expect(putInput(lane, input(9), 300, 10, 100)).toBe('again');
  expect(lane.slackMs).toBe(-3);
});

test('a missing input repeats the last for two ticks, then stands still and keeps its grip', () => {
  const lane = createLane(1, 0);
  putInput(lane, input(10), 100, 10, 90);
  takeInput(lane, codec, 10, 150);
  const first = takeInput(lane, codec, 11, 200);
  expect(first.how).toBe('replaced');
  const still = { ...RUN, moveX: 0, moveZ: 0, buttons: Button.GRIP_LEFT };
  expect(codec.decodeEntry(first.entry as Uint8Array)?.intents).toEqual([RUN, RUN, still]);
  expect(takeInput(lane, codec, 12, 250)).toEqual({ entry: null, how: 'idle' });
  expect(lane.replaced).toBe(2);
});

test('an input that comes back after a gap counts at once', () => {
  const lane = createLane(1, 0);
  takeInput(lane, codec, 10, 150);
  takeInput(lane, codec, 11, 200);
  putInput(lane, input(12), 210, 12, 200);
  expect(takeInput(lane, codec, 12, 250).how).toBe('own');
  expect(takeInput(lane, codec, 13, 300).how).toBe('replaced');
});

test('the entry of who is gone lets go of everything and looks where he looked', () => {
  const lane = createLane(1, 0);
  putInput(lane, input(10), 100, 10, 90);
  takeInput(lane, codec, 10, 150);
  const rest = { ...RUN, moveX: 0, moveZ: 0, buttons: 0 };
  expect(codec.decodeEntry(restEntry(lane, codec))?.intents).toEqual([rest, rest, rest]);
});
