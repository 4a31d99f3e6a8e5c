import { type AddJoint, type Core, JointKind } from '../host/core.ts';
import {
  BodyKind,
  Button,
  type PartPose,
  type PlayerInput,
  ShapeKind,
  type SpawnBody,
  TICKS_PER_FRAME,
  WireFault,
} from '../host/types.ts';
import { between, direction, integer, pick, type Random, rotation, seeded } from './random.ts';

/**
 * A made-up session: players who walk, jump, grab and throw among bodies of every shape that come,
 * go, are hit and change their kind. Uses no function of the host's mathematics but the square
 * root, so that every engine makes the same one from the same seed.
 */

export const RECORDING_SEED = 20_26;
export const RECORDING_FRAMES = 667;

const PLAYERS = 12;
const BODIES = 80;
/** Half a side of the place where it happens: level ground, and the foot of the hills. */
const PLACE_M = 14;

interface Actor {
  readonly account: number;
  entity: number;
  /** Frames until the actor thinks anew. */
  patience: number;
  moveX: number;
  moveZ: number;
  yaw: number;
  spin: number;
  buttons: number;
  /** Body that the right hand goes for, 0 for none. */
  wanted: number;
  left: [number, number, number];
  right: [number, number, number];
}

interface Session {
  readonly core: Core;
  readonly random: Random;
  readonly actors: Actor[];
  readonly bodies: number[];
  reserved: number;
}

/** Plays a session of `frames` frames on `core` and returns them; `onTick` sees every state. */
export function record(
  core: Core,
  seed: number,
  frames: number,
  onTick?: (core: Core) => void,
): Uint8Array[] {
  core.reset(seed);
  const session: Session = {
    core,
    random: seeded(seed),
    actors: Array.from({ length: PLAYERS }, (_, i) => newActor(i)),
    bodies: [],
    reserved: 0,
  };
  const made: Uint8Array[] = [];
  for (let frame = 0; frame < frames; frame++) {
    core.frameBegin(frame, core.stateHash());
    addCommands(session, frame);
    for (const actor of byIndex(session.actors)) addInput(session, actor);
    const bytes = core.frameEnd();
    made.push(bytes);
    playFrame(core, bytes, onTick);
  }
  return made;
}

/** Plays frames that were recorded on the terrain of `seed`. */
export function replay(
  core: Core,
  seed: number,
  frames: readonly Uint8Array[],
  onTick?: (core: Core) => void,
): void {
  core.reset(seed);
  for (const bytes of frames) playFrame(core, bytes, onTick);
}

function playFrame(core: Core, bytes: Uint8Array, onTick?: (core: Core) => void): void {
  const fault = core.loadFrame(bytes);
  if (fault !== WireFault.NONE) throw new Error(`frame refused: ${fault}`);
  for (let tick = 0; tick < TICKS_PER_FRAME; tick++) {
    core.step();
    onTick?.(core);
  }
}

function byIndex(actors: readonly Actor[]): Actor[] {
  const present = actors.filter((actor) => actor.entity !== 0);
  return present.sort((a, b) => (a.entity & 0xffff) - (b.entity & 0xffff));
}

function newActor(index: number): Actor {
  return {
    account: 100 + index,
    entity: 0,
    patience: 0,
    moveX: 0,
    moveZ: 0,
    yaw: index * 5000,
    spin: 0,
    buttons: 0,
    wanted: 0,
    left: [-250, 1100, -350],
    right: [250, 1100, -350],
  };
}

function reserve(session: Session): number {
  session.reserved = session.core.nextEntity(session.reserved);
  return session.reserved;
}

