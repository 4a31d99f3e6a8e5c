import { BubbleReader } from '../../core-wasm/host/bubble-reader.ts';
import type { Core } from '../../core-wasm/host/core.ts';
import { MessageKind, type Snapshot } from '../../core-wasm/host/messages.ts';
import { WireFault } from '../../core-wasm/host/types.ts';

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
  /** A SNAPSHOT came, of the first tick of `frame`; false when it is none. */
  begin({ frame, state }: Snapshot): boolean;
  /** The entries of the next frame as the server sequenced them; null when it cannot be read. */
  read(message: Uint8Array): ReadonlyArray<{ entity: number; entry: Uint8Array }> | null;
}

/** The core's world becomes one of the server's region, which all connections of a test share. */
export function createInputReader(core: Core): InputReader {
  const reader = new BubbleReader(core);
  return {
    begin({ frame, state }) {
      const unpacked = core.unpackSnapshot(state);
      reader.begin(frame);
      return unpacked !== null && core.restore(unpacked) === WireFault.NONE;
    },
    read(message) {
      const read = reader.read(message);
      return read.ok ? core.frameInputs(read.frame.bytes) : null;
    },
  };
}
