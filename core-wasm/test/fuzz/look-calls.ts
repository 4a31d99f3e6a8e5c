import type { CompoundChild } from '../../host/types.ts';
import { integer } from '../random.ts';
import { anyShape, type Caller, type FacadeCalls } from './caller.ts';
import { anyNumber, anyVector, mildRotation, mildVector } from './chance.ts';

/** An id that a look may have: they are few, so that many are there and of both kinds. */
export function anyLook({ random }: Caller): number {
  return random() < 0.95 ? integer(random, 1, 12) : anyNumber(random);
}

/** Mostly solid; now and then flat, too many, or of numbers that are none. */
export function defineHull(c: Caller): boolean {
  const { core, random } = c;
  const count = random() < 0.98 ? integer(random, 4, 32) : integer(random, 0, 300);
  const point = () => (random() < 0.999 ? mildVector(random, -0.6, 0.6) : anyVector(random));
  return core.addDefineHull(anyLook(c), Array.from({ length: count }, point));
}

export function defineCompound(c: Caller): boolean {
  const { core, random } = c;
  const count = random() < 0.98 ? integer(random, 1, 8) : integer(random, 0, 300);
  const child = (): CompoundChild => {
    const given = random() < 0.4 ? { shape: 3, definition: anyLook(c) } : anyShape(random);
    return {
      ...(random() < 0.999 ? given : { ...given, shape: anyNumber(random) }),
      offset: mildVector(random, -0.8, 0.8),
      rotation: mildRotation(random),
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
