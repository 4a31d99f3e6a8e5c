import { type Core, emptyBodies } from '../../host/core.ts';
import type { InterestSettings } from '../../host/interest.ts';
import { BodyKind, BodyRole } from '../../host/types.ts';

/** What interest should say, computed plainly: every observer against everybody. */

export interface Mover {
  readonly id: number;
  readonly role: BodyRole;
  readonly at: readonly [number, number, number];
}

export interface Scene {
  /** Movers after the frame, and the ids of those that were there at its first tick. */
  readonly now: readonly Mover[];
  readonly began: readonly number[];
  readonly groups: Uint16Array;
  readonly forced: readonly number[];
}

export interface Expected {
  readonly members: number[];
  readonly enters: number[];
  readonly leaves: number[];
  /** Bodies near who found no room, the nearest first. */
  readonly rim: number[];
  readonly overfull: boolean;
}

const MEMBER_CAPACITY = 512;
const RIM_CAPACITY = 128;
const { fround } = Math;

const indexOf = (id: number): number => id & 0xffff;

const columns = emptyBodies();

/** Movers in entity order. */
export function moversOf(core: Core): Mover[] {
  core.readBodies(columns);
  const movers: Mover[] = [];
  for (let i = 0; i < columns.count; i++) {
    if (columns.kinds[i] === BodyKind.STATIC) continue;
    const [x, y, z] = columns.positions.subarray(i * 3, i * 3 + 3) as unknown as Mover['at'];
    movers.push({
      id: columns.ids[i] as number,
      role: columns.roles[i] as BodyRole,
      at: [x, y, z],
    });
  }
  return movers;
}

export function squaredDistance(a: Mover['at'], b: Mover['at']): number {
  const [x, y, z] = [0, 1, 2].map((axis) => {
    const way = fround((a[axis] as number) - (b[axis] as number));
    return fround(way * way);
  }) as [number, number, number];
  return fround(fround(x + y) + z);
}

/** `had`: the members of the frame before. */
export function expectMembers(
  scene: Scene,
  entity: number,
  had: readonly number[],
  settings: InterestSettings,
): Expected {
  const { now, began, groups } = scene;
  const all = [...new Set([...began, ...now.map(({ id }) => id)])];
  const groupOf = (id: number): number => groups[indexOf(id)] as number;
  const sizes = new Map<number, Set<number>>();
  for (const id of all) {
    const indices = sizes.get(groupOf(id)) ?? new Set();
    sizes.set(groupOf(id), indices.add(indexOf(id)));
  }
  const chosen = new Set<number>();
  let [taken, room] = [0, MEMBER_CAPACITY];
  const take = (id: number): boolean => {
    const group = groupOf(id);
    if (chosen.has(group)) return true;
    const size = (sizes.get(group) as Set<number>).size;
    if (taken + size > room) return false;
    chosen.add(group);
    taken += size;
    return true;
  };
  for (const id of scene.forced) if (all.some((one) => indexOf(one) === indexOf(id))) take(id);
  room = Math.min(MEMBER_CAPACITY, taken + settings.members);
  const own = now.find(({ id }) => id === entity);
  const overfull = own !== undefined && !take(entity);
  const near = (role: BodyRole, radius: number) =>
    own === undefined ? [] : nearest(scene, own, role, radius, had, settings);
  const players = near(BodyRole.PLAYER, settings.playerRadius).slice(0, settings.nearestPlayers);
  const bodies = near(BodyRole.LOOSE, settings.bodyRadius).slice(0, MEMBER_CAPACITY + RIM_CAPACITY);
  for (const id of players) take(id);
  for (const id of bodies) take(id);
  const has = (id: number): boolean => chosen.has(groupOf(id));
  const byIndex = (a: number, b: number): number => indexOf(a) - indexOf(b);
  return {
    members: now.map(({ id }) => id).filter(has),
    enters: began.filter((id) => has(id) && !had.includes(id)).sort(byIndex),
    leaves: had.filter((id) => !has(id)),
    rim: bodies.filter((id) => !has(id)).slice(0, RIM_CAPACITY),
    overfull,
  };
}

/** By distance, of equally near ones the lower entity first; who was had counts as nearer. */
function nearest(
  { now, began }: Scene,
  own: Mover,
  role: BodyRole,
  radius: number,
  had: readonly number[],
  { keepShare }: InterestSettings,
): number[] {
  const keep = fround(fround(keepShare) * fround(keepShare));
  const bound = fround(fround(radius) * fround(radius));
  return now
    .filter((mover) => mover.role === role && mover.id !== own.id)
    .map(({ id, at }) => {
      const squared = squaredDistance(at, own.at);
      const isKept = had.includes(id) && began.includes(id);
      return { id, counts: isKept ? fround(squared * keep) : squared };
    })
    .filter(({ counts }) => counts < bound)
    .sort((a, b) => a.counts - b.counts || indexOf(a.id) - indexOf(b.id))
    .map(({ id }) => id);
}
