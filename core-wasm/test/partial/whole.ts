import { type Core, emptyBodies, JointKind } from '../../host/core.ts';
import { BodyKind, BodyRole, Button, type PlayerInput, ShapeKind } from '../../host/types.ts';
import { between, direction, integer, pick, type Random } from '../random.ts';
import { type PlayerIds, pose, steady, UPRIGHT, type Vec3 } from '../world.ts';

/** A command of a frame and whom it concerns. */
export interface Command {
  readonly subjects: readonly number[];
  /** It makes, moves or removes something static: every world that has the statics needs it. */
  readonly concernsStatics: boolean;
  add(core: Core): boolean;
}

export interface WholeFrame {
  readonly commands: readonly Command[];
  readonly inputs: ReadonlyMap<number, PlayerInput>;
}

/** A busy world: piles that fall asleep, ropes and hinges, thrown things, people who grab. */
export interface Whole {
  readonly core: Core;
  readonly random: Random;
  readonly bodiesMax: number;
  readonly players: PlayerIds[];
  readonly inputs: Map<number, PlayerInput>;
  /** Ends of the joints that were made, by id; some are gone. */
  readonly joints: Map<number, readonly [a: number, b: number]>;
  /** Loose movers and loose statics at the frame's beginning. */
  loose: number[];
  statics: number[];
  lastEntity: number;
  lastJoint: number;
  commands: Command[];
}

const HALF_SIDE_M = 45;
const PLAYERS_MAX = 8;

export function createWhole(core: Core, random: Random, bodiesMax: number): Whole {
  core.reset(integer(random, 0, 5));
  const whole: Whole = {
    core,
    random,
    bodiesMax,
    players: [],
    inputs: new Map(),
    joints: new Map(),
    loose: [],
    statics: [],
    lastEntity: 0,
    lastJoint: 0,
    commands: [],
  };
  if (random() < 0.4) flood(whole);
  for (let i = integer(random, 1, 20); i > 0; i--) spawn(whole, BodyKind.STATIC, place(random));
  for (let i = integer(random, 0, PLAYERS_MAX); i > 0; i--) join(whole);
  while (core.nextEntity(whole.lastEntity) !== 0 && whole.commands.length < bodiesMax * 0.7) {
    pile(whole);
  }
  return whole;
}

/** What happens in the coming frame. */
export function nextFrame(whole: Whole): WholeFrame {
  const { random } = whole;
  look(whole);
  if (random() < 0.2) throwOne(whole);
  if (random() < 0.15) push(whole);
  if (random() < 0.04) remove(whole);
  if (random() < 0.03) changeKind(whole);
  if (random() < 0.08) addJoint(whole);
  if (random() < 0.05) removeJoint(whole);
  if (random() < 0.02 && whole.players.length < PLAYERS_MAX) join(whole);
  if (random() < 0.01) leave(whole);
  for (const { entity } of whole.players) {
    if (random() < 0.15 || !whole.inputs.has(entity)) whole.inputs.set(entity, someInput(random));
  }
  const frame = { commands: whole.commands, inputs: new Map(whole.inputs) };
  whole.commands = [];
  whole.lastEntity = 0;
  whole.lastJoint = 0;
  return frame;
}

const columns = emptyBodies();

function look(whole: Whole): void {
  whole.core.readBodies(columns);
  whole.loose = [];
  whole.statics = [];
  for (let i = 0; i < columns.count; i++) {
    if (columns.roles[i] !== BodyRole.LOOSE) continue;
    const list = columns.kinds[i] === BodyKind.STATIC ? whole.statics : whole.loose;
    list.push(columns.ids[i] as number);
  }
}

function reserve(whole: Whole): number {
  whole.lastEntity = whole.core.nextEntity(whole.lastEntity);
  return whole.lastEntity;
}

function place(random: Random): Vec3 {
  const side = random() < 0.7 ? 12 : HALF_SIDE_M;
  return [between(random, -side, side), between(random, 0.3, 5), between(random, -side, side)];
}

