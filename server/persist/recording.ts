import type { Core } from '../../core-wasm/host/core.ts';
import { hashText } from '../../core-wasm/host/hash-text.ts';
import { packFrames, unpackFrames } from './chain.ts';

const FORMAT = 'spacetime-recording';
const VERSION = 1;
const LINE_END = 0x0a;

/** A stretch of a world's history that can be played again: its first state and what came after. */
export interface Recording {
  /** SHA-256 of the core that played it, hex. */
  readonly coreHash: string;
  /** `Core.snapshot()` at the first tick of the first frame. */
  readonly state: Uint8Array;
  /** Frames as they were broadcast; each carries the hash of the state before it. */
  readonly frames: readonly Uint8Array[];
  /** Hash of the state after the last frame. */
  readonly endHash: bigint;
}

/**
 * The file: one line of JSON, then the state and the frames, each behind its length as in a group
 * of the journal. A person can read the line, `head -1` is enough.
 */
export function encodeRecording({ coreHash, state, frames, endHash }: Recording): Uint8Array {
  const head = { format: FORMAT, version: VERSION, coreHash, endHash: hashText(endHash) };
  const line = new TextEncoder().encode(`${JSON.stringify(head)}\n`);
  const body = packFrames([state, ...frames]);
  const file = new Uint8Array(line.length + body.length);
  file.set(line);
  file.set(body, line.length);
  return file;
}

export type DecodedRecording =
  | { readonly kind: 'recording'; readonly recording: Recording }
  | { readonly kind: 'unreadable'; readonly why: string };

/** The recording in a file, as views of it. */
export function decodeRecording(file: Uint8Array): DecodedRecording {
  const lineEnd = file.indexOf(LINE_END);
  const head = readHead(new TextDecoder().decode(file.subarray(0, Math.max(lineEnd, 0))));
  if (head === null) return { kind: 'unreadable', why: 'it does not begin like a recording' };
  const body = unpackFrames(file.subarray(lineEnd + 1));
  if (body.kind === 'torn') return { kind: 'unreadable', why: `torn at byte ${body.offset}` };
  const [state, ...frames] = body.frames;
  if (state === undefined) return { kind: 'unreadable', why: 'it holds no state' };
  return { kind: 'recording', recording: { ...head, state, frames } };
}

function readHead(line: string): Pick<Recording, 'coreHash' | 'endHash'> | null {
  try {
    const { format, version, coreHash, endHash } = JSON.parse(line);
    if (format !== FORMAT || version !== VERSION || typeof coreHash !== 'string') return null;
    return { coreHash, endHash: BigInt(`0x${endHash}`) };
  } catch {
    return null;
  }
}

export type Playback =
  | { readonly kind: 'held'; readonly frames: number }
  /** The core takes the state or a frame for malformed. */
  | { readonly kind: 'refused'; readonly frame: number; readonly wire: number }
  /** The state before `frame`, or after the last one, is not the one that was recorded. */
  | {
      readonly kind: 'diverged';
      readonly frame: number;
      readonly expected: bigint;
      readonly got: bigint;
    };

/** Plays a recording on `core`, comparing the state hash before each frame and at the end. */
export function playRecording(core: Core, { state, frames, endHash }: Recording): Playback {
  const restored = core.restore(state);
  if (restored !== 0) return { kind: 'refused', frame: 0, wire: restored };
  for (const bytes of frames) {
    const expected = core.readFrameHeader(bytes)?.stateHash ?? 0n;
    const { frame } = core;
    const got = core.stateHash();
    if (got !== expected) return { kind: 'diverged', frame, expected, got };
    const { wire } = core.stepFrame(bytes);
    if (wire !== 0) return { kind: 'refused', frame, wire };
  }
  const got = core.stateHash();
  if (got !== endHash) return { kind: 'diverged', frame: core.frame, expected: endHash, got };
  return { kind: 'held', frames: frames.length };
}
