import { readFileSync } from 'node:fs';
import { Core, compileCore, emptyPlayers } from '../host/core.ts';
import {
  BodyKind,
  type Intent,
  type PlayerColumns,
  type PlayerInput,
  type Pose,
  ShapeKind,
  type SpawnBody,
  WireFault,
} from '../host/types.ts';

/** What the tests of the core stand on: a world, commands that wait for its next frame, inputs. */

export type Vec3 = readonly [number, number, number];
export type Rotation = readonly [number, number, number, number];

export const UPRIGHT: Rotation = [0, 0, 0, 1];
export const AT_REST: Vec3 = [0, 0, 0];

export interface World {
  readonly core: Core;
  /** Commands of the next frame, in order. */
  readonly commands: Array<(core: Core) => boolean>;
  /** What each player does in every frame until it is changed. */
  readonly inputs: Map<number, PlayerInput>;
  /** The last id given out for the next frame, 0 when none was. */
  reserved: number;
  /** Bits of `StepFault` since the world began. */
  faults: number;
}

/** The artifact that `bun run build` made. */
export const ARTIFACT = new URL('../../build/core.wasm', import.meta.url);

export function artifactBytes(): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(ARTIFACT));
}

/** An instance of the artifact; it takes a while, so a file of tests shares one. */
export async function openCore(): Promise<Core> {
  return Core.create(await compileCore(artifactBytes()));
}

/** An empty world. Within 22 m of the origin the terrain is level, at height 0. */
export function newWorld(core: Core, seed = 1): World {
  core.reset(seed);
  return { core, commands: [], inputs: new Map(), reserved: 0, faults: 0 };
}

export function reserve(world: World): number {
  world.reserved = world.core.nextEntity(world.reserved);
  return world.reserved;
}

/** A wooden 1 m crate at rest, unless told otherwise, to be spawned in the next frame. */
export function addBody(world: World, given: Partial<SpawnBody>): number {
  const entity = given.entity ?? reserve(world);
  const spawn: SpawnBody = {
    entity,
    kind: BodyKind.DYNAMIC,
    shape: ShapeKind.BOX,
    size: [0.5, 0.5, 0.5],
    position: [0, 0.5, 0],
    rotation: UPRIGHT,
    linearVelocity: AT_REST,
    angularVelocity: AT_REST,
    density: 500,
    friction: 0.6,
    restitution: 0,
    ...given,
  };
  world.commands.push((core) => core.addSpawnBody(spawn));
  return entity;
}

export function addBall(world: World, radius: number, given: Partial<SpawnBody>): number {
  return addBody(world, { shape: ShapeKind.SPHERE, size: [radius, 0, 0], ...given });
}

/** A capsule along y; `half` is half the length of its segment. */
export function addCapsule(
  world: World,
  radius: number,
  half: number,
  given: Partial<SpawnBody>,
): number {
  return addBody(world, { shape: ShapeKind.CAPSULE, size: [radius, half, 0], ...given });
}

/** Something that never moves. */
export function addStatic(world: World, half: Vec3, given: Partial<SpawnBody>): number {
  return addBody(world, { kind: BodyKind.STATIC, size: half, ...given });
}

export interface PlayerIds {
  readonly entity: number;
  readonly left: number;
  readonly right: number;
}

export function addPlayer(world: World, foot: Vec3, yaw = 0, account = 1): PlayerIds {
  const ids = { entity: reserve(world), left: reserve(world), right: reserve(world) };
  const { entity, left, right } = ids;
  world.commands.push((core) =>
    core.addSpawnPlayer({ entity, leftHand: left, rightHand: right, account, foot, yaw }),
  );
  return ids;
}

export function intent(given: Partial<Intent>): Intent {
  return { moveX: 0, moveZ: 0, yaw: 0, pitch: 0, buttons: 0, ...given };
}

/** The same intent in all three ticks. */
export function steady(given: Partial<Intent>, pose: Pose | null = null): PlayerInput {
  const one = intent(given);
  return { intents: [one, one, one], pose };
}

/** Head at eye height and both hands where they are told, in millimetres from the foot. */
export function pose(left: Vec3, right: Vec3): Pose {
  return {
    head: { position: [0, 1650, 0], rotation: UPRIGHT },
    left: { position: left, rotation: UPRIGHT },
    right: { position: right, rotation: UPRIGHT },
  };
}

