import { wake } from '../island/active';
import { ANGULAR_SPEED_MAX_RPS, LINEAR_SPEED_MAX_MPS } from '../limits';
import { axisX, axisY, axisZ } from '../math/quat';
import { add3, clampLength3, cross3, dot3, scale3, sub3, w3, x3, y3, z3 } from '../math/vec3';
import { Body } from './body';

/**
 * Adds an impulse (N·s) at a world point to a dynamic body's velocities. The speed limits hold at
 * once: the broadphase sweeps bounds by the velocity before the solver comes to see it.
 */
export function applyImpulseAt(b: Body, impulse: v128, place: v128): void {
  const linear = add3(b.linearVelocity, scale3(impulse, w3(b.inverseMass)));
  const torque = cross3(sub3(place, b.position), impulse);
  const x = axisX(b.rotation);
  const y = axisY(b.rotation);
  const z = axisZ(b.rotation);
  const angular = add3(
    b.angularVelocity,
    add3(
      add3(
        scale3(x, dot3(x, torque) * x3(b.inverseMass)),
        scale3(y, dot3(y, torque) * y3(b.inverseMass)),
      ),
      scale3(z, dot3(z, torque) * z3(b.inverseMass)),
    ),
  );
  wake(b);
  b.linearVelocity = clampLength3(linear, LINEAR_SPEED_MAX_MPS);
  b.angularVelocity = clampLength3(angular, ANGULAR_SPEED_MAX_RPS);
}