function addCommands(session: Session, frame: number): void {
  const { core, random, actors, bodies } = session;
  session.reserved = 0;
  if (frame === 0) {
    defineLooks(session);
    addFurniture(session);
  }
  if (random() < 0.02) core.addDefineHull(integer(random, 10, 30), diamond(random));
  for (const actor of actors) {
    if (actor.entity === 0 && random() < 0.05) enter(session, actor);
    else if (actor.entity !== 0 && random() < 0.002) leave(session, actor);
  }
  if (bodies.length < BODIES && random() < 0.5) bodies.push(spawn(session));
  if (bodies.length > BODIES - 10 && random() < 0.08) {
    const [gone] = bodies.splice(integer(random, 0, bodies.length - 1), 1);
    core.addDespawn(gone as number);
  }
  if (bodies.length > 0 && random() < 0.2) push(session, pick(random, bodies));
  if (bodies.length > 0 && random() < 0.03) {
    const kind = pick(random, [BodyKind.DYNAMIC, BodyKind.DYNAMIC, BodyKind.STATIC]);
    core.addSetKind(pick(random, bodies), kind);
  }
  if (bodies.length > 1 && random() < 0.06) core.addJoint(newJoint(session));
  if (random() < 0.02) {
    const gravity = [between(random, -0.5, 0.5), -9.81, between(random, -0.5, 0.5)] as const;
    core.addSetRegion({ gravity, waterLevel: between(random, -2, 0.6) });
  }
  if (session.actors.length > 0 && random() < 0.02) {
    core.addCharge(pick(random, session.actors).entity, between(random, -4e5, 4e5));
  }
  if (core.jointCount > JOINTS) core.addRemoveJoint(integer(random, 1, JOINTS + 1));
}

/** Ids of looks; others are defined on the way, some twice. */
const HULLS = [1, 2, 3] as const;
const COMPOUNDS = [4, 5, 6] as const;

type Point = readonly [number, number, number];

function diamond(random: Random): Point[] {
  const [a, b, c] = [between(random, 0.2, 0.6), between(random, 0.2, 0.6), between(random, 0.2, 1)];
  return [a, b, c].flatMap((reach, axis) =>
    [reach, -reach].map(
      (at): Point => [at * +(axis === 0), at * +(axis === 1), at * +(axis === 2)],
    ),
  );
}

/** Two with whole faces, one of chance; a dumbbell, a table and a thing of two hulls. */
function defineLooks({ core, random }: Session): void {
  const wedge: Point[] = [0, 0.9].flatMap((z): Point[] => [
    [0, 0, z],
    [0.8, 0, z],
    [0, 0.5, z],
  ]);
  const brick = [-0.3, 0.3].flatMap((x) =>
    [-0.2, 0.2].flatMap((y) => [-0.4, 0.4].map((z): Point => [x, y, z])),
  );
  core.addDefineHull(HULLS[0], wedge);
  core.addDefineHull(HULLS[1], brick);
  core.addDefineHull(HULLS[2], diamond(random));
  const { SPHERE, CAPSULE, BOX, HULL } = ShapeKind;
  const rotation = [0, 0, 0, 1] as const;
  const lying = [0, 0, 0.6, 0.8] as const;
  core.addDefineCompound(COMPOUNDS[0], [
    { shape: SPHERE, size: [0.3, 0, 0], offset: [-0.5, 0, 0], rotation },
    { shape: SPHERE, size: [0.2, 0, 0], offset: [0.5, 0, 0], rotation },
    { shape: CAPSULE, size: [0.08, 0.4, 0], offset: [0, 0, 0], rotation: lying },
  ]);
  core.addDefineCompound(COMPOUNDS[1], [
    { shape: BOX, size: [0.6, 0.05, 0.4], offset: [0, 0.6, 0], rotation },
    ...[-0.5, 0.5].flatMap((x) =>
      [-0.3, 0.3].map((z) => ({
        shape: BOX,
        size: [0.05, 0.3, 0.05] as const,
        offset: [x, 0.25, z] as const,
        rotation,
      })),
    ),
  ]);
  core.addDefineCompound(COMPOUNDS[2], [
    { shape: HULL, definition: HULLS[0], offset: [0.2, 0, 0], rotation },
    { shape: HULL, definition: HULLS[2], offset: [-0.3, 0.1, 0], rotation: lying },
  ]);
}

const JOINTS = 20;