/** The next frame's bytes: waiting commands, then inputs in entity order. */
export function makeFrame(world: World): Uint8Array {
  const { core } = world;
  core.frameBegin(core.frame, core.stateHash());
  for (const add of world.commands) {
    if (!add(core)) throw new Error('the frame is full');
  }
  for (const [entity, input] of [...world.inputs].sort(([a], [b]) => (a & 0xffff) - (b & 0xffff))) {
    const fault = core.addInput(entity, core.encodeEntry(input));
    if (fault !== WireFault.NONE) throw new Error(`input refused: ${fault}`);
  }
  world.commands.length = 0;
  world.reserved = 0;
  return core.frameEnd();
}

/** Plays `frames` frames (50 ms each); `before` may change inputs and add commands. */
export function play(world: World, frames: number, before?: (frame: number) => void): void {
  for (let i = 0; i < frames; i++) {
    before?.(i);
    const { wire, faults } = world.core.stepFrame(makeFrame(world));
    if (wire !== WireFault.NONE) throw new Error(`frame refused: ${wire}`);
    world.faults |= faults;
  }
}

export function playSeconds(world: World, seconds: number): void {
  play(world, Math.round(seconds * 20));
}

const vector = new Float32Array(3);

export function positionOf(world: World, entity: number): [number, number, number] {
  if (!world.core.bodyPosition(entity, vector)) throw new Error(`no entity ${entity}`);
  return [vector[0] as number, vector[1] as number, vector[2] as number];
}

export function velocityOf(world: World, entity: number): [number, number, number] {
  if (!world.core.bodyVelocity(entity, vector)) throw new Error(`no entity ${entity}`);
  return [vector[0] as number, vector[1] as number, vector[2] as number];
}

export function speedOf(world: World, entity: number): number {
  return Math.hypot(...velocityOf(world, entity));
}

const players: PlayerColumns = emptyPlayers();

/** A player's row of the columns that a client draws from. */
export function playerOf(world: World, entity: number) {
  world.core.readPlayers(players);
  const at = players.ids.subarray(0, players.count).indexOf(entity);
  if (at < 0) throw new Error(`no player ${entity}`);
  return {
    foot: [...players.feet.subarray(at * 3, at * 3 + 3)] as unknown as Vec3,
    left: [...players.lefts.subarray(at * 7, at * 7 + 3)] as unknown as Vec3,
    right: [...players.rights.subarray(at * 7, at * 7 + 3)] as unknown as Vec3,
    head: [...players.heads.subarray(at * 7, at * 7 + 3)] as unknown as Vec3,
    leftHeld: players.held[at * 2] as number,
    rightHeld: players.held[at * 2 + 1] as number,
    grounded: players.grounded[at] === 1,
    energy: players.energies[at] as number,
  };
}

/** Turn by `angle` radians about an axis of unit length. */
export function turn(axis: Vec3, angle: number): Rotation {
  const s = Math.sin(angle / 2);
  return [axis[0] * s, axis[1] * s, axis[2] * s, Math.cos(angle / 2)];
}

/** v turned by q. */
export function rotate(q: Rotation, v: Vec3): [number, number, number] {
  const [x, y, z, w] = q;
  const tx = 2 * (y * v[2] - z * v[1]);
  const ty = 2 * (z * v[0] - x * v[2]);
  const tz = 2 * (x * v[1] - y * v[0]);
  return [
    v[0] + w * tx + y * tz - z * ty,
    v[1] + w * ty + z * tx - x * tz,
    v[2] + w * tz + x * ty - y * tx,
  ];
}

export function distance(a: Vec3, b: Vec3): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** A world with a player on a wide static slope, at height 60, that rises towards −z. */
export function standOnSlope(core: Core, degrees: number): { world: World; player: PlayerIds } {
  const world = newWorld(core);
  const rotation = turn([1, 0, 0], (degrees * Math.PI) / 180);
  addStatic(world, [10, 0.5, 60], { position: [0, 60, 0], rotation });
  const top = rotate(rotation, [0, 0.5, 0]);
  const player = addPlayer(world, [0, 60 + top[1] + 0.1, top[2]]);
  playSeconds(world, 1);
  return { world, player };
}
