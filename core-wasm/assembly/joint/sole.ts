import { body } from '../body/body';
import { slotOf } from '../body/body-store';
import { isActive } from '../island/active';
import { FIRST_STATIC, SOLE_BYTES, SOLES } from '../layout';
import { SOLE_ACCELERATION_MPS2, SUBSTEP_DT } from '../limits';
import { add3, addScaled3, clampLength3, cross3, dot3, sub3, x3 } from '../math/vec3';
import { GripKind } from '../player/grip-record';
import { bodySlot, isHolding } from '../player/parts';
import { leftGripOf, Player, player, rightGripOf } from '../player/player';
import { footOf } from '../player/upright';
import { tie } from '../solver/solved';
import { applyInertia, FIXED, solverBody } from '../solver/solver-body';
import { upward } from '../world/gravity';
import { header } from '../world/header';

/**
 * Soles that do not slip while the hands carry: in every substep they take back what the load has
 * done to the pace that the legs had set. Done once a tick, a player who leans his crate against a
 * wall would creep away from it.
 */
@unmanaged
@final
class Sole {
  slot: i32;
  /** Solver body of the ground, `FIXED` for what never moves. */
  ground: i32;
  reserved: u64;
  pace: v128;
  up: v128;
  /** From the ground's centre to the foot. */
  arm: v128;
  /** On the walker, in the substep at hand; the next one carries it (`integrateVelocities`). */
  impulse: v128;
}

assert(offsetof<Sole>() == SOLE_BYTES);

let soleCount: i32 = 0;

function sole(index: i32): Sole {
  return changetype<Sole>(SOLES + <usize>index * SOLE_BYTES);
}

/** One for each player who stands and carries something. */
export function prepareSoles(): void {
  soleCount = 0;
  const count = header().playerCount;
  for (let i = 0; i < count; i++) {
    if (!isHolding(i) || !isActive(bodySlot(i))) continue;
    const p = player(i);
    if (p.grounded == 0 || !isCarrying(p)) continue;
    const s = sole(soleCount);
    soleCount++;
    s.slot = bodySlot(i);
    s.pace = body(s.slot).linearVelocity;
    s.up = upward();
    s.impulse = f32x4.splat(0);
    const ground = slotOf(p.groundEntity);
    s.ground = ground < 0 || ground >= FIRST_STATIC ? FIXED : ground;
    tie(s.slot);
    tie(s.ground);
    s.arm = s.ground == FIXED ? f32x4.splat(0) : sub3(footOf(body(s.slot)), body(ground).position);
  }
}

function isCarrying(p: Player): bool {
  const left = leftGripOf(p).kind;
  const right = rightGripOf(p).kind;
  if (left > <u8>GripKind.LOAD || right > <u8>GripKind.LOAD) return false;
  return left == GripKind.LOAD || right == GripKind.LOAD;
}

/** Once a substep, right after the grabs. */
export function solveSoles(): void {
  for (let i = 0; i < soleCount; i++) {
    const s = sole(i);
    const walker = solverBody(s.slot);
    const ground = solverBody(s.ground);
    const lost = sub3(s.pace, walker.linear);
    const level = addScaled3(lost, s.up, -dot3(lost, s.up));
    const mass: f32 = 1.0 / x3(walker.inverseMass);
    const limit = SOLE_ACCELERATION_MPS2 * SUBSTEP_DT * mass;
    const impulse = clampLength3(addScaled3(s.impulse, level, mass), limit);
    const change = sub3(impulse, s.impulse);
    s.impulse = impulse;
    walker.linear = add3(walker.linear, f32x4.mul(change, walker.inverseMass));
    ground.linear = sub3(ground.linear, f32x4.mul(change, ground.inverseMass));
    ground.angular = sub3(ground.angular, applyInertia(ground, cross3(s.arm, change)));
  }
}
