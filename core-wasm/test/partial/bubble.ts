import { type Core, emptyBodies } from '../../host/core.ts';
import { BodyKind, type PlayerInput, TICKS_PER_FRAME, WireFault } from '../../host/types.ts';
import { between, integer, type Random } from '../random.ts';
import { createWhole, nextFrame, type Whole, type WholeFrame } from './whole.ts';

/**
 * A partial world that follows a whole one: it has all that is static and, of what moves, closed
 * sets that enter and leave as a bubble wanders. What it has must be the whole world's, bit for
 * bit, after every tick.
 */

export interface BubbleOptions {
  readonly ticks: number;
  readonly bodiesMax: number;
  /** Something is kept from the partial world once: then it must be found to differ. */
  readonly withhold?: 'contact impulse' | 'impulse command' | 'input';
  /** Who enters comes as chunks of single groups, shrunk, and not as an excerpt. */
  readonly isShrunk?: boolean;
}

export interface BubbleReport {
  /** What differed first; empty when nothing did. */
  readonly difference: string;
  readonly entered: number;
  readonly left: number;
  /** Sum over ticks of the bodies that were compared. */
  readonly compared: number;
  /** Of which asleep. */
  readonly asleep: number;
  /** Whether what was to be withheld came up. */
  readonly withheld: boolean;
}

interface Bubble {
  readonly core: Core;
  readonly random: Random;
  readonly options: BubbleOptions;
  /** Movers, by id. */
  members: Set<number>;
  centre: [x: number, z: number];
  radius: number;
  entered: number;
  left: number;
  withheld: boolean;
  lastInputs: ReadonlyMap<number, PlayerInput>;
}

const PREFIX_BYTES = 16;

/** Lets a partial world in `part` follow a random world in `whole`. The cores' worlds are lost. */
export function followBubble(
  wholeCore: Core,
  part: Core,
  random: Random,
  options: BubbleOptions,
): BubbleReport {
  const whole = createWhole(wholeCore, random, options.bodiesMax);
  const bubble = createBubble(whole, part, random, options);
  let compared = 0;
  let asleep = 0;
  let difference = '';
  const frames = Math.ceil(options.ticks / TICKS_PER_FRAME);
  for (let frame = 0; frame < frames && difference === ''; frame++) {
    const stepped = stepWhole(whole);
    const { start, states, events, groups } = stepped;
    wander(bubble);
    const chosen = groupsOfInterest(bubble, stepped);
    const has = (id: number) => chosen.has(groups[id & 0xffff] as number);
    exchange(bubble, whole.core, start, has);
    expectTaken(part.loadFrame(lessen(part, events, has, bubble)));
    for (const [tick, state] of states.entries()) {
      part.step();
      const members = moversOf(part).map(({ id }) => id);
      bubble.members = new Set(members);
      compared += members.length;
      asleep += members.filter((id) => part.isAsleep(id)).length;
      difference ||= compare(whole.core, state, part, members);
      if (difference !== '') {
        difference = `tick ${frame * TICKS_PER_FRAME + tick}: ${difference}`;
        break;
      }
    }
  }
  const { entered, left, withheld } = bubble;
  return { difference, entered, left, compared, asleep, withheld };
}

interface Stepped {
  readonly start: Uint8Array;
  /** After each tick. */
  readonly states: readonly Uint8Array[];
  readonly events: WholeFrame;
  readonly groups: Uint16Array;
  /** Who becomes static in the frame, or ceases to be. */
  readonly forced: Uint16Array;
}

export function stepWhole(whole: Whole): Stepped {
  const { core } = whole;
  const start = core.snapshot();
  const events = nextFrame(whole);
  expectTaken(core.loadFrame(build(core, events, () => true)));
  const forced = core.openFrame();
  const states = Array.from({ length: TICKS_PER_FRAME }, () => {
    core.step();
    return core.snapshot();
  });
  return { start, states, events, groups: core.groups(), forced };
}

