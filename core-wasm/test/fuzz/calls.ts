import {
  type AddJoint,
  type Core,
  emptyBodies,
  emptyBoxes,
  emptyContacts,
  emptyJoints,
  emptyPlayers,
} from '../../host/core.ts';
import type { BodyKind, PlayerInput, ShapeKind } from '../../host/types.ts';
import { integer, pick, type Random } from '../random.ts';
import {
  anyBytes,
  anyNumber,
  anyVector,
  damaged,
  hugeBytes,
  mildNumber,
  mildRotation,
  mildVector,
  type Triple,
} from './chance.ts';

/** What the calls of one run know of each other. */
export interface Caller {
  readonly core: Core;
  readonly random: Random;
  /** Ids that were given out, alive or not. */
  readonly ids: number[];
  /** The last snapshot that was taken and the last frame that was finished. */
  state: Uint8Array;
  frame: Uint8Array;
}

/** A method of the facade with arguments that chance chooses, good and bad. */
export interface FacadeCall {
  call(c: Caller): unknown;
  /** How often among the others; 1 unless given. */
  readonly share?: number;
  /** True: it only looks, so that the world's hash must stay. */
  readonly looks?: true;
}

const IDS_KEPT = 120;
const BODIES_KEPT = 90;

function anyId({ random, ids }: Caller): number {
  return random() < 0.8 && ids.length > 0 ? pick(random, ids) : anyNumber(random);
}

function reserve(c: Caller): number {
  const last = c.ids.at(-1) ?? 0;
  const entity = c.core.nextEntity(c.random() < 0.95 ? last : anyNumber(c.random));
  c.ids.push(entity);
  if (c.ids.length > IDS_KEPT) c.ids.splice(0, IDS_KEPT / 3);
  return entity;
}

function anyInput(random: Random): PlayerInput {
  const intent = () => ({
    moveX: anyNumber(random),
    moveZ: anyNumber(random),
    yaw: anyNumber(random),
    pitch: anyNumber(random),
    buttons: anyNumber(random),
  });
  const part = () => {
    const rotation = [...anyVector(random), anyNumber(random)] as const;
    return {
      position: random() < 0.5 ? mildVector(random, -900, 900) : anyVector(random),
      rotation,
    };
  };
  return {
    intents: [intent(), intent(), intent()],
    pose: random() < 0.5 ? null : { head: part(), left: part(), right: part() },
  };
}

function anyShape(random: Random): { shape: ShapeKind; size: Triple } {
  const shape = integer(random, 0, 2) as ShapeKind;
  const side = (): number => mildNumber(random, 0.05, 1.5);
  return { shape, size: [side(), shape === 0 ? 0 : side(), shape === 2 ? side() : 0] };
}

function mildPlace(random: Random): Triple {
  return [mildNumber(random, -3, 3), mildNumber(random, 0, 3), mildNumber(random, -3, 3)];
}

/** Absent as often as not: then the facade has a default. */
function maybe<K extends string>(random: Random, key: K, low: number, high: number) {
  if (random() < 0.6) return {};
  return { [key]: mildNumber(random, low, high) } as { [P in K]: number };
}

/** Dynamic as often as not, within a place that is small enough to meet in. */
function spawnBody(c: Caller): boolean {
  const { core, random } = c;
  return core.addSpawnBody({
    ...anyShape(random),
    entity: random() < 0.9 ? reserve(c) : anyId(c),
    kind: (random() < 0.6 ? 0 : integer(random, 0, random() < 0.98 ? 2 : 300)) as BodyKind,
    position: mildPlace(random),
    rotation: mildRotation(random),
    linearVelocity: mildVector(random, -20, 20),
    angularVelocity: mildVector(random, -9, 9),
    density: mildNumber(random, 1, 3000),
    friction: mildNumber(random, 0, 1),
    restitution: mildNumber(random, 0, 1),
    ...maybe(random, 'linearDamping', 0, 1),
    ...maybe(random, 'angularDamping', 0, 1),
    ...maybe(random, 'gravityScale', -2, 2),
    ...maybe(random, 'layer', 0, 65535),
    ...maybe(random, 'mask', 0, 65535),
  });
}

