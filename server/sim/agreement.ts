import { type Core, emptyMovers } from '../../core-wasm/host/core.ts';
import { WireFault } from '../../core-wasm/host/types.ts';

/** Compares what a client has confirmed with what the server computed, byte for byte. */
export interface Judge {
  /** Looks at states; its own world is of no matter. */
  readonly core: Core;
  /** Bubbles that were compared, and bodies in them. */
  agreements: number;
  compared: number;
  /** Bodies that came into a bubble, and that left one, from one comparison to the next. */
  entered: number;
  left: number;
  /** What each client had, and at which frame. */
  readonly seen: Map<number, { readonly frame: number; readonly ids: ReadonlySet<number> }>;
}

export function createJudge(core: Core): Judge {
  return { core, agreements: 0, compared: 0, entered: 0, left: 0, seen: new Map() };
}

const movers = emptyMovers();

function moversOf(core: Core, state: Uint8Array): Uint32Array {
  if (core.restore(state) !== WireFault.NONE) throw new Error('that is no state');
  core.readMovers(movers);
  return movers.ids.slice(0, movers.count);
}

/**
 * Both states are of the first tick of `frame`; `entity` is the client's own player. What is wrong,
 * or null.
 */
export function judge(
  judge: Judge,
  client: number,
  { frame, state }: { readonly frame: number; readonly state: Uint8Array },
  truth: Uint8Array,
  entity: number,
): string | null {
  const { core, seen } = judge;
  const before = seen.get(client);
  if (before?.frame === frame) return null;
  const list = moversOf(core, state);
  const ids = new Set(list);
  seen.set(client, { frame, ids });
  if (before !== undefined) {
    for (const id of ids) if (!before.ids.has(id)) judge.entered++;
    for (const id of before.ids) if (!ids.has(id)) judge.left++;
  }
  const got = core.exportPart(state, list);
  const right = core.exportPart(truth, list);
  if (got === null || right === null) return `${list.length} bodies are no closed set`;
  if (Buffer.compare(got, right) !== 0) return `differs in one of ${list.length} bodies`;
  judge.agreements++;
  judge.compared += list.length;
  const isThere = moversOf(core, truth).includes(entity);
  return isThere && !ids.has(entity) ? 'has not its own player' : null;
}
