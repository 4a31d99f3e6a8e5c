import { Body, body } from '../body/body';
import { slotOf } from '../body/body-store';
import { isActive } from '../island/active';
import { FIRST_STATIC, GRAB_BYTES, GRABS } from '../layout';
import {
  GRAB_DAMPING_RATIO,
  GRAB_FORCE_BOTH_N,
  GRAB_FORCE_MAX_N,
  GRAB_HERTZ,
  GRAB_TORQUE_MAX_NM,
  HOLD_FORCE_MAX_N,
  HOLD_SPEED_MAX_MPS,
  PLAYER_CAPACITY,
  SUBSTEP_DT,
} from '../limits';
import { axisX, axisY, axisZ, conjugate, mulQuat, rotate } from '../math/quat';
import { add3, clampLength3, cross3, scale3, sub3, vec3, w3, x3, y3, z3 } from '../math/vec3';
import { Grip, GripKind } from '../player/grip-record';
import { bodySlot, isHolding } from '../player/parts';
import { leftGripOf, Player, player, rightGripOf } from '../player/player';
import { biasRate, impulseScale, massScale } from '../solver/softness';
import { tie } from '../solver/solved';
import { applyInertia, FIXED, SolverBody, solverBody } from '../solver/solver-body';
import { header } from '../world/header';

/**
 * What a hand holds is tied to its player: a soft spring of limited force between the load and the
 * player's capsule, which wants the load where the hand is. What one gains in momentum the other
 * loses, so a heavy load drags its player and nobody lifts himself by his own crate. A load is also
 * turned with the hand; a player's capsule cannot turn, so that torque has no counterpart.
 *
 * A hand on something that cannot be moved is the same spring with only the player at its end: it
 * pulls him to where the hand would be at its hold.
 */
@unmanaged
@final
class GrabJoint {
  handSlot: i32;
  ownerSlot: i32;
  /** Solver body of what is held. */
  bodySlot: i32;
  isLoad: i32;
  mass: f32;
  forceMax: f32;
  reserved: u64;
  /** From the hand to where it wants the load's centre; zero at a hold. */
  reach: v128;
  /** From the held body's centre to the hold; zero for a load. */
  arm: v128;
  /** Velocity of the player that the hand's was made from. */
  driven: v128;
  linearError: v128;
  angularError: v128;
  linearImpulse: v128;
  angularImpulse: v128;
  /** Inertia in world axes. */
  inertiaX: v128;
  inertiaY: v128;
  inertiaZ: v128;
}

assert(<i32>offsetof<GrabJoint>() <= GRAB_BYTES);

const BIAS_RATE: f32 = biasRate(GRAB_HERTZ, GRAB_DAMPING_RATIO);
const MASS_SCALE: f32 = massScale(GRAB_HERTZ, GRAB_DAMPING_RATIO);
const IMPULSE_SCALE: f32 = impulseScale(GRAB_HERTZ, GRAB_DAMPING_RATIO);

let jointCount: i32 = 0;
/** Seconds of the tick that the substeps have moved bodies through. */
let elapsed: f32 = 0;

function joint(index: i32): GrabJoint {
  return changetype<GrabJoint>(GRABS + <usize>index * GRAB_BYTES);
}

/** One joint for each full hand, in player order, left before right. */
export function prepareGrabs(): void {
  jointCount = 0;
  elapsed = 0;
  const count = header().playerCount;
  assert(count <= PLAYER_CAPACITY);
  for (let i = 0; i < count; i++) {
    if (!isHolding(i) || !isActive(bodySlot(i))) continue;
    const p = player(i);
    const left = leftGripOf(p);
    const right = rightGripOf(p);
    const both = left.kind == GripKind.LOAD && left.held == right.held;
    const force: f32 = both ? GRAB_FORCE_BOTH_N : GRAB_FORCE_MAX_N;
    prepareGrab(p, p.leftHand, left, force);
    prepareGrab(p, p.rightHand, right, force);
  }
}

function prepareGrab(p: Player, hand: u32, grip: Grip, force: f32): void {
  if (grip.kind == GripKind.OPEN) return;
  const j = joint(jointCount);
  jointCount++;
  j.handSlot = slotOf(hand);
  j.ownerSlot = slotOf(p.id);
  assert(j.handSlot >= 0 && j.ownerSlot >= 0);
  j.driven = body(j.ownerSlot).linearVelocity;
  j.linearImpulse = f32x4.splat(0);
  j.angularImpulse = f32x4.splat(0);
  if (grip.kind == GripKind.LOAD) prepareLoad(j, grip, force);
  else prepareHold(j, grip);
  tie(j.handSlot);
  tie(j.ownerSlot);
  tie(j.bodySlot);
}

function prepareLoad(j: GrabJoint, grip: Grip, force: f32): void {
  const slot = slotOf(grip.held);
  assert(slot >= 0);
  const h = body(j.handSlot);
  const b = body(slot);
  j.isLoad = 1;
  j.bodySlot = slot;
  j.mass = 1.0 / (w3(b.inverseMass) + w3(body(j.ownerSlot).inverseMass));
  j.forceMax = force;
  j.arm = f32x4.splat(0);
  j.reach = rotate(h.rotation, grip.offset);
  j.linearError = sub3(b.position, add3(h.position, j.reach));
  const off = mulQuat(b.rotation, conjugate(mulQuat(h.rotation, grip.turn)));
  const sign: f32 = w3(off) < 0 ? -2.0 : 2.0;
  j.angularError = vec3(x3(off) * sign, y3(off) * sign, z3(off) * sign);
  setInertia(j, b);
}