function spawn(whole: Whole, kind: BodyKind, position: Vec3, speed = 0): number {
  const { random } = whole;
  const entity = reserve(whole);
  const shape = pick(random, Object.values(ShapeKind));
  const side = () => between(random, 0.1, kind === BodyKind.STATIC ? 1.5 : 0.5);
  const size: Vec3 = [side(), shape === 0 ? 0 : side(), shape === 2 ? side() : 0];
  const way = direction(random);
  const definition = pick(random, shape === ShapeKind.HULL ? HULLS : COMPOUNDS);
  const body = {
    entity,
    kind,
    shape,
    size,
    definition,
    position,
    rotation: UPRIGHT,
    linearVelocity: way.map((axis) => axis * speed) as unknown as Vec3,
    angularVelocity: [0, between(random, -1, 1) * speed * 0.3, 0] as const,
    density: between(random, 50, 2000),
    friction: between(random, 0, 1),
    restitution: random() < 0.2 ? 0.5 : 0,
    sensor: random() < 0.05,
  };
  const concernsStatics = kind === BodyKind.STATIC;
  const add = (core: Core) => core.addSpawnBody(body);
  if (shape > ShapeKind.BOX) {
    const subjects = [entity];
    whole.commands.push({ subjects, concernsStatics, add: (core) => define(core, definition) });
  }
  whole.commands.push({ subjects: [entity], concernsStatics, add });
  return entity;
}

/** Water up to the knees or over the head, and a pull that is not quite down. */
function flood({ random, commands }: Whole): void {
  const gravity = [between(random, -2, 2), -9.81, between(random, -2, 2)] as const;
  const waterLevel = between(random, 0.3, 3);
  const add = (core: Core) => core.addSetRegion({ gravity, waterLevel });
  commands.push({ subjects: [], concernsStatics: true, add });
}

const HULLS = [1, 2, 3] as const;
const COMPOUNDS = [4, 5, 6] as const;

/**
 * Each spawn brings its look, as if nobody had it: so a partial world has the looks of its own
 * spawns, and others only with those who enter.
 */
function define(core: Core, id: number): boolean {
  const rotation = UPRIGHT;
  if (id <= 3) {
    const points = [0, 0.3 + id * 0.1].flatMap((z) => [
      [0, 0, z] as const,
      [0.5, 0, z] as const,
      [0, 0.2 + id * 0.1, z] as const,
    ]);
    return core.addDefineHull(id, points);
  }
  const hull = id - 3;
  const children = [
    { shape: ShapeKind.HULL, definition: hull, offset: [0, 0, 0], rotation } as const,
    { shape: ShapeKind.BOX, size: [0.4, 0.1, 0.1], offset: [-0.2, 0, 0.1], rotation } as const,
    { shape: ShapeKind.SPHERE, size: [0.15, 0, 0], offset: [-0.6, 0, 0], rotation } as const,
  ];
  return define(core, hull) && core.addDefineCompound(id, children);
}

/** A tower, a heap, or a chain. */
function pile(whole: Whole): void {
  const { random } = whole;
  const [x, y, z] = place(random);
  const ids: number[] = [];
  for (let i = integer(random, 1, 12); i > 0; i--) {
    const spread = between(random, 0, 0.6);
    ids.push(
      spawn(whole, BodyKind.DYNAMIC, [x + spread, y + ids.length * 0.9, z + spread * random()]),
    );
  }
  if (random() < 0.4) {
    for (const [i, id] of ids.entries()) if (i > 0) link(whole, ids[i - 1] as number, id);
  }
}

function throwOne(whole: Whole): void {
  const { random, core } = whole;
  if (core.bodyCount >= whole.bodiesMax) return;
  const kind = random() < 0.1 ? BodyKind.KINEMATIC : BodyKind.DYNAMIC;
  const speed = kind === BodyKind.KINEMATIC ? 1 : pick(random, [0, 5, 20, 60]);
  spawn(whole, kind, place(random), speed);
}

function push({ random, loose, commands }: Whole): void {
  if (loose.length === 0) return;
  const entity = pick(random, loose);
  const impulse = direction(random).map((axis) => axis * between(random, 0, 400)) as unknown;
  const add = (core: Core) => core.addImpulse(entity, impulse as Vec3, [0, 1, 0]);
  commands.push({ subjects: [entity], concernsStatics: false, add });
}

