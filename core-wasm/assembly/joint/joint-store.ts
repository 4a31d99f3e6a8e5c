import { body, entityIndex, Role } from '../body/body';
import { slotOf } from '../body/body-store';
import { wake } from '../island/active';
import { uniteMovers } from '../island/groups';
import { JOINT_BYTES } from '../layout';
import { JOINT_CAPACITY } from '../limits';
import { raiseFault, StepFault } from '../world/fault';
import { header } from '../world/header';
import { calm, Joint, joint, jointKey } from './joint';

export function jointCount(): i32 {
  return header().jointCount;
}

/** Slot of the joint's body A, or with `second` of B; −1 is the world. */
export function jointSlot(index: i32, second: bool): i32 {
  const id = second ? joint(index).bodyB : joint(index).bodyA;
  return id == 0 ? -1 : slotOf(id);
}

/** First record whose key is not below `key`. */
export function jointLowerBound(key: u64): i32 {
  let low = 0;
  let high = header().jointCount;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (jointKey(joint(middle)) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Place of the joint in the list, or −1. */
export function findJoint(id: u32): i32 {
  const count = header().jointCount;
  for (let i = 0; i < count; i++) {
    if (joint(i).id == id) return i;
  }
  return -1;
}

function isIndexTaken(index: i32): bool {
  const count = header().jointCount;
  for (let i = 0; i < count; i++) {
    if (entityIndex(joint(i).id) == index) return true;
  }
  return false;
}

/** Hands are the players' own; they hold by gripping. */
function mayJoin(id: u32): bool {
  const slot = slotOf(id);
  return slot >= 0 && <i32>body(slot).role <= Role.PLAYER;
}

/** Whoever is joined, or no longer joined, may have to move. */
function wakeEnds(j: Joint): void {
  wake(body(slotOf(j.bodyA)));
  if (j.bodyB != 0) wake(body(slotOf(j.bodyB)));
}

/** Takes a copy of `made` into the world, or raises a fault. */
export function addJoint(made: Joint): void {
  const index = entityIndex(made.id);
  const joins = mayJoin(made.bodyA) && (made.bodyB == 0 || mayJoin(made.bodyB));
  if (!joins || made.bodyA == made.bodyB || index == 0 || isIndexTaken(index)) {
    raiseFault(StepFault.COMMAND_SKIPPED);
    return;
  }
  const h = header();
  if (h.jointCount == JOINT_CAPACITY) {
    raiseFault(StepFault.JOINTS_FULL);
    return;
  }
  const at = jointLowerBound(jointKey(made));
  const address = changetype<usize>(joint(at));
  memory.copy(address + JOINT_BYTES, address, <usize>(h.jointCount - at) * JOINT_BYTES);
  memory.copy(address, changetype<usize>(made), JOINT_BYTES);
  h.jointCount++;
  uniteMovers(made.bodyA, made.bodyB);
  wakeEnds(made);
}

export function removeJoint(id: u32): void {
  const at = findJoint(id);
  if (at < 0) {
    raiseFault(StepFault.COMMAND_SKIPPED);
    return;
  }
  wakeEnds(joint(at));
  const address = changetype<usize>(joint(at));
  const behind = header().jointCount - at - 1;
  memory.copy(address, address + JOINT_BYTES, <usize>behind * JOINT_BYTES);
  setJointCount(header().jointCount - 1);
}

/** A body that leaves takes its joints with it. */
export function dropJointsOf(id: u32): void {
  const count = header().jointCount;
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const j = joint(i);
    if (j.bodyA == id || j.bodyB == id) {
      wakeEnds(j);
      continue;
    }
    if (kept != i) memory.copy(changetype<usize>(joint(kept)), changetype<usize>(j), JOINT_BYTES);
    kept++;
  }
  setJointCount(kept);
}

/** The joints of a body that a command brought to rest. */
export function calmJointsOf(id: u32): void {
  const count = header().jointCount;
  for (let i = 0; i < count; i++) {
    const j = joint(i);
    if (j.bodyA != id && j.bodyB != id) continue;
    wakeEnds(j);
    calm(j);
  }
}

/** Shrinks the list; what falls free is zeroed. */
function setJointCount(count: i32): void {
  const h = header();
  const free = changetype<usize>(joint(count));
  memory.fill(free, 0, <usize>(h.jointCount - count) * JOINT_BYTES);
  h.jointCount = count;
}
