import { Body, BodyKind, body, Role } from '../body/body';
import { pullOf } from '../body/pull';
import { SOLVER_BODIES, SOLVER_BODY_BYTES } from '../layout';
import { GRAB_FORCE_MAX_N, HAND_MASS_KG, MOVER_CAPACITY, SUBSTEP_DT, TICK_DT } from '../limits';
import { axisX, axisY, axisZ } from '../math/quat';
import { add3, length3, scale3, w3, x3, y3, z3 } from '../math/vec3';
import { solvedCount, solvedSlot } from './solved';

/**
 * What the solver needs of a body, three cache lines of which contacts touch two: velocities, what
 * the substeps have moved and turned so far, and the inverse inertia in world axes. What never
 * moves is one body of zero inverse mass, so no kernel branches on the kind.
 */
@unmanaged
@final
export class SolverBody {
  linear: v128;
  angular: v128;
  moved: v128;
  /** Rotation vector since the tick began. */
  turned: v128;
  /** Inverse mass in every lane. */
  inverseMass: v128;
  /** Velocities of this substep before the warm start. */
  linearBefore: v128;
  angularBefore: v128;
  /** What gravity, water and thrust add in a substep. */
  fall: v128;
  inertiaX: v128;
  inertiaY: v128;
  inertiaZ: v128;
  /** What damping leaves of the velocities in a substep. */
  linearKeep: f32;
  angularKeep: f32;
  isDynamic: u32;
  reserved: u32;
}

assert(offsetof<SolverBody>() == SOLVER_BODY_BYTES);

/** The solver body that stands for everything that never moves: statics and the terrain. */
export const FIXED: i32 = MOVER_CAPACITY;

export function solverBody(slot: i32): SolverBody {
  return changetype<SolverBody>(SOLVER_BODIES + <usize>slot * SOLVER_BODY_BYTES);
}

/** Inverse inertia times `v`: symmetric, so the rows serve as columns and nothing is summed. */
export function applyInertia(s: SolverBody, v: v128): v128 {
  return add3(
    add3(scale3(s.inertiaX, x3(v)), scale3(s.inertiaY, y3(v))),
    scale3(s.inertiaZ, z3(v)),
  );
}

export function loadSolverBodies(): void {
  const count = solvedCount();
  for (let i = 0; i < count; i++) load(solvedSlot(i));
  memory.fill(changetype<usize>(solverBody(FIXED)), 0, SOLVER_BODY_BYTES);
}

function load(slot: i32): void {
  const s = solverBody(slot);
  const b = body(slot);
  s.linear = b.linearVelocity;
  s.angular = b.angularVelocity;
  s.linearBefore = s.linear;
  s.angularBefore = s.angular;
  s.moved = f32x4.splat(0);
  s.turned = f32x4.splat(0);
  s.fall = scale3(pullOf(slot), SUBSTEP_DT);
  s.linearKeep = 1.0 / (1.0 + SUBSTEP_DT * b.linearDamping);
  s.angularKeep = 1.0 / (1.0 + SUBSTEP_DT * b.angularDamping);
  s.isDynamic = b.kind == BodyKind.DYNAMIC ? 1 : 0;
  s.inverseMass = f32x4.splat(inverseMassOf(b));
  const x = axisX(b.rotation);
  const y = axisY(b.rotation);
  const z = axisZ(b.rotation);
  const ix = scale3(x, x3(b.inverseMass));
  const iy = scale3(y, y3(b.inverseMass));
  const iz = scale3(z, z3(b.inverseMass));
  s.inertiaX = add3(add3(scale3(ix, x3(x)), scale3(iy, x3(y))), scale3(iz, x3(z)));
  s.inertiaY = add3(add3(scale3(ix, y3(x)), scale3(iy, y3(y))), scale3(iz, y3(z)));
  s.inertiaZ = add3(add3(scale3(ix, z3(x)), scale3(iy, z3(y))), scale3(iz, z3(z)));
}

/**
 * A hand moves as it is told, but meets things with no more momentum than its arm's force gives it
 * in a tick: as a kinematic body it would shove a rover along.
 */
function inverseMassOf(b: Body): f32 {
  if (b.role != Role.HAND_LEFT && b.role != Role.HAND_RIGHT) return w3(b.inverseMass);
  const speed = length3(b.linearVelocity);
  return max<f32>(1.0 / HAND_MASS_KG, speed / (GRAB_FORCE_MAX_N * TICK_DT));
}
