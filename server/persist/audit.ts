import { emptyPlayers } from '../../core-wasm/host/core.ts';
import { concerns, type FrameCommand, readCommands } from '../../core-wasm/host/frame-commands.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import type { Store } from '../ports.ts';
import type { ReplayableCore } from './apply-group.ts';
import { createGroupReaders } from './group-readers.ts';
import type { RestoreOptions } from './restore.ts';
import { type CutOff, playTimeline } from './timeline.ts';

type Vector = readonly [x: number, y: number, z: number];

/** Something that happened to an entity, at a tick. */
export type LifeEvent = { readonly tick: number } & (
  | { readonly what: 'command'; readonly command: FrameCommand }
  /** It was there already at the first tick that was looked at. */
  | { readonly what: 'found'; readonly at: Vector }
  | {
      readonly what: 'grabbed' | 'released';
      readonly account: number;
      readonly hand: 'left' | 'right';
      readonly at: Vector;
    }
  /** It came to rest, or was taken, elsewhere than where it last lay. */
  | { readonly what: 'moved'; readonly from: Vector; readonly to: Vector; readonly metres: number }
  | { readonly what: 'gone' }
);

export interface Life {
  readonly events: readonly LifeEvent[];
  /** At the end of what was looked at; null when it is not there. */
  readonly present: {
    readonly at: Vector;
    readonly velocity: Vector;
    readonly asleep: boolean;
    readonly heldBy: readonly number[];
  } | null;
  readonly fromTick: number;
  readonly toTick: number;
  readonly framesReplayed: number;
  /** Where the journal is damaged, and the look ended. */
  readonly damaged: CutOff | null;
}

export interface AuditOptions extends RestoreOptions {
  readonly store: RestoreOptions['store'] & Pick<Store, 'groups'>;
  readonly entity: number;
  /** First and last frame to look at; the whole journal without them. */
  readonly fromFrame?: number | undefined;
  readonly untilFrame?: number | undefined;
}

/** What moves less in the frames of a rest stands still. */
const REST_SPEED_MPS = 0.05;
const REST_FRAMES = 10;
const MOVED_MIN_M = 0.1;

/** An entity's last place where it lay or was taken up, and since when it has not moved. */
interface Gaze {
  readonly entity: number;
  readonly events: LifeEvent[];
  present: boolean;
  lookedAt: boolean;
  /** Account and hand, as one text each. */
  holders: Map<string, { readonly account: number; readonly hand: 'left' | 'right' }>;
  rest: Vector;
  stillFrames: number;
}

/**
 * The life of an entity out of the journal: the commands about it, read from the frames, and what
 * came of them, seen by playing from the frame of its birth to that of its end. Only reads.
 */
export async function auditEntity(options: AuditOptions): Promise<Life> {
  const { entity } = options;
  const commands = await findCommands(options);
  const birth = commands.find(({ command }) => command.name.startsWith('spawn'))?.frame;
  const death = commands.find(({ command }) => command.name === 'despawn')?.frame;
  const fromFrame = Math.max(birth ?? 0, options.fromFrame ?? 0);
  const end = Math.min(options.untilFrame ?? Number.POSITIVE_INFINITY, (death ?? Infinity) + 2);
  const gaze: Gaze = {
    entity,
    events: [],
    present: false,
    lookedAt: false,
    holders: new Map(),
    rest: [0, 0, 0],
    stillFrames: 0,
  };
  for (const { frame, command } of commands) {
    const tick = frame * TICKS_PER_FRAME;
    gaze.events.push({ tick, what: 'command', command });
  }
  const played = await playTimeline({
    ...options,
    store: startingAt(options.store, fromFrame),
    untilFrame: end,
    watch: (core) => {
      if (core.frame >= fromFrame) look(gaze, core);
    },
  });
  if (played.kind === 'no-start') throw new Error('no checkpoint of this world is sound');
  look(gaze, played.core);
  return {
    events: gaze.events.sort((a, b) => a.tick - b.tick),
    present: presentOf(gaze, played.core),
    fromTick: fromFrame * TICKS_PER_FRAME,
    toTick: played.core.tick,
    framesReplayed: played.framesReplayed,
    damaged: played.cutOff,
  };
}

/** The newest checkpoint at or before the frame, and those before it. */
function startingAt(store: AuditOptions['store'], frame: number): AuditOptions['store'] {
  return {
    checkpoints: (region) => store.checkpoints(region, frame),
    coreSpans: (region) => store.coreSpans(region),
    groups: (region, fromFrame) => store.groups(region, fromFrame),
  };
}

