import { isActive } from '../island/active';
import { x3 } from '../math/vec3';
import { tie } from '../solver/solved';
import { SolverBody, solverBody } from '../solver/solver-body';
import { header } from '../world/header';
import {
  DistanceJoint,
  prepareDistance,
  refreshDistance,
  solveDistance,
  warmStartDistance,
} from './distance';
import { HingeJoint, prepareHinge, refreshHinge, solveHinge, warmStartHinge } from './hinge';
import { calm, Joint, JointKind, joint } from './joint';
import { jointMover } from './joint-pairs';
import { areImpulsesSound } from './joint-sound';
import { PointJoint, refreshPoint, solvePoint } from './point';
import {
  prepareArms,
  pushApart,
  refreshArms,
  SolverJoint,
  solverJoint,
  solverSlot,
  turnNow,
  twistApart,
} from './solver-joint';
import { prepareWeld, solveTwist, WeldJoint } from './weld';

/**
 * Joints are soft constraints like contacts (see `solver/softness.ts`): solved once a substep with
 * bias before positions move and once without after, in the order of their records, warm started
 * from what the substep or tick before has found.
 */

let solverCount: i32 = 0;

/** Joints of dormant bodies, and those of which neither gives way, are left out. */
export function prepareJoints(): void {
  solverCount = 0;
  const count = header().jointCount;
  for (let i = 0; i < count; i++) {
    const j = joint(i);
    if (!isAwake(i)) continue;
    const slotA = solverSlot(j.bodyA);
    const slotB = solverSlot(j.bodyB);
    const a = solverBody(slotA);
    const b = solverBody(slotB);
    if (x3(a.inverseMass) == 0 && x3(b.inverseMass) == 0) continue;
    const s = solverJoint(solverCount);
    solverCount++;
    s.index = i;
    s.slotA = slotA;
    s.slotB = slotB;
    tie(slotA);
    tie(slotB);
    s.kind = j.kind;
    prepareArms(s, j);
    if (s.kind == JointKind.HINGE) prepareHinge(changetype<HingeJoint>(s), j);
    else if (s.kind == JointKind.DISTANCE) prepareDistance(changetype<DistanceJoint>(s), j);
    else if (s.kind == JointKind.WELD) prepareWeld(changetype<WeldJoint>(s), j, a, b);
    refresh(s, a, b);
  }
}

/** Joined movers are active together or not at all. */
function isAwake(index: i32): bool {
  const a = jointMover(index, false);
  const b = jointMover(index, true);
  return (a >= 0 && isActive(a)) || (b >= 0 && isActive(b));
}

/** Levers, axes and masses of where the bodies are now. */
function refresh(s: SolverJoint, a: SolverBody, b: SolverBody): void {
  const turnA = turnNow(a);
  const turnB = turnNow(b);
  refreshArms(s, turnA, turnB);
  if (s.kind == JointKind.DISTANCE) {
    refreshDistance(changetype<DistanceJoint>(s), a, b);
    return;
  }
  refreshPoint(changetype<PointJoint>(s), a, b);
  if (s.kind == JointKind.HINGE) refreshHinge(changetype<HingeJoint>(s), a, b, turnA, turnB);
}

/** Applies the impulses that the joints carry from the substep or tick before. */
export function warmStartJoints(): void {
  for (let i = 0; i < solverCount; i++) {
    const s = solverJoint(i);
    warmStart(s, joint(s.index), solverBody(s.slotA), solverBody(s.slotB));
  }
}

function warmStart(s: SolverJoint, j: Joint, a: SolverBody, b: SolverBody): void {
  if (s.kind == JointKind.DISTANCE) {
    warmStartDistance(changetype<DistanceJoint>(s), j, a, b);
    return;
  }
  pushApart(s, a, b, j.linearImpulse);
  if (s.kind == JointKind.HINGE) warmStartHinge(changetype<HingeJoint>(s), j, a, b);
  else if (s.kind == JointKind.WELD) twistApart(s, a, b, j.angularImpulse);
}

/** One velocity iteration. Without bias, after positions have moved, what was there is relaxed. */
export function solveJoints(useBias: bool): void {
  for (let i = 0; i < solverCount; i++) {
    const s = solverJoint(i);
    const a = solverBody(s.slotA);
    const b = solverBody(s.slotB);
    if (!useBias) refresh(s, a, b);
    solve(s, joint(s.index), a, b, useBias);
  }
}

/** Turning first: the anchors have the last word. */
function solve(s: SolverJoint, j: Joint, a: SolverBody, b: SolverBody, useBias: bool): void {
  if (s.kind == JointKind.DISTANCE) {
    solveDistance(changetype<DistanceJoint>(s), j, a, b, useBias);
    return;
  }
  if (s.kind == JointKind.HINGE) solveHinge(changetype<HingeJoint>(s), j, a, b, useBias);
  else if (s.kind == JointKind.WELD) solveTwist(changetype<WeldJoint>(s), j, a, b, useBias);
  solvePoint(changetype<PointJoint>(s), j, a, b, useBias);
}

/** What a body that went mad has put into its joints must not stay in the state. */
export function keepJoints(): void {
  for (let i = 0; i < solverCount; i++) {
    const j = joint(solverJoint(i).index);
    if (!areImpulsesSound(j)) calm(j);
  }
}
