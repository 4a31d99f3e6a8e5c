import type { Memory } from './memory.ts';

/** Rows that the core puts into its staging area: two vectors of four, metres. */
const ROW_WORDS = 8;

/** Contact points, for who draws them; refilled by `Core.readContacts`. */
export interface ContactPoints {
  count: number;
  /** 3 a point: between the two surfaces. Grows when needed, never shrinks. */
  positions: Float32Array;
  /** 3 a point: unit, from the first body to the second. */
  normals: Float32Array;
  /** Metres between the surfaces, negative when they overlap. */
  separations: Float32Array;
  /** N·s along the normal in the last tick's last substep, of the point that was nearest. */
  impulses: Float32Array;
}

/** Boxes along the world's axes, for who draws them; refilled by `Core.readBounds`. */
export interface Boxes {
  count: number;
  /** 3 a box. Grows when needed, never shrinks. */
  lows: Float32Array;
  /** 3 a box. */
  highs: Float32Array;
}

export function emptyContacts(): ContactPoints {
  return {
    count: 0,
    positions: new Float32Array(0),
    normals: new Float32Array(0),
    separations: new Float32Array(0),
    impulses: new Float32Array(0),
  };
}

export function emptyBoxes(): Boxes {
  return { count: 0, lows: new Float32Array(0), highs: new Float32Array(0) };
}

/** Takes `count` rows of position │ separation, normal │ impulse. */
export function takeContacts({ f32, staging }: Memory, count: number, into: ContactPoints): void {
  if (into.separations.length < count) {
    const capacity = roomFor(count);
    into.positions = new Float32Array(capacity * 3);
    into.normals = new Float32Array(capacity * 3);
    into.separations = new Float32Array(capacity);
    into.impulses = new Float32Array(capacity);
  }
  into.count = count;
  for (let i = 0; i < count; i++) {
    const at = (staging >>> 2) + i * ROW_WORDS;
    for (let k = 0; k < 3; k++) {
      into.positions[i * 3 + k] = f32[at + k] as number;
      into.normals[i * 3 + k] = f32[at + 4 + k] as number;
    }
    into.separations[i] = f32[at + 3] as number;
    into.impulses[i] = f32[at + 7] as number;
  }
}

/** Takes `count` rows of low, high; the fourth lanes say nothing. */
export function takeBoxes({ f32, staging }: Memory, count: number, into: Boxes): void {
  if (into.lows.length < count * 3) {
    into.lows = new Float32Array(roomFor(count) * 3);
    into.highs = new Float32Array(roomFor(count) * 3);
  }
  into.count = count;
  for (let i = 0; i < count; i++) {
    const at = (staging >>> 2) + i * ROW_WORDS;
    for (let k = 0; k < 3; k++) {
      into.lows[i * 3 + k] = f32[at + k] as number;
      into.highs[i * 3 + k] = f32[at + 4 + k] as number;
    }
  }
}

function roomFor(count: number): number {
  return Math.max(64, 2 ** Math.ceil(Math.log2(count)));
}
