import { BubbleReader } from '../../core-wasm/host/bubble-reader.ts';
import type { Codec } from '../../core-wasm/host/core.ts';
import { MessageKind } from '../../core-wasm/host/messages.ts';

export {
  changeCountsOf,
  frameNumberOf,
  timingOf,
} from '../../core-wasm/host/bubble-reader.ts';

/** Whether a message of the server is a FRAME; nothing of it is decoded. */
export function isFrame(message: Uint8Array): boolean {
  return message[0] === MessageKind.FRAME;
}

/** Who did what in the frames of one connection. It must see each of them. */
export interface InputReader {
  /** A SNAPSHOT came, of the first tick of `frame`. */
  begin(frame: number): void;
  /** The entries of the next frame as the server sequenced them; null when it cannot be read. */
  read(message: Uint8Array): ReadonlyArray<{ entity: number; entry: Uint8Array }> | null;
}

export function createInputReader(codec: Codec): InputReader {
  const reader = new BubbleReader(codec);
  return {
    begin: (frame) => reader.begin(frame),
    read(message) {
      const read = reader.read(message);
      return read.ok ? codec.frameInputs(read.frame.bytes) : null;
    },
  };
}
