import type { Core } from '../../host/core.ts';
import type { Pose } from '../../host/types.ts';
import { between, integer, pick, type Random } from '../random.ts';
import { addBody, addPlayer, makeFrame, newWorld, steady, type World } from '../world.ts';
import { type Mover, moversOf } from './model.ts';

/** People who walk through each other among crates; some come and go. */
export interface Town {
  readonly world: World;
  readonly random: Random;
  readonly half: number;
  /** Head and hands of whoever turns; without it all are as they spawned. */
  gesture?: (random: Random) => Pose;
  readonly players: number[];
  readonly bodies: number[];
  /** Ids of the movers at the first tick of the last frame. */
  began: number[];
  /** Movers after it. */
  now: Mover[];
}

export interface TownSize {
  readonly players: number;
  readonly bodies: number;
  /** Metres from the middle to a side. */
  readonly half: number;
}

export function createTown(core: Core, random: Random, size: TownSize): Town {
  const world = newWorld(core);
  const { half } = size;
  const town: Town = { world, random, half, players: [], bodies: [], began: [], now: [] };
  for (let observer = 0; observer < core.interest.capacity; observer++) {
    core.interest.forget(observer);
  }
  for (let i = 0; i < size.players; i++) join(town);
  for (let i = 0; i < size.bodies; i++) drop(town);
  return town;
}

function spot({ random, half, world }: Town, height: number): [number, number, number] {
  const [x, z] = [between(random, -half, half), between(random, -half, half)];
  return [x, world.core.terrainHeight(x, z) + height, z];
}

function join(town: Town): void {
  town.players.push(addPlayer(town.world, spot(town, 0), 0, town.players.length + 1).entity);
}

function drop(town: Town): void {
  town.bodies.push(addBody(town.world, { position: spot(town, between(town.random, 0.5, 3)) }));
}

function removeOne({ world, random }: Town, from: number[]): void {
  if (from.length < 3) return;
  const [entity] = from.splice(integer(random, 0, from.length - 1), 1) as [number];
  if (!world.core.hasEntity(entity)) return;
  world.inputs.delete(entity);
  world.commands.push((core) => core.addDespawn(entity));
}

/** One frame. With `churn` some come and go. `step` plays it, all three ticks. */
export function live(
  town: Town,
  churn: boolean,
  step: (core: Core, frame: Uint8Array) => void = (core, frame) => core.stepFrame(frame),
): void {
  const { world, random, players } = town;
  if (churn && random() < 0.1) removeOne(town, players);
  if (churn && random() < 0.1) removeOne(town, town.bodies);
  if (churn && random() < 0.1) join(town);
  if (churn && random() < 0.2) drop(town);
  for (const entity of players) {
    if (!world.core.hasEntity(entity)) continue;
    if (random() > 0.1 && world.inputs.has(entity)) continue;
    const [moveX, moveZ] = [integer(random, -127, 127), integer(random, -127, 127)];
    const yaw = integer(random, 0, 65535);
    const turned = { moveX, moveZ, yaw, pitch: integer(random, -16384, 16384) };
    const buttons = pick(random, [0, 0, 2]);
    world.inputs.set(entity, steady({ ...turned, buttons }, town.gesture?.(random) ?? null));
  }
  town.began = moversOf(world.core).map(({ id }) => id);
  step(world.core, makeFrame(world));
  town.now = moversOf(world.core);
}
