import type { Codec } from '../../core-wasm/host/core.ts';
import { openRecording } from '../../core-wasm/host/recording/reader.ts';
import { type RecordingReader, refusalText } from '../../core-wasm/host/recording/recording.ts';
import { type PlayerInput, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import type { Walk } from './walk.ts';

/** Who was there for less did nothing worth repeating: a second. */
const FRAMES_MIN = 20;

/** What one player did, frame by frame; as he went on where nothing came from him. */
interface Part {
  readonly inputs: PlayerInput[];
  readonly entries: Uint8Array[];
}

/**
 * What the players of a recording did, a walk each, over and over: stick, buttons and looks as they
 * were, head and hands too. A bot begins where its server puts it, so that it goes the same way
 * elsewhere. Throws for a file that is no recording, or has nobody in it.
 */
export async function readWalks(codec: Codec, file: Uint8Array): Promise<readonly Walk[]> {
  const opened = await openRecording(file);
  if (!opened.ok) throw new Error(`the recording: ${refusalText(opened.refusal)}`);
  const parts = await partsIn(codec, opened.value);
  const walks = parts.filter(({ inputs }) => inputs.length >= FRAMES_MIN).map(walkOf);
  if (walks.length === 0) throw new Error('nobody plays for a second in the recording');
  return walks;
}

async function partsIn(codec: Codec, reader: RecordingReader): Promise<readonly Part[]> {
  const parts = new Map<number, Part>();
  for (const key of reader.keys.keys()) {
    const frames = await reader.frames(key);
    if (!frames.ok) throw new Error(`the recording: ${refusalText(frames.refusal)}`);
    for (const { bytes } of frames.value) addFrame(codec, bytes, parts);
  }
  return [...parts.values()];
}

function addFrame(codec: Codec, frame: Uint8Array, parts: Map<number, Part>): void {
  for (const { entity, entry } of codec.frameInputs(frame)) {
    const input = codec.decodeEntry(entry);
    if (input === null) continue;
    const part = parts.get(entity) ?? { inputs: [], entries: [] };
    parts.set(entity, part);
    part.inputs.push(input);
    part.entries.push(entry.slice());
  }
}

function walkOf({ inputs, entries }: Part): Walk {
  const { length } = inputs;
  // A full bot is asked between two frames too, and before it came when its server was set back.
  const place = (frame: number): number => ((Math.floor(frame) % length) + length) % length;
  return {
    intentAt(tick) {
      const whole = Math.floor(tick);
      const within = ((whole % TICKS_PER_FRAME) + TICKS_PER_FRAME) % TICKS_PER_FRAME;
      const input = inputs[place(whole / TICKS_PER_FRAME)] as PlayerInput;
      return input.intents[within as 0 | 1 | 2];
    },
    poseAt: (frame) => (inputs[place(frame)] as PlayerInput).pose,
    entryAt: (frame) => entries[place(frame)] as Uint8Array,
  };
}