/** Of any kind, between bodies wherever they are, or from the air. */
function newJoint({ core, random, bodies }: Session): AddJoint {
  const point = () =>
    [between(random, -0.4, 0.4), between(random, -0.4, 0.4), between(random, -0.4, 0.4)] as const;
  const fromAir = random() < 0.2;
  const a = pick(random, bodies);
  const ends = {
    joint: core.nextJoint(0),
    a,
    b: fromAir ? 0 : pick(random, bodies),
    anchorA: point(),
    anchorB: fromAir ? ([between(random, -9, 9), 3, between(random, -9, 9)] as const) : point(),
    collide: random() < 0.5,
  };
  if (ends.b === a) ends.b = 0;
  const frames = { frameA: rotation(random), frameB: rotation(random) };
  const spring = { length: 1, hertz: 2, dampingRatio: between(random, 0, 1) };
  const motor = { speed: between(random, -6, 6), maxTorque: 40 };
  return pick<AddJoint>(random, [
    { kind: JointKind.BALL, ...ends },
    { kind: JointKind.HINGE, ...ends, ...frames, motor },
    { kind: JointKind.HINGE, ...ends, ...frames, limits: { lower: -1, upper: 0.5 } },
    { kind: JointKind.DISTANCE, ...ends, max: 2 },
    { kind: JointKind.DISTANCE, ...ends, min: 1, max: 1 },
    { kind: JointKind.DISTANCE, ...ends, spring },
    { kind: JointKind.WELD, ...ends, ...frames, spring },
  ]);
}

function enter(session: Session, actor: Actor): void {
  const { core, random } = session;
  actor.entity = reserve(session);
  core.addSpawnPlayer({
    entity: actor.entity,
    leftHand: reserve(session),
    rightHand: reserve(session),
    account: actor.account,
    foot: [between(random, -PLACE_M, PLACE_M), 0, between(random, -PLACE_M, PLACE_M)],
    yaw: actor.yaw,
  });
}

function leave(session: Session, actor: Actor): void {
  session.core.addDespawn(actor.entity);
  actor.entity = 0;
}

const RESTING = {
  linearVelocity: [0, 0, 0],
  angularVelocity: [0, 0, 0],
  density: 500,
  friction: 0.6,
  restitution: 0,
} as const;

/** Things that stay: a low wall, a ramp, a turning beam. */
function addFurniture(session: Session): void {
  const add = (
    given: Pick<SpawnBody, 'kind' | 'size' | 'position' | 'rotation'>,
    spin = 0,
  ): void => {
    session.core.addSpawnBody({
      ...RESTING,
      ...given,
      entity: reserve(session),
      shape: ShapeKind.BOX,
      angularVelocity: [0, spin, 0],
    });
  };
  const { STATIC, KINEMATIC } = BodyKind;
  const upright = [0, 0, 0, 1] as const;
  add({ kind: STATIC, size: [5, 0.5, 0.3], position: [0, 0.5, -4], rotation: upright });
  add({ kind: STATIC, size: [3, 0.2, 2], position: [6, 0.7, 4], rotation: [0, 0, 0.28, 0.96] });
  add({ kind: KINEMATIC, size: [3, 0.2, 0.2], position: [-6, 0.4, 4], rotation: upright }, 1.5);
}

function spawn(session: Session): number {
  const { core, random } = session;
  const entity = reserve(session);
  const shape = pick(random, Object.values(ShapeKind));
  const a = between(random, 0.1, 0.5);
  const b = between(random, 0.1, 0.6);
  const c = between(random, 0.1, 0.5);
  const size: Record<number, [number, number, number]> = {
    [ShapeKind.SPHERE]: [a, 0, 0],
    [ShapeKind.CAPSULE]: [a, b, 0],
    [ShapeKind.BOX]: [a, b, c],
    [ShapeKind.HULL]: [0, 0, 0],
    [ShapeKind.COMPOUND]: [0, 0, 0],
  };
  const speed = between(random, 0, 6);
  const [x, y, z] = direction(random);
  core.addSpawnBody({
    entity,
    kind: BodyKind.DYNAMIC,
    shape,
    size: size[shape] as [number, number, number],
    definition: pick(random, shape === ShapeKind.HULL ? HULLS : COMPOUNDS),
    position: [
      between(random, -PLACE_M, PLACE_M),
      between(random, 1, 8),
      between(random, -PLACE_M, PLACE_M),
    ],
    rotation: rotation(random),
    linearVelocity: [x * speed, y * speed, z * speed],
    angularVelocity: [z * speed, x * speed, y * speed],
    density: between(random, 20, 1500),
    friction: between(random, 0, 1),
    restitution: random() < 0.3 ? between(random, 0.2, 0.9) : 0,
  });
  return entity;
}

function push(session: Session, entity: number): void {
  const { core, random } = session;
  const place = new Float32Array(3);
  if (!core.bodyPosition(entity, place)) return;
  const [x, y, z] = direction(random);
  const strength = between(random, 10, 600);
  core.addImpulse(
    entity,
    [x * strength, Math.abs(y) * strength, z * strength],
    [(place[0] as number) + 0.1 * z, place[1] as number, (place[2] as number) + 0.1 * x],
  );
}

