import { body } from '../body/body';
import { activate, isActive } from '../island/active';
import { unite } from '../island/islands';
import { FIRST_STATIC, JOINED } from '../layout';
import { header } from '../world/header';
import { JointFlag, joint, pairKey } from './joint';
import { jointLowerBound, jointSlot } from './joint-store';

/** What joints mean to who meets whom: joined movers are one island, and most do not collide. */

/** Slot of the mover that is the joint's A, or with `second` its B; −1 when that never moves. */
export function jointMover(index: i32, second: bool): i32 {
  const slot = jointSlot(index, second);
  return slot < FIRST_STATIC ? slot : -1;
}

/** Makes the joined active together, once; who came to be active may be joined to others. */
export function activateJoined(): void {
  const count = header().jointCount;
  for (let i = 0; i < count; i++) {
    const a = jointMover(i, false);
    const b = jointMover(i, true);
    if (a < 0 || b < 0 || isActive(a) == isActive(b)) continue;
    activate(a);
    activate(b);
  }
}

/** Makes one island of the joined. */
export function uniteJoined(): void {
  const count = header().jointCount;
  for (let i = 0; i < count; i++) {
    const a = jointMover(i, false);
    const b = jointMover(i, true);
    if (a >= 0 && b >= 0 && isActive(a)) unite(a, b);
  }
}

/** Marks the movers that a joint keeps from meeting another body; before pairs are looked for. */
export function markJoined(): void {
  memory.fill(JOINED, 0, header().moverCount);
  const count = header().jointCount;
  for (let i = 0; i < count; i++) {
    const j = joint(i);
    if ((j.flags & JointFlag.COLLIDE) != 0 || j.bodyB == 0) continue;
    mark(jointMover(i, false));
    mark(jointMover(i, true));
  }
}

function mark(slot: i32): void {
  if (slot >= 0) store<u8>(JOINED + <usize>slot, 1);
}

/** Whether a joint keeps the bodies in these slots from meeting; `a` is a mover's. */
export function areKeptApart(a: i32, b: i32): bool {
  if (load<u8>(JOINED + <usize>a) == 0) return false;
  return keepsApart(body(a).id, body(b).id) || keepsApart(body(b).id, body(a).id);
}

function keepsApart(idA: u32, idB: u32): bool {
  const count = header().jointCount;
  for (let i = jointLowerBound(pairKey(idA, idB)); i < count; i++) {
    const j = joint(i);
    if (j.bodyA != idA || j.bodyB != idB) return false;
    if ((j.flags & JointFlag.COLLIDE) == 0) return true;
  }
  return false;
}
