import { Body, body } from '../body/body';
import { slotOf } from '../body/body-store';
import { GRAB_BYTES, GRABS } from '../layout';
import {
  GRAB_DAMPING_RATIO,
  GRAB_FORCE_MAX_N,
  GRAB_HERTZ,
  GRAB_TORQUE_MAX_NM,
  PLAYER_CAPACITY,
  SUBSTEP_DT,
} from '../limits';
import { axisX, axisY, axisZ, conjugate, mulQuat, rotate } from '../math/quat';
import { add3, clampLength3, cross3, scale3, sub3, vec3, w3, x3, y3, z3 } from '../math/vec3';
import { player } from '../player/player';
import { biasRate, impulseScale, massScale } from '../solver/softness';
import { applyInertia, SolverBody, solverBody } from '../solver/solver-body';
import { header } from '../world/header';

/**
 * A hand that holds a body: a soft spring on the body's centre of mass and orientation, with
 * limited force and torque, so that a suit cannot lift a house. The hand is kinematic and does not
 * feel the load.
 */
@unmanaged
@final
class GrabJoint {
  handSlot: i32;
  bodySlot: i32;
  mass: f32;
  reserved: f32;
  /** From the hand to where it wants the body's centre. */
  reach: v128;
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

function joint(index: i32): GrabJoint {
  return changetype<GrabJoint>(GRABS + <usize>index * GRAB_BYTES);
}

/** One joint for each full hand, in player order, left before right. */
export function prepareGrabs(): void {
  jointCount = 0;
  const count = header().playerCount;
  assert(count <= PLAYER_CAPACITY);
  for (let i = 0; i < count; i++) {
    const p = player(i);
    if (p.leftHeld != 0) prepareGrab(p.leftHand, p.leftHeld, p.leftOffset, p.leftTurn);
    if (p.rightHeld != 0) prepareGrab(p.rightHand, p.rightHeld, p.rightOffset, p.rightTurn);
  }
}

function prepareGrab(hand: u32, held: u32, offset: v128, turn: v128): void {
  const handSlot = slotOf(hand);
  const bodySlot = slotOf(held);
  assert(handSlot >= 0 && bodySlot >= 0);
  const h = body(handSlot);
  const b = body(bodySlot);
  const j = joint(jointCount);
  jointCount++;
  j.handSlot = handSlot;
  j.bodySlot = bodySlot;
  j.mass = 1.0 / w3(b.inverseMass);
  j.reach = rotate(h.rotation, offset);
  j.linearError = sub3(b.position, add3(h.position, j.reach));
  const off = mulQuat(b.rotation, conjugate(mulQuat(h.rotation, turn)));
  const sign: f32 = w3(off) < 0 ? -2.0 : 2.0;
  j.angularError = vec3(x3(off) * sign, y3(off) * sign, z3(off) * sign);
  j.linearImpulse = f32x4.splat(0);
  j.angularImpulse = f32x4.splat(0);
  setInertia(j, b);
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
    solveTurn(j, h, b);
    solvePlace(j, h, b);
  }
}

function solvePlace(j: GrabJoint, h: SolverBody, b: SolverBody): void {
  const error = sub3(add3(j.linearError, b.moved), add3(h.moved, cross3(h.turned, j.reach)));
  const speed = sub3(b.linear, add3(h.linear, cross3(h.angular, j.reach)));
  const push = scale3(add3(speed, scale3(error, BIAS_RATE)), -j.mass * MASS_SCALE);
  const wanted = add3(j.linearImpulse, sub3(push, scale3(j.linearImpulse, IMPULSE_SCALE)));
  const impulse = clampLength3(wanted, GRAB_FORCE_MAX_N * SUBSTEP_DT);
  const change = sub3(impulse, j.linearImpulse);
  j.linearImpulse = impulse;
  b.linear = add3(b.linear, f32x4.mul(change, b.inverseMass));
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
