import { type Core, emptyMovers, emptyPlayers } from '../../core-wasm/host/core.ts';

/**
 * The real conflicts of one client: whom he could not predict, because news that he could not have
 * yet touched them, in what the server computed or in what he guessed.
 *
 * News is another player's intent that changed, a command, and where another's hands are: for the
 * hands themselves always, for what they could feel when that is more than their own player. It
 * touches whoever is in one group with the body that it concerns, for a group is all that could
 * have felt each other within a frame; whoever shares a group with a touched body is touched too;
 * and all stay touched for as long as the client may still predict from before the news. What a
 * client has another player run into, who turned away in the meantime, is a conflict as well: the
 * server never sees those two together. So is what meets somebody from beyond his bubble, who
 * enters it for that.
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
  /** By entity: whose bodies the client had in one group with it, and in which frame last. */
  readonly guessed: Map<number, Map<number, number>>;
  /** What moves in the client's bubble, as he has it now. */
  readonly known: Set<number>;
}

/** `own` is the client's player, to whose intents nothing is news. */
export function createConflicts(own: number, memoryFrames: number): Conflicts {
  return {
    own,
    memoryFrames,
    touchedAt: new Map(),
    intents: new Map(),
    hands: new Set(),
    guessed: new Map(),
    known: new Set(),
  };
}

export function isTouched(conflicts: Conflicts, id: number, frame: number): boolean {
  return conflicts.hands.has(id) || isRecent(conflicts, lastNewsOf(conflicts, id, frame), frame);
}

/** The frame of the newest news that touched `id` or that a guess about it was wrong by. */
function lastNewsOf(conflicts: Conflicts, id: number, frame: number): number {
  const { touchedAt, guessed } = conflicts;
  let newest = touchedAt.get(id) ?? Number.NEGATIVE_INFINITY;
  for (const [player, at] of guessed.get(id) ?? []) {
    if (isRecent(conflicts, at, frame)) newest = Math.max(newest, touchedAt.get(player) ?? newest);
  }
  return newest;
}

function isRecent({ memoryFrames }: Conflicts, at: number, frame: number): boolean {
  return frame - at <= memoryFrames;
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
  const ids = movers.ids.subarray(0, movers.count);
  const newest = newestNews(conflicts, ids, groups, frame);
  for (const id of ids) {
    const at = newest.get(groups[id & 0xffff] as number);
    if (at !== undefined) touchedAt.set(id, Math.max(touchedAt.get(id) ?? at, at));
  }
}

/** By group: the frame of the newest news in it that the client may still not have. */
function newestNews(
  conflicts: Conflicts,
  ids: Uint32Array,
  groups: Uint16Array,
  frame: number,
): Map<number, number> {
  const newest = new Map<number, number>();
  const inBubble = new Set<number>();
  for (const id of ids) if (conflicts.known.has(id)) inBubble.add(groups[id & 0xffff] as number);
  for (const id of ids) {
    const group = groups[id & 0xffff] as number;
    const isFromBeyond = inBubble.has(group) && !conflicts.known.has(id);
    const at = isFromBeyond ? frame : lastNewsOf(conflicts, id, frame);
    if (isRecent(conflicts, at, frame)) newest.set(group, Math.max(newest.get(group) ?? at, at));
  }
  return newest;
}

/**
 * Takes in what the client's `core` predicts just now, with the news that have reached him: often
 * he has two meet before the server has.
 */
export function noteGuess({ own, guessed, known }: Conflicts, core: Core): void {
  const groups = core.groups();
  core.readMovers(movers);
  core.readPlayers(players);
  const ids = movers.ids.subarray(0, movers.count);
  known.clear();
  for (const id of ids) known.add(id);
  const groupOf = (id: number) => groups[id & 0xffff] as number;
  for (const player of players.ids.subarray(0, players.count)) {
    if (player === own) continue;
    for (const id of ids) {
      if (groupOf(id) !== groupOf(player)) continue;
      const met = guessed.get(id) ?? new Map<number, number>();
      guessed.set(id, met.set(player, core.frame));
    }
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
