import type { Memory } from './memory.ts';
import { BUTTONS_ALL, type Intent, type PartPose, type PlayerInput } from './types.ts';

/**
 * How an input stands in FIELDS, as `assembly/wire/entry.ts` reads it: 15 words of intents, one
 * that says whether a pose follows, then 7 words a part.
 */
const INTENT_WORDS = 5;
const POSE_WORD = 15;
const PARTS_WORD = 16;
const PART_WORDS = 7;

export function putInput(memory: Memory, input: PlayerInput): void {
  for (const [tick, intent] of input.intents.entries()) putIntent(memory, tick, intent);
  memory.i32[memory.field + POSE_WORD] = input.pose ? 1 : 0;
  if (input.pose === null) return;
  putPart(memory, 0, input.pose.head);
  putPart(memory, 1, input.pose.left);
  putPart(memory, 2, input.pose.right);
}

export function getInput(memory: Memory): PlayerInput {
  const hasPose = memory.i32[memory.field + POSE_WORD] !== 0;
  return {
    intents: [getIntent(memory, 0), getIntent(memory, 1), getIntent(memory, 2)],
    pose: hasPose
      ? { head: getPart(memory, 0), left: getPart(memory, 1), right: getPart(memory, 2) }
      : null,
  };
}

function putIntent({ i32, field }: Memory, tick: number, intent: Intent): void {
  const at = field + tick * INTENT_WORDS;
  i32[at] = clampInteger(intent.moveX, -127, 127);
  i32[at + 1] = clampInteger(intent.moveZ, -127, 127);
  i32[at + 2] = intent.yaw & 0xffff;
  i32[at + 3] = clampInteger(intent.pitch, -16384, 16384);
  i32[at + 4] = intent.buttons & BUTTONS_ALL;
}

function getIntent({ i32, field }: Memory, tick: number): Intent {
  const at = field + tick * INTENT_WORDS;
  return {
    moveX: i32[at] as number,
    moveZ: i32[at + 1] as number,
    yaw: i32[at + 2] as number,
    pitch: i32[at + 3] as number,
    buttons: i32[at + 4] as number,
  };
}

function putPart({ i32, f32, field }: Memory, part: number, pose: PartPose): void {
  const at = field + PARTS_WORD + part * PART_WORDS;
  for (let axis = 0; axis < 3; axis++) {
    i32[at + axis] = clampInteger(pose.position[axis] as number, -32767, 32767);
  }
  f32.set(pose.rotation, at + 3);
}

function getPart({ i32, f32, field }: Memory, part: number): PartPose {
  const at = field + PARTS_WORD + part * PART_WORDS;
  const number = (view: ArrayLike<number>, index: number): number => view[index] as number;
  return {
    position: [number(i32, at), number(i32, at + 1), number(i32, at + 2)],
    rotation: [number(f32, at + 3), number(f32, at + 4), number(f32, at + 5), number(f32, at + 6)],
  };
}

/** NaN becomes 0: a broken controller asks for nothing. */
export function clampInteger(value: number, low: number, high: number): number {
  if (Number.isNaN(value)) return 0;
  return Math.round(Math.min(high, Math.max(low, value)));
}