function spawnPlayer(c: Caller): boolean {
  return c.core.addSpawnPlayer({
    entity: reserve(c),
    leftHand: c.random() < 0.95 ? reserve(c) : anyId(c),
    rightHand: c.random() < 0.95 ? reserve(c) : anyId(c),
    account: anyNumber(c.random),
    foot: mildPlace(c.random),
    yaw: anyNumber(c.random),
  });
}

function despawn(c: Caller): boolean {
  return c.core.addDespawn(anyId(c));
}

function impulse(c: Caller): boolean {
  return c.core.addImpulse(anyId(c), mildVector(c.random, -900, 900), mildPlace(c.random));
}

function setKind(c: Caller): boolean {
  return c.core.addSetKind(anyId(c), integer(c.random, 0, 2) as BodyKind);
}

/** An id that a joint may have: they are few, so that many are taken. */
function anyJoint({ random }: Caller): number {
  return random() < 0.9 ? integer(random, 1, 40) : anyNumber(random);
}

/** Any kind with the fields of all kinds: the facade looks at its own alone. */
function addJoint(c: Caller): boolean {
  const { core, random } = c;
  const range = random() < 0.95 ? [-1, 1] : [anyNumber(random), anyNumber(random)];
  const [least, most] = range as [number, number];
  const spring = {
    length: mildNumber(random, 0, 2),
    hertz: mildNumber(random, 0.1, 30),
    dampingRatio: mildNumber(random, 0, 2),
  };
  const motor = { speed: mildNumber(random, -9, 9), maxTorque: mildNumber(random, 0, 900) };
  return core.addJoint({
    kind: random() < 0.98 ? integer(random, 0, 3) : integer(random, 0, 300),
    joint: anyJoint(c),
    a: anyId(c),
    b: random() < 0.2 ? 0 : anyId(c),
    anchorA: mildVector(random, -1, 1),
    anchorB: mildVector(random, -1, 1),
    frameA: mildRotation(random),
    frameB: mildRotation(random),
    ...(random() < 0.5 ? { limits: { lower: least, upper: most }, motor } : {}),
    ...(random() < 0.5 ? { spring } : { min: least + 1, max: most + random() }),
    collide: random() < 0.4,
  } as AddJoint);
}

function removeJoint(c: Caller): boolean {
  return c.core.addRemoveJoint(anyJoint(c));
}

/** Every other body goes: a large world is slow, and no more of a test. */
function thinOut({ core, random }: Caller): void {
  core.readBodies(bodies);
  for (const id of bodies.ids.subarray(0, bodies.count)) if (random() < 0.5) core.addDespawn(id);
}

/** A whole frame as a server makes it, so that there is a world to harass. */
function playFrame(c: Caller): void {
  const { core, random } = c;
  core.frameBegin(core.frame, core.stateHash());
  if (core.bodyCount > BODIES_KEPT) thinOut(c);
  else for (let i = integer(random, 0, 3); i > 0; i--) pick(random, COMMANDS)(c);
  for (const { entity } of core.playerAccounts()) {
    if (random() < 0.8) core.addInput(entity, core.encodeEntry(anyInput(random)));
  }
  c.frame = core.frameEnd();
  core.stepFrame(c.frame);
}

function framed({ random, frame }: Caller): Uint8Array {
  const chance = random();
  if (chance < 0.85) return frame;
  return chance < 0.99 ? damaged(random, frame) : hugeBytes(random);
}

function encoded({ core, random, frame, state }: Caller): Uint8Array {
  const numbers = { protocol: anyNumber(random), coreHash: anyHash(random) };
  switch (integer(random, 0, 7)) {
    case 0:
      return core.encodeHello({
        ...numbers,
        resumeFrame: anyNumber(random),
        resumeHash: anyHash(random),
      });
    case 1:
      return core.encodeWelcome({
        ...numbers,
        epoch: anyNumber(random),
        entity: anyNumber(random),
        nextFrame: anyNumber(random),
        resumed: random() < 0.5,
      });
    case 2:
      return core.encodeInput(anyNumber(random), anyBytes(random, 70));
    case 3:
      return core.encodePing(anyNumber(random));
    case 4:
      return core.encodePong(anyNumber(random));
    case 5:
      return core.encodeSnapshot(anyNumber(random), state);
    case 6:
      return core.encodeFrame(frame);
    default:
      return core.encodeTiming({
        inputFrame: anyNumber(random),
        slackMs: anyNumber(random),
        replaced: anyNumber(random),
      });
  }
}