function prepareHold(j: GrabJoint, grip: Grip): void {
  const slot = grip.kind == GripKind.HOLD ? slotOf(grip.held) : -1;
  assert(slot >= 0 || grip.kind == GripKind.TERRAIN);
  j.isLoad = 0;
  j.bodySlot = slot < 0 || slot >= FIRST_STATIC ? FIXED : slot;
  j.mass = 1.0 / w3(body(j.ownerSlot).inverseMass);
  j.forceMax = HOLD_FORCE_MAX_N;
  j.reach = f32x4.splat(0);
  j.arm = slot < 0 ? f32x4.splat(0) : rotate(body(slot).rotation, grip.offset);
  const hold = slot < 0 ? grip.offset : add3(body(slot).position, j.arm);
  j.linearError = sub3(hold, body(j.handSlot).position);
}

function setInertia(j: GrabJoint, b: Body): void {
  const x = axisX(b.rotation);
  const y = axisY(b.rotation);
  const z = axisZ(b.rotation);
  const ix = scale3(x, 1.0 / x3(b.inverseMass));
  const iy = scale3(y, 1.0 / y3(b.inverseMass));
  const iz = scale3(z, 1.0 / z3(b.inverseMass));
  j.inertiaX = add3(add3(scale3(ix, x3(x)), scale3(iy, x3(y))), scale3(iz, x3(z)));
  j.inertiaY = add3(add3(scale3(ix, y3(x)), scale3(iy, y3(y))), scale3(iz, y3(z)));
  j.inertiaZ = add3(add3(scale3(ix, z3(x)), scale3(iy, z3(y))), scale3(iz, z3(z)));
}

/** An impulse on what is held, and its reaction on who holds. */
function pull(j: GrabJoint, b: SolverBody, impulse: v128): void {
  const owner = solverBody(j.ownerSlot);
  b.linear = add3(b.linear, f32x4.mul(impulse, b.inverseMass));
  owner.linear = sub3(owner.linear, f32x4.mul(impulse, owner.inverseMass));
}

/**
 * Once a substep, before positions move. A tick starts at zero, and from substep to substep the
 * body carries the impulse (`integrateVelocities`). A grab is a spring and not a contact: relaxing
 * it would take back the speed that its limited force has just given.
 */
export function solveGrabs(): void {
  for (let i = 0; i < jointCount; i++) {
    const j = joint(i);
    const h = solverBody(j.handSlot);
    const b = solverBody(j.bodySlot);
    if (j.isLoad != 0) solveTurn(j, h, b);
    solvePlace(j, h, b);
  }
  elapsed += SUBSTEP_DT;
}

/**
 * The hand moves as it was told to beside its player, wherever he is taken meanwhile: its own
 * motion is what its velocity has more than the one that he was driven with.
 */
function solvePlace(j: GrabJoint, h: SolverBody, b: SolverBody): void {
  const owner = solverBody(j.ownerSlot);
  const swing = add3(sub3(h.linear, j.driven), cross3(h.angular, j.reach));
  const swung = add3(sub3(h.moved, scale3(j.driven, elapsed)), cross3(h.turned, j.reach));
  const heldMoved = add3(b.moved, cross3(b.turned, j.arm));
  const error = add3(j.linearError, sub3(sub3(heldMoved, owner.moved), swung));
  const heldSpeed = add3(b.linear, cross3(b.angular, j.arm));
  const wish = sub3(scale3(error, BIAS_RATE), swing);
  const closing = j.isLoad != 0 ? wish : clampLength3(wish, HOLD_SPEED_MAX_MPS);
  const rush = add3(sub3(heldSpeed, owner.linear), closing);
  const push = scale3(rush, -j.mass * MASS_SCALE);
  const wanted = add3(j.linearImpulse, sub3(push, scale3(j.linearImpulse, IMPULSE_SCALE)));
  const impulse = clampLength3(wanted, j.forceMax * SUBSTEP_DT);
  pull(j, b, sub3(impulse, j.linearImpulse));
  j.linearImpulse = impulse;
}

function solveTurn(j: GrabJoint, h: SolverBody, b: SolverBody): void {
  const error = sub3(add3(j.angularError, b.turned), h.turned);
  const speed = sub3(b.angular, h.angular);
  const rush = add3(speed, scale3(error, BIAS_RATE));
  const push = scale3(
    add3(
      add3(scale3(j.inertiaX, x3(rush)), scale3(j.inertiaY, y3(rush))),
      scale3(j.inertiaZ, z3(rush)),
    ),
    -MASS_SCALE,
  );
  const wanted = add3(j.angularImpulse, sub3(push, scale3(j.angularImpulse, IMPULSE_SCALE)));
  const impulse = clampLength3(wanted, GRAB_TORQUE_MAX_NM * SUBSTEP_DT);
  const change = sub3(impulse, j.angularImpulse);
  j.angularImpulse = impulse;
  b.angular = add3(b.angular, applyInertia(b, change));
}