interface FoundCommand {
  readonly frame: number;
  readonly command: FrameCommand;
}

/** Reads the frames without playing them: the commands about an entity and about its joints. */
async function findCommands(options: AuditOptions): Promise<FoundCommand[]> {
  const { store, region, entity, untilFrame } = options;
  const found: FoundCommand[] = [];
  // Groups are read from a checkpoint on: what is packed may lean on what came before.
  let runStart = 0;
  for await (const { frame } of store.checkpoints(region, options.fromFrame ?? 0)) {
    runStart = frame;
    break;
  }
  const joints = new Set<number>();
  const readers = createGroupReaders(options.cores, await store.coreSpans(region));
  for await (const group of store.groups(region, runStart)) {
    if (group.firstFrame > (untilFrame ?? Infinity)) break;
    const read = (await readers(group.firstFrame)).read(group.payload);
    if (read.kind !== 'frames') break;
    for (const [index, bytes] of read.frames.entries()) {
      for (const command of readCommands(bytes)) {
        if (group.firstFrame + index < (options.fromFrame ?? 0)) continue;
        const isJoint = command.name === 'remove-joint' && joints.has(command.joint);
        if (!isJoint && !concerns(command, entity)) continue;
        if (command.name === 'add-joint') joints.add(command.joint);
        found.push({ frame: group.firstFrame + index, command });
      }
    }
  }
  return found;
}

const vector = new Float32Array(3);
const players = emptyPlayers();

function placeOf(core: ReplayableCore, entity: number): Vector {
  core.bodyPosition(entity, vector);
  return [vector[0] as number, vector[1] as number, vector[2] as number];
}

function velocityOf(core: ReplayableCore, entity: number): Vector {
  core.bodyVelocity(entity, vector);
  return [vector[0] as number, vector[1] as number, vector[2] as number];
}

/** At a frame's first tick: what became of the entity since the last look. */
function look(gaze: Gaze, core: ReplayableCore): void {
  const { tick } = core;
  const isThere = core.hasEntity(gaze.entity);
  if (!isThere) {
    if (gaze.present) gaze.events.push({ tick, what: 'gone' });
    gaze.present = false;
    gaze.lookedAt = true;
    return;
  }
  const at = placeOf(core, gaze.entity);
  if (!gaze.present) {
    if (!gaze.lookedAt) gaze.events.push({ tick, what: 'found', at });
    gaze.rest = at;
  }
  gaze.present = true;
  gaze.lookedAt = true;
  lookAtHands(gaze, core, at);
  lookAtMotion(gaze, core, at);
}

function lookAtHands(gaze: Gaze, core: ReplayableCore, at: Vector): void {
  const { tick } = core;
  const holders: Gaze['holders'] = new Map();
  core.readPlayers(players);
  for (let i = 0; i < players.count * 2; i++) {
    if (players.held[i] !== gaze.entity) continue;
    const account = players.accounts[i >> 1] as number;
    const hand = i % 2 === 0 ? 'left' : 'right';
    holders.set(`${account} ${hand}`, { account, hand });
  }
  for (const [key, holder] of holders) {
    if (gaze.holders.has(key)) continue;
    if (gaze.holders.size === 0) noteMove(gaze, tick, at);
    gaze.events.push({ tick, what: 'grabbed', ...holder, at });
  }
  for (const [key, holder] of gaze.holders) {
    if (!holders.has(key)) gaze.events.push({ tick, what: 'released', ...holder, at });
  }
  gaze.holders = holders;
}

function lookAtMotion(gaze: Gaze, core: ReplayableCore, at: Vector): void {
  if (gaze.holders.size > 0) {
    gaze.stillFrames = 0;
    return;
  }
  const speed = Math.hypot(...velocityOf(core, gaze.entity));
  gaze.stillFrames = speed < REST_SPEED_MPS ? gaze.stillFrames + 1 : 0;
  if (gaze.stillFrames === REST_FRAMES) noteMove(gaze, core.tick, at);
}

function noteMove(gaze: Gaze, tick: number, to: Vector): void {
  const from = gaze.rest;
  const metres = Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
  if (metres < MOVED_MIN_M) return;
  gaze.events.push({ tick, what: 'moved', from, to, metres });
  gaze.rest = to;
}

function presentOf(gaze: Gaze, core: ReplayableCore): Life['present'] {
  if (!gaze.present) return null;
  return {
    at: placeOf(core, gaze.entity),
    velocity: velocityOf(core, gaze.entity),
    asleep: core.isAsleep(gaze.entity),
    heldBy: [...gaze.holders.values()].map(({ account }) => account),
  };
}
