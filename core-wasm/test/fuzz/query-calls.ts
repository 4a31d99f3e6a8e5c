import { emptyHit, type QueryFilter, type QueryShape } from '../../host/query-types.ts';
import type { ShapeKind } from '../../host/types.ts';
import { integer, pick, type Random } from '../random.ts';
import type { Caller, FacadeCall } from './calls.ts';
import {
  anyNumber,
  anyVector,
  mildNumber,
  mildRotation,
  mildVector,
  type Triple,
} from './chance.ts';

/** Queries, now and in the past, with arguments that chance chooses. */

const hit = emptyHit();

function anyFilter({ random, ids }: Caller): QueryFilter {
  const ignore = random() < 0.8 && ids.length > 0 ? pick(random, ids) : anyNumber(random);
  return { ignore, mask: random() < 0.8 ? 0xffff : anyNumber(random), terrain: random() < 0.8 };
}

function anyPlace(random: Random): Triple {
  return random() < 0.7 ? mildVector(random, -5, 5) : anyVector(random);
}

function anyWay(random: Random): Triple {
  return random() < 0.6 ? mildVector(random, -1, 1) : anyVector(random);
}

function anyShape(random: Random): QueryShape {
  return {
    shape: (random() < 0.95 ? integer(random, 0, 2) : anyNumber(random)) as ShapeKind,
    size: mildVector(random, 0.01, 3),
    rotation: mildRotation(random),
  };
}

function far(random: Random): number {
  return mildNumber(random, 0, 50);
}

/** A call of one query of each kind and all that it answers. */
function batch(c: Caller): void {
  const { core, random } = c;
  const { queries } = core;
  queries.clear();
  for (let i = integer(random, 0, 12); i > 0; i--) {
    queries.addRay(anyPlace(random), anyWay(random), far(random), anyFilter(c));
    queries.addCast(anyShape(random), anyPlace(random), anyWay(random), far(random), anyFilter(c));
    queries.addOverlap(anyShape(random), anyPlace(random), anyFilter(c));
    queries.addClosestPoint(pick(random, [0, ...c.ids]), anyPlace(random), far(random));
    queries.addNearest(anyPlace(random), far(random), anyFilter(c));
  }
  const last = queries.addRay([0, 9, 0], [0, -1, 0], 50);
  queries.run();
  for (let i = 0; i <= last; i++) if (!queries.readHit(i, hit)) queries.listed(i);
}

/** Keeps a tick, or asks one that may be kept, or was, or comes later. */
function past(c: Caller): void {
  const { core, random } = c;
  c.rewind ??= core.keepPast(integer(random, 1, 30));
  if (random() < 0.5) c.rewind.capture(core.tick);
  const then = c.rewind.at(
    random() < 0.7 ? core.tick - integer(random, -2, 32) : anyNumber(random),
  );
  then?.castRay(anyPlace(random), anyWay(random), far(random), anyFilter(c));
  then?.overlap(anyShape(random), anyPlace(random), anyFilter(c));
  if (random() < 0.01) c.rewind.forget();
  if (random() < 0.01) c.rewind = null;
}

export const QUERY_CALLS: Readonly<Record<string, FacadeCall>> = {
  queries: { looks: true, share: 0.5, call: batch },
  keepPast: { looks: true, share: 0.5, call: past },
  castRay: {
    looks: true,
    call: (c) => {
      const { core, random } = c;
      return core.queries.castRay(anyPlace(random), anyWay(random), far(random), anyFilter(c));
    },
  },
  castShape: {
    looks: true,
    call: (c) => {
      const { core, random } = c;
      const shape = anyShape(random);
      return core.queries.castShape(shape, anyPlace(random), anyWay(random), far(random));
    },
  },
  overlap: {
    looks: true,
    call: (c) => c.core.queries.overlap(anyShape(c.random), anyPlace(c.random), anyFilter(c)),
  },
  closestPoint: {
    looks: true,
    call: ({ core, random, ids }) =>
      core.queries.closestPoint(pick(random, [0, ...ids]), anyPlace(random)),
  },
  nearest: {
    looks: true,
    call: (c) => c.core.queries.nearest(anyPlace(c.random), far(c.random), anyFilter(c)),
  },
};
