import type { RayHit } from '../../core-wasm/host/types.ts';
import type { WorldSession } from '../net/session.ts';
import type { Control } from './control.ts';
import { type CastView, REACH_MAX_M } from './flat-hands.ts';

/** The ray from `eye` (world, m) along the view of `control`, which never meets its own player. */
export function createViewCast(
  session: Pick<WorldSession, 'core' | 'status'>,
  control: Control,
  eye: Float32Array,
): CastView {
  const origin: [number, number, number] = [0, 0, 0];
  const direction: [number, number, number] = [0, 0, -1];
  return (): RayHit | null => {
    const { entity } = session.status;
    if (entity === 0) return null;
    origin[0] = eye[0] ?? 0;
    origin[1] = eye[1] ?? 0;
    origin[2] = eye[2] ?? 0;
    const level = Math.cos(control.pitch);
    direction[0] = -Math.sin(control.yaw) * level;
    direction[1] = Math.sin(control.pitch);
    direction[2] = -Math.cos(control.yaw) * level;
    return session.core.castRay(origin, direction, REACH_MAX_M, entity);
  };
}
