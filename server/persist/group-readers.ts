import type { CoreSpan } from '../ports.ts';
import type { CoreShelf } from './core-shelf.ts';
import { GroupReader } from './group.ts';

/**
 * For whoever reads the journal without playing it: the reader for the group that begins with
 * `frame`, which the core had that wrote it. Frames must be asked for in order.
 */
export function createGroupReaders(
  cores: CoreShelf,
  spans: readonly CoreSpan[],
): (frame: number) => Promise<GroupReader> {
  const later = [...spans];
  let reader = new GroupReader(cores.current);
  return async (frame) => {
    for (let span = later[0]; span !== undefined && span.fromFrame <= frame; span = later[0]) {
      later.shift();
      reader = new GroupReader((await cores.take(span.coreHash)) ?? cores.current);
    }
    return reader;
  };
}
