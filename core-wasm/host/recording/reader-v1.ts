import { viewOf } from './blocks.ts';
import {
  frameNumber,
  type Key,
  layoutOf,
  type Moment,
  type Read,
  type RecordingReader,
  refused,
  wholeFrame,
} from './recording.ts';

const LENGTH_BYTES = 4;
/** Where a snapshot has its tick. */
const TICK_AT = 16;
const TICKS_PER_FRAME = 3;

/**
 * A recording of version 1: behind its line the state and the frames, each behind its length as a
 * u32; one state, no index, no sums. Its whole end is in its first line.
 */
export function readFirstVersion(
  body: Uint8Array,
  { coreHash, endHash }: Readonly<Record<string, unknown>>,
): Read<RecordingReader> {
  const isHash = typeof endHash === 'string' && /^[0-9a-f]{1,16}$/.test(endHash);
  if (typeof coreHash !== 'string' || !isHash) {
    return refused('foreign', 'its first line lacks something');
  }
  const parts = split(body);
  if (typeof parts === 'number')
    return refused('cut-short', `torn at byte ${parts} behind its line`);
  const [state, ...frames] = parts;
  if (state === undefined || state.length < TICK_AT + 4) return refused('malformed', 'no state');
  const frame = Math.floor(viewOf(state).getUint32(TICK_AT, true) / TICKS_PER_FRAME);
  if (frames.some((bytes, index) => frameNumber(bytes) !== frame + index)) {
    return refused('malformed', 'its frames do not follow each other');
  }
  const key: Key = { frame, count: frames.length, hash: 0n, isAnew: true };
  const end: Moment = { frame: frame + frames.length, hash: BigInt(`0x${endHash}`) };
  const reader: RecordingReader = {
    head: { coreHash, layout: layoutOf(state), world: 'whole', entity: 0 },
    keys: [key],
    end,
    state: async () => ({ ok: true, value: state }),
    frames: async () => ({ ok: true, value: frames.map(wholeFrame) }),
  };
  return { ok: true, value: reader };
}

/** The parts as views, or where one begins that is incomplete. */
function split(body: Uint8Array): Uint8Array[] | number {
  const view = viewOf(body);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < body.length; ) {
    const start = at + LENGTH_BYTES;
    if (start > body.length) return at;
    const end = start + view.getUint32(at, true);
    if (end > body.length) return at;
    parts.push(body.subarray(start, end));
    at = end;
  }
  return parts;
}
