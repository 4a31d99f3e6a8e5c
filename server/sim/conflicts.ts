import { type Core, emptyMovers, emptyPlayers } from '../../core-wasm/host/core.ts';

/**
 * The real conflicts of one client, found in what the server computed: whom he could not predict,
 * because news that he could not have yet touched them.
 *
 * News is another player's intent that changed, a command, and where another's hands are: for the
 * hands themselves always, for what they could feel when that is more than their own player. It
 * touches whoever is in one group with the body that it concerns, for a group is all that could
 * have felt each other within a frame; whoever shares a group with a touched body is touched too;
 * and all stay touched for as long as the client may still predict from before the news.
 */
export interface Conflicts {
  readonly own: number;
  readonly memoryFrames: number;
  /** By entity: the frame of the newest news that touched it. */
  readonly touchedAt: Map<number, number>;
  /** The last intent of each player, as text. */
  readonly intents: Map<number, string>;
  /** Hands of other players: nobody can know where they will be. */
  readonly hands: Set<number>;
}

/** `own` is the client's player, to whose intents nothing is news. */
export function createConflicts(own: number, memoryFrames: number): Conflicts {
  return { own, memoryFrames, touchedAt: new Map(), intents: new Map(), hands: new Set() };
}

export function isTouched(
  { touchedAt, memoryFrames, hands }: Conflicts,
  id: number,
  frame: number,
) {
  if (hands.has(id)) return true;
  return frame - (touchedAt.get(id) ?? Number.NEGATIVE_INFINITY) <= memoryFrames;
}

const movers = emptyMovers();
const players = emptyPlayers();
/** Its own and its hands'. */
const PLAYER_BODIES = 3;

/** Takes in a frame that `core` has just stepped, with the entities that its commands name. */
export function noteNews(
  conflicts: Conflicts,
  core: Core,
  frame: number,
  bytes: Uint8Array,
  commanded: readonly number[],
): void {
  const { touchedAt } = conflicts;
  for (const entity of commanded) touchedAt.set(entity, frame);
  const groups = core.groups();
  core.readMovers(movers);
  core.readPlayers(players);
  const sizes = groupSizes(groups);
  for (const { entity, entry } of core.frameInputs(bytes)) {
    const reaches = (sizes.get(groups[entity & 0xffff] as number) ?? 0) > PLAYER_BODIES;
    if (entity !== conflicts.own && isNews(conflicts, core, entity, entry, reaches)) {
      touchedAt.set(entity, frame);
    }
  }
  for (let row = 0; row < players.count; row++) {
    if (players.ids[row] === conflicts.own) continue;
    conflicts.hands.add(players.leftHands[row] as number);
    conflicts.hands.add(players.rightHands[row] as number);
  }
  const newest = new Map<number, number>();
  const ids = movers.ids.subarray(0, movers.count);
  for (const id of ids) {
    const at = touchedAt.get(id);
    if (at === undefined || frame - at > conflicts.memoryFrames) continue;
    const group = groups[id & 0xffff] as number;
    newest.set(group, Math.max(newest.get(group) ?? at, at));
  }
  for (const id of ids) {
    const at = newest.get(groups[id & 0xffff] as number);
    if (at !== undefined) touchedAt.set(id, Math.max(touchedAt.get(id) ?? at, at));
  }
}

function groupSizes(groups: Uint16Array): Map<number, number> {
  const sizes = new Map<number, number>();
  for (const id of movers.ids.subarray(0, movers.count)) {
    const group = groups[id & 0xffff] as number;
    sizes.set(group, (sizes.get(group) ?? 0) + 1);
  }
  return sizes;
}

function isNews(
  { intents }: Conflicts,
  core: Core,
  entity: number,
  entry: Uint8Array,
  reaches: boolean,
): boolean {
  const input = core.decodeEntry(entry);
  if (input === null) return false;
  const [first, second, last] = input.intents.map((intent) => JSON.stringify(intent));
  const before = intents.get(entity);
  intents.set(entity, last as string);
  const turns = before !== first || first !== second || second !== last;
  return turns || (reaches && input.pose !== null);
}