function anyHash(random: Random): bigint {
  return BigInt(Math.floor((random() - 0.5) * 2 ** 53)) << BigInt(integer(random, 0, 70));
}

/** The same `add…` more than once is more often. */
const COMMANDS: ReadonlyArray<(c: Caller) => unknown> = [
  spawnBody,
  spawnBody,
  spawnBody,
  spawnPlayer,
  impulse,
  impulse,
  setKind,
  despawn,
  addJoint,
  addJoint,
  removeJoint,
];

const bodies = emptyBodies();
const players = emptyPlayers();
const contacts = emptyContacts();
const bounds = emptyBoxes();
const joints = emptyJoints();
const room = new Uint8Array(4096);
const point = new Float32Array(3);
const rotation = new Float32Array(4);

/**
 * Every public method of the facade by its name; a test compares this list with the classes. To
 * add one: a row here, with arguments that mostly make sense and sometimes none at all.
 */
export const FACADE_CALLS: Readonly<Record<string, FacadeCall>> = {
  // A world.
  reset: { share: 0.002, call: ({ core, random }) => core.reset(anyNumber(random)) },
  step: { share: 2, call: ({ core }) => core.step() },
  stepFrame: { call: (c) => c.core.stepFrame(framed(c)) },
  loadFrame: { share: 2, call: (c) => c.core.loadFrame(framed(c)) },
  restore: {
    share: 0.2,
    call({ core, random, state }) {
      if (random() < 0.01) return core.restore(hugeBytes(random));
      return core.restore(random() < 0.5 ? state : damaged(random, state));
    },
  },
  snapshot: {
    share: 0.1,
    call(c) {
      const into = c.random() < 0.5 ? room : c.random() < 0.5 ? c.state : undefined;
      c.state = c.core.snapshot(into).slice();
    },
  },

  // Building frames.
  'a whole frame': { share: 2, call: playFrame },
  frameBegin: {
    looks: true,
    call: ({ core, random }) =>
      core.frameBegin(random() < 0.95 ? core.frame : anyNumber(random), anyHash(random)),
  },
  addSpawnBody: { looks: true, call: spawnBody },
  addSpawnPlayer: { looks: true, share: 0.5, call: spawnPlayer },
  addDespawn: { looks: true, share: 0.4, call: despawn },
  addImpulse: { looks: true, call: impulse },
  addSetKind: { looks: true, call: setKind },
  addSetRestless: { looks: true, call: ({ core, random }) => core.addSetRestless(random() < 0.5) },
  addJoint: { looks: true, call: addJoint },
  addRemoveJoint: { looks: true, share: 0.4, call: removeJoint },
  addInput: {
    looks: true,
    share: 2,
    call(c) {
      const { core, random } = c;
      const entry = random() < 0.6 ? core.encodeEntry(anyInput(random)) : anyBytes(random, 70);
      return core.addInput(anyId(c), random() < 0.99 ? entry : hugeBytes(random));
    },
  },
  frameEnd: {
    looks: true,
    call(c) {
      c.frame = c.core.frameEnd();
    },
  },

  // Reading frames, entries and messages.
  checkFrame: { looks: true, call: (c) => c.core.checkFrame(framed(c)) },
  frameInputs: { looks: true, call: (c) => c.core.frameInputs(framed(c)) },
  readFrameHeader: {
    looks: true,
    call: ({ core, random }) => core.readFrameHeader(anyBytes(random, 30)),
  },
  sameFrame: { looks: true, call: (c) => c.core.sameFrame(c.frame, framed(c)) },
  encodeEntry: { looks: true, call: ({ core, random }) => core.encodeEntry(anyInput(random)) },
  decodeEntry: {
    looks: true,
    call: ({ core, random }) =>
      core.decodeEntry(random() < 0.99 ? anyBytes(random, 60) : hugeBytes(random)),
  },
  decodeMessage: {
    looks: true,
    call(c) {
      const { core, random } = c;
      const chance = random();
      if (chance < 0.4) return core.decodeMessage(encoded(c));
      if (chance < 0.7) return core.decodeMessage(damaged(random, encoded(c)));
      return core.decodeMessage(chance < 0.99 ? anyBytes(random, 100) : hugeBytes(random));
    },
  },
  encodeHello: { looks: true, share: 0.3, call: encoded },

  // Looking at the world.
  tick: { looks: true, share: 0.1, call: ({ core }) => core.tick + core.frame + core.seed },
  counts: {
    looks: true,
    share: 0.1,
    call: ({ core }) => core.bodyCount + core.playerCount + core.contactCount + core.jointCount,
  },
  stateHash: { looks: true, share: 0.1, call: ({ core }) => core.stateHash() },
  hasEntity: { looks: true, call: (c) => c.core.hasEntity(anyId(c)) },
  nextEntity: { looks: true, call: ({ core, random }) => core.nextEntity(anyNumber(random)) },
  bodyPosition: { looks: true, call: (c) => c.core.bodyPosition(anyId(c), point) },
  bodyVelocity: { looks: true, call: (c) => c.core.bodyVelocity(anyId(c), point) },
  bodyRotation: { looks: true, call: (c) => c.core.bodyRotation(anyId(c), rotation) },
  bodyAngularVelocity: {
    looks: true,
    call: (c) => c.core.bodyAngularVelocity(anyId(c), point),
  },
  hasJoint: { looks: true, call: (c) => c.core.hasJoint(anyJoint(c)) },
  nextJoint: { looks: true, call: ({ core, random }) => core.nextJoint(anyNumber(random)) },
  playerOfAccount: {
    looks: true,
    call: ({ core, random }) => core.playerOfAccount(anyNumber(random)),
  },
  playerAccounts: { looks: true, share: 0.3, call: ({ core }) => core.playerAccounts() },
  readBodies: { looks: true, share: 0.3, call: ({ core }) => core.readBodies(bodies) },
  readPlayers: { looks: true, share: 0.3, call: ({ core }) => core.readPlayers(players) },
  readJoints: { looks: true, share: 0.3, call: ({ core }) => core.readJoints(joints) },
  readContacts: { looks: true, share: 0.3, call: ({ core }) => core.readContacts(contacts) },
  readBounds: { looks: true, share: 0.3, call: ({ core }) => core.readBounds(bounds) },
  terrain: { looks: true, share: 0.1, call: ({ core }) => core.terrain.heights[0] },
  terrainHeight: {
    looks: true,
    call: ({ core, random }) => core.terrainHeight(anyNumber(random), anyNumber(random)),
  },
  castRay: {
    looks: true,
    call: (c) =>
      c.core.queries.castRay(
        c.random() < 0.5 ? mildVector(c.random, -20, 20) : anyVector(c.random),
        c.random() < 0.5 ? [0.6, -0.8, 0] : anyVector(c.random),
        mildNumber(c.random, 0, 50),
        { ignore: anyId(c) },
      ),
  },
  beginPart: { looks: true, share: 0.3, call: ({ core }) => core.beginPart() },
  markChanged: { looks: true, share: 0.3, call: (c) => c.core.markChanged(anyId(c)) },
  stepPart: {
    share: 0.2,
    call: ({ core, random, state }) =>
      core.stepPart(
        random() < 0.7 ? state : damaged(random, state),
        random() < 0.7 ? core.islands() : new Uint16Array(integer(random, 0, 300)),
      ),
  },
  keepPast: { looks: true, share: 0.2, call: ({ core }) => core.keepPast(30) },
  isAsleep: { looks: true, call: (c) => c.core.isAsleep(anyId(c)) },
  islands: { looks: true, share: 0.3, call: ({ core }) => core.islands() },
  faultSite: { looks: true, share: 0.1, call: ({ core }) => core.faultSite() },
};

/** Methods that rows of other names call, and what is private in the facade. */
export const COVERED_ELSEWHERE: ReadonlySet<string> = new Set([
  'constructor',
  'frame',
  'seed',
  'bodyCount',
  'playerCount',
  'contactCount',
  'jointCount',
  'encodeInput',
  'encodePing',
  'encodeWelcome',
  'encodeSnapshot',
  'encodeFrame',
  'encodeTiming',
  'encodePong',
  'header',
  'readVector',
  'islandsWord',
  'bodyWord',
  'playerWord',
  'addCommand',
  'putFloats',
  'encode',
  'encodeWithTail',
  'readHead',
]);
