import { emptyBodies } from '../../host/core.ts';
import type { BodyKind, SpawnBody } from '../../host/types.ts';
import { integer, pick } from '../random.ts';
import {
  anyHash,
  anyId,
  anyInput,
  anyShape,
  type Caller,
  type FacadeCalls,
  maybe,
  mildPlace,
  reserve,
} from './caller.ts';
import { anyBytes, anyNumber, hugeBytes, mildNumber, mildRotation, mildVector } from './chance.ts';
import { addJoint, removeJoint } from './joint-calls.ts';
import { anyLook, defineCompound, defineHull } from './look-calls.ts';

/** More are thinned out: a large world is slow, and no more of a test. */
const BODIES_KEPT = 90;

/** Dynamic as often as not, within a place that is small enough to meet in. */
function spawnBody(c: Caller): boolean {
  const { core, random } = c;
  const look = { shape: pick(random, [3, 4, 4]), definition: anyLook(c), size: [0, 0, 0] as const };
  return core.addSpawnBody({
    ...((random() < 0.4 ? look : anyShape(random)) as Pick<SpawnBody, 'shape' | 'size'>),
    entity: random() < 0.9 ? reserve(c) : anyId(c),
    kind: (random() < 0.6 ? 0 : integer(random, 0, random() < 0.98 ? 2 : 300)) as BodyKind,
    sensor: random() < 0.1,
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

function setRestless({ core, random }: Caller): boolean {
  return core.addSetRestless(random() < 0.2);
}

function setRegion({ core, random }: Caller): boolean {
  const gravity = random() < 0.9 ? ([0, -9.81, 0] as const) : mildVector(random, -12, 12);
  return core.addSetRegion({ gravity, waterLevel: mildNumber(random, -3, 1) });
}

function charge(c: Caller): boolean {
  return c.core.addCharge(anyId(c), mildNumber(c.random, -480_000, 480_000));
}

/** Every other body goes. */
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

/** The same `add…` more than once is more often. */
const COMMANDS: ReadonlyArray<(c: Caller) => unknown> = [
  spawnBody,
  spawnBody,
  spawnBody,
  spawnBody,
  spawnBody,
  spawnPlayer,
  impulse,
  impulse,
  impulse,
  setKind,
  despawn,
  setRestless,
  setRegion,
  charge,
  defineHull,
  defineCompound,
  addJoint,
  addJoint,
  removeJoint,
];

const bodies = emptyBodies();

/** Building frames. */
export const FRAME_CALLS: FacadeCalls = {
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
  addSetRestless: { looks: true, share: 0.4, call: setRestless },
  addSetRegion: { looks: true, share: 0.1, call: setRegion },
  addCharge: { looks: true, share: 0.4, call: charge },
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
};
