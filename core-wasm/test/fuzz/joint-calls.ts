import { type AddJoint, emptyJoints } from '../../host/core.ts';
import { integer } from '../random.ts';
import { anyId, type Caller, type FacadeCalls } from './caller.ts';
import { anyNumber, mildNumber, mildRotation, mildVector } from './chance.ts';

/** An id that a joint may have: they are few, so that many are taken. */
export function anyJoint({ random }: Caller): number {
  return random() < 0.9 ? integer(random, 1, 40) : anyNumber(random);
}

/** Any kind with the fields of all kinds: the facade looks at its own alone. */
export function addJoint(c: Caller): boolean {
  const { core, random } = c;
  const range = random() < 0.95 ? [-1, 1] : [anyNumber(random), anyNumber(random)];
  const [least, most] = range as [number, number];
  const spring = {
    length: mildNumber(random, 0, 2),
    hertz: mildNumber(random, 0.1, 30),
    dampingRatio: mildNumber(random, 0, 2),
  };
  const motor = { speed: mildNumber(random, -9, 9), maxTorque: mildNumber(random, 0, 900) };
  return core.addJoint({
    kind: random() < 0.98 ? integer(random, 0, 3) : integer(random, 0, 300),
    joint: anyJoint(c),
    a: anyId(c),
    b: random() < 0.2 ? 0 : anyId(c),
    anchorA: mildVector(random, -1, 1),
    anchorB: mildVector(random, -1, 1),
    frameA: mildRotation(random),
    frameB: mildRotation(random),
    ...(random() < 0.5 ? { limits: { lower: least, upper: most }, motor } : {}),
    ...(random() < 0.5 ? { spring } : { min: least + 1, max: most + random() }),
    collide: random() < 0.4,
  } as AddJoint);
}

export function removeJoint(c: Caller): boolean {
  return c.core.addRemoveJoint(anyJoint(c));
}

const joints = emptyJoints();

/** Joints, made and looked at. */
export const JOINT_CALLS: FacadeCalls = {
  addJoint: { looks: true, call: addJoint },
  addRemoveJoint: { looks: true, share: 0.4, call: removeJoint },
  hasJoint: { looks: true, call: (c) => c.core.hasJoint(anyJoint(c)) },
  nextJoint: { looks: true, call: ({ core, random }) => core.nextJoint(anyNumber(random)) },
  readJoints: { looks: true, share: 0.3, call: ({ core }) => core.readJoints(joints) },
};