function createBubble(whole: Whole, core: Core, random: Random, options: BubbleOptions): Bubble {
  expectTaken(core.restore(whole.core.snapshot()));
  const centre: Bubble['centre'] = [between(random, -9, 9), between(random, -9, 9)];
  const radius = between(random, 2, 20);
  return {
    core,
    random,
    options,
    members: new Set(),
    centre,
    radius,
    entered: 0,
    left: 0,
    withheld: false,
    lastInputs: new Map(),
  };
}

function wander(bubble: Bubble): void {
  const { random, centre } = bubble;
  for (let axis = 0; axis < 2; axis++) {
    const at = (centre[axis] as number) + between(random, -0.8, 0.8);
    centre[axis] = Math.max(-30, Math.min(30, at));
  }
  if (random() < 0.02) bubble.centre = [between(random, -20, 20), between(random, -20, 20)];
  if (random() < 0.05) bubble.radius = between(random, 1, 20);
}

interface Mover {
  readonly id: number;
  readonly x: number;
  readonly z: number;
}

const columns = emptyBodies();

export function moversOf(core: Core): Mover[] {
  core.readBodies(columns);
  const movers: Mover[] = [];
  for (let i = 0; i < columns.count; i++) {
    if (columns.kinds[i] === BodyKind.STATIC) continue;
    const [x, , z] = columns.positions.subarray(i * 3, i * 3 + 3) as unknown as number[];
    movers.push({ id: columns.ids[i] as number, x: x as number, z: z as number });
  }
  return movers;
}

/** Those near the centre, some by chance, and whoever a command makes static or lets go. */
function groupsOfInterest(
  { random, centre, radius, core }: Bubble,
  { start, groups, forced }: Stepped,
): Set<number> {
  const chosen = new Set<number>();
  const take = (id: number) => chosen.add(groups[id & 0xffff] as number);
  for (const { id, x, z } of moversIn(core, start)) {
    if (Math.hypot(x - centre[0], z - centre[1]) < radius || random() < 0.002) take(id);
  }
  forced.forEach(take);
  return chosen;
}

let lookedAt: Uint8Array | null = null;
let movers: Mover[] = [];

/** Movers of a snapshot, looked up in the partial core, whose own state comes back. */
function moversIn(core: Core, state: Uint8Array): Mover[] {
  if (lookedAt === state) return movers;
  const own = core.snapshot();
  expectTaken(core.restore(state));
  movers = moversOf(core);
  lookedAt = state;
  expectTaken(core.restore(own));
  return movers;
}

/** Leavers go and newcomers come, a few at a time and in any order. */
function exchange(bubble: Bubble, whole: Core, start: Uint8Array, has: (id: number) => boolean) {
  const { core, random } = bubble;
  const wanted = moversIn(core, start).flatMap(({ id }) => (has(id) ? [id] : []));
  const present = new Set(moversOf(core).map(({ id }) => id));
  const leaving = [...present].filter((id) => !has(id));
  if (!core.removePart(shuffled(random, leaving))) throw new Error('the leaving are not closed');
  bubble.left += leaving.length;
  const entering = wanted.filter((id) => !present.has(id));
  for (const batch of batches(random, entering, whole.groups())) {
    if (bubble.options.isShrunk) {
      expectTaken(core.insertShrunk(shrunk(whole, start, shuffled(random, batch))));
      continue;
    }
    let chunk = whole.exportPart(start, shuffled(random, batch));
    if (chunk === null) throw new Error('the entering are not closed');
    if (bubble.options.withhold === 'contact impulse' && !bubble.withheld) {
      chunk = withoutImpulse(bubble, chunk);
    }
    expectTaken(core.insertPart(chunk));
  }
  bubble.entered += entering.length;
}

/** One chunk a group, in the order in which the ids name them first. */
function shrunk(whole: Core, start: Uint8Array, ids: readonly number[]): Uint8Array {
  if (!whole.openSnapshot(start)) throw new Error('a snapshot is none');
  const groups = whole.groups();
  const chunks = [...Map.groupBy(ids, (id) => groups[id & 0xffff]).values()].map((group) => {
    const chunk = whole.shrinkPart(group);
    if (chunk === null) throw new Error('the entering are not closed');
    return chunk;
  });
  return Buffer.concat(chunks);
}

