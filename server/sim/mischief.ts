import { emptyMovers, JointKind } from '../../core-wasm/host/core.ts';
import { BodyKind, BodyRole, ShapeKind } from '../../core-wasm/host/types.ts';
import { type Command, type Room, reserveEntity } from '../room/room.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** Commands of every kind, as games will give them, so that bubbles meet them all. */
export interface Mischief {
  readonly random: SeededRandom;
  /** Bodies and joints that were made; some are gone. */
  readonly made: number[];
  readonly joints: number[];
  lastTick: number;
}

export function createMischief(random: SeededRandom): Mischief {
  return { random, made: [], joints: [], lastTick: -1 };
}

const movers = emptyMovers();

/** A body within three metres of it is still in the region. */
const PLACE_MAX_M = 190;

/** A command for the coming frame, if it has none: so it names nobody who is gone by then. */
export function makeMischief(mischief: Mischief, room: Room): void {
  const { random } = mischief;
  if (mischief.lastTick === room.core.tick) return;
  mischief.lastTick = room.core.tick;
  room.core.readMovers(movers);
  const command = COMMANDS[Math.floor(random() * COMMANDS.length)]?.(mischief, room);
  if (command !== null && command !== undefined) room.commands.push(command);
}

type Maker = (mischief: Mischief, room: Room) => Command | null;

const COMMANDS: readonly Maker[] = [
  (mischief, room) => spawn(mischief, room, BodyKind.DYNAMIC),
  (mischief, room) => spawn(mischief, room, BodyKind.DYNAMIC),
  (mischief, room) => spawn(mischief, room, BodyKind.STATIC),
  push,
  despawn,
  changeKind,
  changeKind,
  join,
  part,
  changeRegion,
];

function pick(random: SeededRandom, from: ArrayLike<number>): number {
  return from[Math.floor(random() * from.length)] ?? 0;
}

function looseOnes(): number[] {
  const ids = movers.ids.subarray(0, movers.count);
  return [...ids].filter((_, row) => movers.roles[row] === BodyRole.LOOSE);
}

/** Above somebody, so that it falls on him or beside him. */
function spawn({ random, made }: Mischief, room: Room, kind: BodyKind): Command | null {
  const row = Math.floor(random() * movers.count);
  const [x, y, z] = movers.positions.subarray(row * 3, row * 3 + 3) as unknown as number[];
  const entity = reserveEntity(room);
  if (entity === 0 || x === undefined || y === undefined || z === undefined) return null;
  if (Math.max(Math.abs(x), Math.abs(z)) > PLACE_MAX_M || Math.abs(y) > PLACE_MAX_M) return null;
  made.push(entity);
  const aside = () => (random() * 2 - 1) * 3;
  const speed = () => (kind === BodyKind.STATIC ? 0 : aside() * 3);
  const body = {
    entity,
    kind,
    shape: ShapeKind.BOX,
    size: [0.3, 0.3, 0.3],
    position: [x + aside(), y + 1 + random(), z + aside()],
    rotation: [0, 0, 0, 1],
    linearVelocity: [speed(), 0, speed()],
    angularVelocity: [0, 0, 0],
    density: 400,
    friction: 0.5,
    restitution: 0.2,
  } as const;
  return (codec) => codec.addSpawnBody(body);
}

function push({ random }: Mischief): Command | null {
  const entity = pick(random, looseOnes());
  const impulse = [random() * 200 - 100, 100, random() * 200 - 100] as const;
  return entity === 0 ? null : (codec) => codec.addImpulse(entity, impulse, [0, 1, 0]);
}

function present(made: readonly number[], room: Room): number[] {
  return made.filter((entity) => room.core.hasEntity(entity));
}

function despawn({ random, made }: Mischief, room: Room): Command | null {
  const entity = pick(random, present(made, room));
  return entity === 0 ? null : (codec) => codec.addDespawn(entity);
}

function changeKind({ random, made }: Mischief, room: Room): Command | null {
  const entity = pick(random, random() < 0.5 ? present(made, room) : looseOnes());
  const kinds = [BodyKind.DYNAMIC, BodyKind.STATIC] as const;
  const kind = pick(random, kinds) as BodyKind;
  return entity === 0 ? null : (codec) => codec.addSetKind(entity, kind);
}

function join({ random, joints }: Mischief, room: Room): Command | null {
  const dynamic = looseOnes();
  const [a, b] = [pick(random, dynamic), pick(random, dynamic)];
  const joint = room.core.nextJoint(0);
  if (a === 0 || a === b || joint === 0) return null;
  joints.push(joint);
  const ends = { joint, a, b, anchorA: [0, 0.4, 0], anchorB: [0, -0.4, 0] } as const;
  return (codec) => codec.addJoint({ kind: JointKind.DISTANCE, ...ends, max: 4 });
}

function part({ random, joints }: Mischief, room: Room): Command | null {
  const joint = pick(
    random,
    joints.filter((id) => room.core.hasJoint(id)),
  );
  return joint === 0 ? null : (codec) => codec.addRemoveJoint(joint);
}

function changeRegion({ random }: Mischief): Command | null {
  if (random() < 0.7) return null;
  const gravity = [random() - 0.5, -9.81, random() - 0.5] as const;
  const region = { gravity, waterLevel: -100 };
  return (codec) => codec.addSetRegion(region);
}
