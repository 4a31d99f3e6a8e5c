import type { CoreSpan } from '../ports.ts';
import type { ReplayableCore } from './apply-group.ts';
import { unpackFrames } from './chain.ts';
import type { CoreShelf } from './core-shelf.ts';

export type FramesRead =
  | { readonly kind: 'frames'; readonly frames: readonly Uint8Array[] }
  | { readonly kind: 'torn' };

/** Reads the payloads of a journal's groups, in order from where a checkpoint stands. */
export interface FrameReader {
  read(payload: Uint8Array): FramesRead;
}

/** For groups that `core` wrote; nothing else may be packed or unpacked by it meanwhile. */
export function createFrameReader(_core: ReplayableCore): FrameReader {
  return { read: unpackFrames };
}

/**
 * For whoever reads the journal without playing it: the reader for the group that begins with
 * `frame`, which the core had that wrote it. Frames must be asked for in order.
 */
export function createFrameReaders(
  cores: CoreShelf,
  spans: readonly CoreSpan[],
): (frame: number) => Promise<FrameReader> {
  const later = [...spans];
  let reader = createFrameReader(cores.current);
  return async (frame) => {
    for (let span = later[0]; span !== undefined && span.fromFrame <= frame; span = later[0]) {
      later.shift();
      reader = createFrameReader((await cores.take(span.coreHash)) ?? cores.current);
    }
    return reader;
  };
}