/** Whole groups, dealt to up to three batches. */
function batches(random: Random, ids: readonly number[], groups: Uint16Array): number[][] {
  const count = integer(random, 1, 3);
  const dealt: number[][] = Array.from({ length: count }, () => []);
  const salt = integer(random, 0, 999);
  for (const id of ids) dealt[((groups[id & 0xffff] as number) + salt) % count]?.push(id);
  return shuffled(random, dealt);
}

export function shuffled<T>(random: Random, items: readonly T[]): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const j = integer(random, 0, i);
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
}

/** The frame that a partial world is given, or one from which something is kept. */
function lessen(
  core: Core,
  events: WholeFrame,
  has: (id: number) => boolean,
  bubble: Bubble,
): Uint8Array {
  const { withhold } = bubble.options;
  let { commands, inputs } = events;
  if (withhold === 'impulse command' && !bubble.withheld) {
    const kept = commands.filter(({ add }) => !String(add).includes('addImpulse'));
    const missed = commands.filter((command) => !kept.includes(command));
    if (missed.some(({ subjects }) => subjects.some(has))) bubble.withheld = true;
    commands = kept;
  }
  if (withhold === 'input' && !bubble.withheld && core.tick > 60) {
    const [first] = [...inputs].flatMap(([id, input]) =>
      has(id) && bubble.lastInputs.get(id) !== input ? [id] : [],
    );
    if (first !== undefined) {
      inputs = new Map([...inputs].filter(([id]) => id !== first));
      bubble.withheld = true;
    }
  }
  bubble.lastInputs = events.inputs;
  return build(core, { commands, inputs }, has);
}

export function build(core: Core, frame: WholeFrame, has: (id: number) => boolean): Uint8Array {
  core.frameBegin(core.frame, 0n);
  for (const { subjects, concernsStatics, add } of frame.commands) {
    if (concernsStatics || subjects.some(has)) add(core);
  }
  const inputs = [...frame.inputs].filter(([id]) => has(id));
  for (const [id, input] of inputs.sort(([a], [b]) => (a & 0xffff) - (b & 0xffff))) {
    core.addInput(id, core.encodeEntry(input));
  }
  return core.frameEnd();
}

/** The chunk with one contact's first impulse gone, when it has one that counts. */
function withoutImpulse(bubble: Bubble, chunk: Uint8Array): Uint8Array {
  const words = new Uint32Array(chunk.buffer, chunk.byteOffset + PREFIX_BYTES, 12);
  const contacts = words[4] as number;
  const impulses = new DataView(chunk.buffer, chunk.byteOffset + chunk.length - contacts * 64);
  for (let i = 0; i < contacts; i++) {
    if (impulses.getFloat32(i * 64 + 32, true) < 0.5) continue;
    impulses.setFloat32(i * 64 + 32, 0, true);
    bubble.withheld = true;
    break;
  }
  return chunk;
}

/** What is not the same of `members` in the whole world and in the part; empty when all is. */
export function compare(
  whole: Core,
  state: Uint8Array,
  part: Core,
  members: readonly number[],
): string {
  const right = whole.exportPart(state, members);
  const got = part.exportPart(part.snapshot(), members);
  if (right === null || got === null) return `${members.length} bodies are not a closed set`;
  if (Buffer.compare(right, got) === 0) {
    whole.openSnapshot(state);
    return whole.proofOfPart(members) === part.proof() ? '' : 'something static';
  }
  const at = right.findIndex((byte, i) => byte !== got[i]);
  return `byte ${at} of ${right.length} and ${got.length}, ${members.length} bodies`;
}

export function expectTaken(fault: WireFault): void {
  if (fault !== WireFault.NONE) throw new Error(`refused: ${fault}`);
}