function addInput(session: Session, actor: Actor): void {
  const { core, random } = session;
  if (actor.patience-- <= 0) think(session, actor);
  drift(random, actor.left);
  if (actor.wanted === 0) drift(random, actor.right);
  else goFor(session, actor);
  // Now and then nothing came from this player.
  if (random() < 0.05) return;
  const fault = core.addInput(actor.entity, core.encodeEntry(inputOf(random, actor)));
  if (fault !== WireFault.NONE) throw new Error(`input refused: ${fault}`);
}

function think({ core, random, bodies }: Session, actor: Actor): void {
  actor.patience = integer(random, 10, 40);
  actor.moveX = integer(random, -127, 127);
  actor.moveZ = integer(random, -60, 127);
  actor.spin = integer(random, -700, 700);
  actor.buttons = (random() < 0.3 ? Button.SPRINT : 0) | (random() < 0.5 ? Button.GRIP_LEFT : 0);
  if (random() < 0.15)
    actor.buttons |= Button.JETPACK | pick(random, [0, Button.JUMP, Button.DIVE]);
  actor.wanted = 0;
  if (random() < 0.3) return;
  const near = bodies.filter((id) => isWithinReach(core, actor.entity, id));
  if (near.length === 0) return;
  actor.wanted = pick(random, near);
  actor.yaw = (actor.yaw + QUARTER / 2) & ~(QUARTER - 1) & 0xffff;
  actor.spin = 0;
  actor.moveX = 0;
  actor.moveZ = 0;
}

const QUARTER = 16384;
const REACH_M = 3;

const here = new Float32Array(3);
const there = new Float32Array(3);

function isWithinReach(core: Core, player: number, id: number): boolean {
  if (!core.bodyPosition(player, here) || !core.bodyPosition(id, there)) return false;
  return [0, 1, 2].every((k) => Math.abs((there[k] as number) - (here[k] as number)) < REACH_M);
}

/** Puts the right hand on the wanted body; there it closes, and wanders with what it holds. */
function goFor({ core, random }: Session, actor: Actor): void {
  if ((actor.buttons & Button.GRIP_RIGHT) !== 0) {
    drift(random, actor.right);
    return;
  }
  if (!isWithinReach(core, actor.entity, actor.wanted)) return;
  const [x, y, z] = [0, 1, 2].map((k) =>
    Math.floor(((there[k] as number) - (here[k] as number)) * 1000),
  ) as [number, number, number];
  // Yaw is a whole number of quarters now, so that turning is swapping axes.
  const turned = { 0: [x, z], 1: [-z, x], 2: [-x, -z], 3: [z, -x] }[actor.yaw / QUARTER];
  const [right, back] = turned as [number, number];
  const arrived = actor.right[0] === right && actor.right[2] === back;
  actor.right = [right, y + 900, back];
  if (arrived || actor.patience < 6) {
    actor.buttons |= Button.GRIP_RIGHT;
    actor.patience += 15;
  }
}

/** Hands wander about the body, down to what lies on the ground. */
function drift(random: Random, hand: [number, number, number]): void {
  hand[0] = Math.max(-3000, Math.min(3000, hand[0] + integer(random, -120, 120)));
  hand[1] = Math.max(150, Math.min(2000, hand[1] + integer(random, -120, 120)));
  hand[2] = Math.max(-3000, Math.min(1000, hand[2] + integer(random, -120, 120)));
}

function inputOf(random: Random, actor: Actor): PlayerInput {
  const intent = () => {
    actor.yaw = (actor.yaw + actor.spin) & 0xffff;
    const jump = random() < 0.02 ? Button.JUMP : 0;
    const { moveX, moveZ, yaw, buttons } = actor;
    return { moveX, moveZ, yaw, pitch: integer(random, -9000, 9000), buttons: buttons | jump };
  };
  const intents = [intent(), intent(), intent()] as const;
  if (random() < 0.1) return { intents, pose: null };
  const part = (position: [number, number, number]): PartPose => ({
    position: [...position],
    rotation: rotation(random),
  });
  return {
    intents,
    pose: { head: part([0, 1650, 0]), left: part(actor.left), right: part(actor.right) },
  };
}
