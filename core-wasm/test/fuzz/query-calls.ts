import type { Queries } from '../../host/queries.ts';
import { emptyHit, type QueryFilter, type QueryShape } from '../../host/query-types.ts';
import { integer, pick } from '../random.ts';
import { anyId, anyShape, type Caller, type FacadeCall, type FacadeCalls } from './caller.ts';
import {
  anyNumber,
  anyVector,
  mildNumber,
  mildRotation,
  mildVector,
  type Triple,
} from './chance.ts';

function place({ random }: Caller): Triple {
  return random() < 0.8 ? mildVector(random, -6, 6) : anyVector(random);
}

function direction({ random }: Caller): Triple {
  return random() < 0.8 ? mildVector(random, -1, 1) : anyVector(random);
}

function reach({ random }: Caller): number {
  return random() < 0.8 ? mildNumber(random, 0, 50) : anyNumber(random);
}

function shapeOf({ random }: Caller): QueryShape {
  const shape = anyShape(random);
  return random() < 0.5 ? shape : { ...shape, rotation: mildRotation(random) };
}

function filterOf(c: Caller): QueryFilter {
  const { random } = c;
  return {
    ...(random() < 0.3 ? { mask: anyNumber(random) } : {}),
    ...(random() < 0.5 ? { ignore: anyId(c) } : {}),
    ...(random() < 0.3 ? { terrain: false } : {}),
  };
}

/** Of now, or of a tick that is kept. */
function queriesOf({ core, random, past }: Caller): Queries {
  if (past === null || random() < 0.7) return core.queries;
  return past.at(core.tick - integer(random, 0, 12)) ?? core.queries;
}

/** A number or a tick that is none is answered by a `RangeError`, and by nothing else. */
function inRange<T>(call: () => T): T | null {
  try {
    return call();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** A call that looks, and may be asked for what there is not. */
function looking(ask: (c: Caller) => unknown, share = 1): FacadeCall {
  return { looks: true, share, call: (c) => inRange(() => ask(c)) };
}

const hit = emptyHit();

function addSome(queries: Queries, c: Caller): void {
  const adds = [
    () => queries.addRay(place(c), direction(c), reach(c), filterOf(c)),
    () => queries.addCast(shapeOf(c), place(c), direction(c), reach(c), filterOf(c)),
    () => queries.addOverlap(shapeOf(c), place(c), filterOf(c)),
    () => queries.addClosestPoint(anyId(c), place(c), reach(c)),
    () => queries.addNearest(place(c), reach(c), filterOf(c)),
  ];
  for (let i = integer(c.random, 0, 20); i > 0; i--) pick(c.random, adds)();
}

/** Many in one call, sometimes more than there is room for. */
function askMany(c: Caller): void {
  const queries = queriesOf(c);
  queries.clear();
  if (c.random() < 0.002) {
    while (queries.addNearest(place(c), 1) >= 0);
  }
  addSome(queries, c);
  queries.run();
}

/** Queries of now and of the past. */
export const QUERY_CALLS: FacadeCalls = {
  clear: looking((c) => queriesOf(c).clear(), 0.3),
  'many queries': looking(askMany, 0.2),
  run: looking((c) => queriesOf(c).run(), 0.1),
  readHit: looking((c) => queriesOf(c).readHit(integer(c.random, -1, 20), hit)),
  listed: looking((c) => queriesOf(c).listed(integer(c.random, -1, 20))),
  castRay: looking((c) => queriesOf(c).castRay(place(c), direction(c), reach(c), filterOf(c))),
  castShape: looking((c) =>
    queriesOf(c).castShape(shapeOf(c), place(c), direction(c), reach(c), filterOf(c)),
  ),
  overlap: looking((c) => queriesOf(c).overlap(shapeOf(c), place(c), filterOf(c))),
  closestPoint: looking((c) => queriesOf(c).closestPoint(anyId(c), place(c), reach(c))),
  nearest: looking((c) => queriesOf(c).nearest(place(c), reach(c), filterOf(c))),
  keepPast: looking((c) => {
    c.past = c.core.keepPast(c.random() < 0.8 ? integer(c.random, 1, 30) : anyNumber(c.random));
  }, 0.02),
  capture: looking(
    ({ core, random, past }) => past?.capture(random() < 0.9 ? core.tick : anyNumber(random)),
    2,
  ),
  at: looking(({ random, past }) => past?.at(anyNumber(random))?.castRay([0, 9, 0], [0, -1, 0], 9)),
  forget: looking(({ past }) => past?.forget(), 0.02),
};
