import type { Abi } from './abi.ts';
import type { Memory } from './memory.ts';
import {
  ANSWER_DISTANCE,
  ANSWER_ENTITY,
  ANSWER_FIRST,
  ANSWER_LISTED,
  ANSWER_NORMAL,
  ANSWER_STATUS,
  ANSWER_TERRAIN,
  ANSWER_TOTAL,
  ANSWER_WORDS,
  FLAG_TERRAIN,
  QUERY_DIRECTION,
  QUERY_DISTANCE,
  QUERY_ENTITY,
  QUERY_FLAGS,
  QUERY_KINDS,
  QUERY_ROTATION,
  QUERY_SIZE,
  QUERY_WORDS,
  QueryKind,
} from './query-record.ts';
import {
  emptyHit,
  type Overlap,
  type QueryFilter,
  type QueryHit,
  type QueryShape,
  QueryStatus,
  type Vector,
} from './query-types.ts';

const LAYERS_ALL = 0xffff;
const EVERYTHING: QueryFilter = {};
const UPRIGHT: Vector = [0, 0, 0, 1];
const NOWHERE: Vector = [0, 0, 0];

/**
 * Looking at a world, now (`Core.queries`) or at an earlier tick (`Rewind.at`). Pure: no query
 * changes the state.
 *
 * Many at once: `clear`, `add…` each (its number, or −1 when the call is full), `run`, then
 * `readHit` or `listed` by number. Nothing is allocated on that way. Each single query below is
 * such a call of one, and ends what was being collected. A core collects one call at a time.
 *
 * Directions may have any length; distances are in metres up to 1,500. A zero direction meets
 * nothing with a ray, and with a cast what the shape stands in.
 */
export class Queries {
  /** Queries of one call. */
  readonly capacity: number;
  private readonly abi: Abi;
  private readonly memory: Memory;
  private readonly prepare: (() => void) | null;
  private readonly queries: number;
  private readonly answers: number;
  private readonly list: number;
  private count = 0;

  /** `prepare` brings the past to look at; null looks at the state as it is. */
  constructor(abi: Abi, memory: Memory, prepare: (() => void) | null) {
    this.abi = abi;
    this.memory = memory;
    this.prepare = prepare;
    this.capacity = abi.queryCapacity.value as number;
    this.queries = (abi.queriesAddress.value as number) >>> 2;
    this.answers = (abi.answersAddress.value as number) >>> 2;
    this.list = (abi.listedAddress.value as number) >>> 2;
  }

  /** Begins a call. */
  clear(): void {
    this.count = 0;
  }

  /** First thing that a ray meets. A body that it begins in, and ground from below, is not met. */
  addRay(
    origin: Vector,
    direction: Vector,
    maxDistance: number,
    filter: QueryFilter = EVERYTHING,
  ): number {
    return this.add(QueryKind.RAY, origin, direction, maxDistance, null, filter);
  }

  /** First thing that a shape meets when it is moved from `origin`, its centre. */
  addCast(
    shape: QueryShape,
    origin: Vector,
    direction: Vector,
    maxDistance: number,
    filter: QueryFilter = EVERYTHING,
  ): number {
    return this.add(QueryKind.CAST, origin, direction, maxDistance, shape, filter);
  }

  /** Everything that touches a shape. */
  addOverlap(shape: QueryShape, origin: Vector, filter: QueryFilter = EVERYTHING): number {
    return this.add(QueryKind.OVERLAP, origin, NOWHERE, 0, shape, filter);
  }

  /** The surface point of one body, or of the terrain (entity 0), that is nearest to a point. */
  addClosestPoint(entity: number, origin: Vector, maxDistance = Number.POSITIVE_INFINITY): number {
    const filter = { ignore: entity };
    return this.add(QueryKind.CLOSEST, origin, NOWHERE, maxDistance, null, filter);
  }

  /** The nearest body within a distance; inside several, the one that the point lies deepest in. */
  addNearest(origin: Vector, maxDistance: number, filter: QueryFilter = EVERYTHING): number {
    return this.add(QueryKind.NEAREST, origin, NOWHERE, maxDistance, null, filter);
  }

