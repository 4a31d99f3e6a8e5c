import type { CompoundChild } from '../../host/types.ts';
import { between, integer, pick, type Random } from '../random.ts';
import type { Caller, FacadeCalls } from './caller.ts';
import { anyNumber, anyVector, mildRotation, mildVector, type Triple, TURNS } from './chance.ts';

/** An id that a look may have: they are few, so that many are there and of both kinds. */
export function anyLook({ random }: Caller): number {
  return random() < 0.99 ? integer(random, 1, 12) : anyNumber(random);
}

/**
 * One number that is none would have the whole frame refused, and a look has up to a hundred: so
 * looks are sound or damaged as a whole.
 */
function isDamaged(random: Random): boolean {
  return random() < 0.03;
}

function within(random: Random, reach: number): Triple {
  return [between(random, -reach, reach), between(random, -reach, reach), between(random, -1, 1)];
}

/** Mostly solid; now and then flat, too many, or of numbers that are none. */
export function defineHull(c: Caller): boolean {
  const { core, random } = c;
  if (!isDamaged(random)) {
    const points = Array.from({ length: integer(random, 8, 32) }, () => within(random, 0.6));
    return core.addDefineHull(anyLook(c), points);
  }
  const point = () => (random() < 0.9 ? mildVector(random, -0.6, 0.6) : anyVector(random));
  return core.addDefineHull(anyLook(c), Array.from({ length: integer(random, 0, 300) }, point));
}

export function defineCompound(c: Caller): boolean {
  const { core, random } = c;
  const damaged = isDamaged(random);
  const count = damaged ? integer(random, 0, 300) : integer(random, 1, 8);
  const child = (): CompoundChild => {
    const size: Triple = [between(random, 0.05, 0.6), between(random, 0.05, 0.6), 0.3];
    const shape = integer(random, 0, 3);
    if (shape < 2) size[2] = 0;
    if (shape === 0) size[1] = 0;
    return {
      shape: damaged && random() < 0.1 ? anyNumber(random) : shape,
      ...(shape === 3 ? { definition: anyLook(c) } : { size }),
      offset: damaged ? mildVector(random, -0.8, 0.8) : within(random, 0.8),
      rotation: damaged ? mildRotation(random) : pick(random, TURNS),
    } as CompoundChild;
  };
  return core.addDefineCompound(anyLook(c), Array.from({ length: count }, child));
}

/** Hulls and compounds, defined and looked at. */
export const LOOK_CALLS: FacadeCalls = {
  addDefineHull: { looks: true, share: 0.5, call: defineHull },
  addDefineCompound: { looks: true, share: 0.5, call: defineCompound },
  definitionFrame: { looks: true, call: (c) => c.core.definitionFrame(anyLook(c)) },
  compoundPieces: { looks: true, call: (c) => c.core.compoundPieces(anyLook(c)) },
  hullMesh: { looks: true, call: (c) => c.core.hullMesh(anyLook(c)) },
};