function remove({ random, loose, statics, commands }: Whole): void {
  const concernsStatics = random() < 0.2 && statics.length > 0;
  const list = concernsStatics ? statics : loose;
  if (list.length === 0) return;
  const entity = pick(random, list);
  commands.push({ subjects: [entity], concernsStatics, add: (core) => core.addDespawn(entity) });
}

function changeKind({ random, loose, statics, commands }: Whole): void {
  const list = random() < 0.6 ? loose : statics;
  if (list.length === 0) return;
  const entity = pick(random, list);
  const kind = pick(random, [BodyKind.DYNAMIC, BodyKind.STATIC, BodyKind.DYNAMIC]);
  const concernsStatics = kind === BodyKind.STATIC || list === statics;
  const add = (core: Core) => core.addSetKind(entity, kind);
  commands.push({ subjects: [entity], concernsStatics, add });
}

function link(whole: Whole, a: number, b: number): void {
  const { random, core } = whole;
  const joint = core.nextJoint(whole.lastJoint);
  whole.lastJoint = joint;
  whole.joints.set(joint, [a, b]);
  const ends = { joint, a, b, anchorA: [0, 0.4, 0], anchorB: [0, -0.4, 0] } as const;
  const made = pick(random, [
    { kind: JointKind.BALL, ...ends },
    { kind: JointKind.DISTANCE, ...ends, max: 2 },
    { kind: JointKind.HINGE, ...ends, motor: { speed: 2, maxTorque: 40 } },
    { kind: JointKind.WELD, ...ends },
  ] as const);
  const add = (to: Core) => to.addJoint(made);
  whole.commands.push({ subjects: [a, b], concernsStatics: false, add });
}

function addJoint(whole: Whole): void {
  const { random, loose, statics } = whole;
  if (loose.length < 2) return;
  const a = pick(random, loose);
  const b = random() < 0.2 && statics.length > 0 ? pick(random, statics) : pick(random, loose);
  if (a !== b) link(whole, a, b);
}

/** Joints among statics stay with the statics: both ends have become so. */
function removeJoint({ random, joints, statics, commands }: Whole): void {
  if (joints.size === 0) return;
  const [joint, subjects] = pick(random, [...joints]);
  joints.delete(joint);
  const add = (core: Core) => core.addRemoveJoint(joint);
  const concernsStatics = subjects.every((id) => statics.includes(id));
  commands.push({ subjects, concernsStatics, add });
}

function join(whole: Whole): void {
  const ids = { entity: reserve(whole), left: reserve(whole), right: reserve(whole) };
  const { entity, left: leftHand, right: rightHand } = ids;
  const [x, , z] = place(whole.random);
  const player = { entity, leftHand, rightHand, account: entity, foot: [x, 0, z], yaw: 0 } as const;
  const add = (core: Core) => core.addSpawnPlayer(player);
  whole.commands.push({ subjects: [entity, leftHand, rightHand], concernsStatics: false, add });
  whole.players.push(ids);
}

function leave({ random, players, inputs, commands }: Whole): void {
  if (players.length === 0) return;
  const [gone] = players.splice(integer(random, 0, players.length - 1), 1) as [PlayerIds];
  inputs.delete(gone.entity);
  const add = (core: Core) => core.addDespawn(gone.entity);
  commands.push({ subjects: [gone.entity], concernsStatics: false, add });
}

function someInput(random: Random): PlayerInput {
  const hand = (least: number, most: number): Vec3 => [
    integer(random, least, most),
    integer(random, 100, 1400),
    integer(random, -700, -100),
  ];
  const { JUMP, GRIP_LEFT, GRIP_RIGHT, JETPACK, DIVE } = Button;
  const buttons = pick(random, [0, 0, JUMP, GRIP_LEFT, GRIP_RIGHT, JETPACK | JUMP, JETPACK, DIVE]);
  const [moveX, moveZ] = [integer(random, -127, 127), integer(random, -127, 127)];
  const yaw = integer(random, 0, 65535);
  return steady({ moveX, moveZ, yaw, buttons }, pose(hand(-400, -100), hand(100, 400)));
}