  private add(
    kind: QueryKind,
    origin: Vector,
    direction: Vector,
    maxDistance: number,
    shape: QueryShape | null,
    filter: QueryFilter,
  ): number {
    if (this.count === this.capacity) return -1;
    const { f32, u32 } = this.memory;
    const at = this.queries + this.count * QUERY_WORDS;
    this.put(at, origin, 3);
    this.put(at + QUERY_DIRECTION, direction, 3);
    f32[at + QUERY_DISTANCE] = maxDistance;
    this.put(at + QUERY_ROTATION, shape?.rotation ?? UPRIGHT, 4);
    this.put(at + QUERY_SIZE, shape?.size ?? NOWHERE, 3);
    const mask = (filter.mask ?? LAYERS_ALL) & LAYERS_ALL;
    u32[at + QUERY_KINDS] = kind | (((shape?.shape ?? 0) & 0xff) << 8) | (mask << 16);
    u32[at + QUERY_FLAGS] = filter.terrain === false ? 0 : FLAG_TERRAIN;
    u32[at + QUERY_ENTITY] = filter.ignore ?? 0;
    return this.count++;
  }

  private put(word: number, values: Vector, count: number): void {
    for (let i = 0; i < count; i++) this.memory.f32[word + i] = values[i] as number;
  }

  /** Answers all that was added; the answers stand until the next `run` of any `Queries`. */
  run(): void {
    this.prepare?.();
    this.abi.queryRun(this.count, this.prepare === null ? 0 : 1);
  }

  /** The answer by number; false, and only the status filled in, unless something was met. */
  readHit(index: number, into: QueryHit): boolean {
    const { f32, u32 } = this.memory;
    const at = this.answerWord(index);
    into.status = u32[at + ANSWER_STATUS] as QueryStatus;
    if (into.status !== QueryStatus.HIT && into.status !== QueryStatus.INSIDE) return false;
    into.entity = u32[at + ANSWER_ENTITY] as number;
    into.distance = f32[at + ANSWER_DISTANCE] as number;
    for (let axis = 0; axis < 3; axis++) {
      into.point[axis] = f32[at + axis] as number;
      into.normal[axis] = f32[at + ANSWER_NORMAL + axis] as number;
    }
    return true;
  }

  /** What an overlap listed, as a view that the next `run` overwrites. */
  listed(index: number): Overlap {
    const { u32 } = this.memory;
    const at = this.answerWord(index);
    const first = this.list + (u32[at + ANSWER_FIRST] as number);
    return {
      entities: u32.subarray(first, first + (u32[at + ANSWER_LISTED] as number)),
      total: u32[at + ANSWER_TOTAL] as number,
      terrain: u32[at + ANSWER_TERRAIN] !== 0,
    };
  }

  private answerWord(index: number): number {
    if (!(index >= 0 && index < this.count)) throw new RangeError(`no query ${index}`);
    return this.answers + index * ANSWER_WORDS;
  }

  private single(index: number): QueryHit | null {
    this.run();
    const hit = emptyHit();
    return this.readHit(index, hit) ? hit : null;
  }

  /** `addRay` alone. */
  castRay(
    origin: Vector,
    direction: Vector,
    maxDistance: number,
    filter?: QueryFilter,
  ): QueryHit | null {
    this.clear();
    return this.single(this.addRay(origin, direction, maxDistance, filter));
  }

  /** `addCast` alone. */
  castShape(
    shape: QueryShape,
    origin: Vector,
    direction: Vector,
    maxDistance: number,
    filter?: QueryFilter,
  ): QueryHit | null {
    this.clear();
    return this.single(this.addCast(shape, origin, direction, maxDistance, filter));
  }

  /** `addOverlap` alone; the list is the caller's own. */
  overlap(shape: QueryShape, origin: Vector, filter?: QueryFilter): Overlap {
    this.clear();
    const index = this.addOverlap(shape, origin, filter);
    this.run();
    const { entities, total, terrain } = this.listed(index);
    return { entities: entities.slice(), total, terrain };
  }

  /** `addClosestPoint` alone; null also when there is no such entity. */
  closestPoint(entity: number, origin: Vector, maxDistance?: number): QueryHit | null {
    this.clear();
    return this.single(this.addClosestPoint(entity, origin, maxDistance));
  }

  /** `addNearest` alone. */
  nearest(origin: Vector, maxDistance: number, filter?: QueryFilter): QueryHit | null {
    this.clear();
    return this.single(this.addNearest(origin, maxDistance, filter));
  }
}
