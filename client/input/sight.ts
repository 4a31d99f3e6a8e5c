import type { QueryHit } from '../../core-wasm/host/query-types.ts';
import type { BodyColumns, PlayerColumns } from '../../core-wasm/host/types.ts';
import type { WorldSession } from '../net/session.ts';
import type { Control } from './control.ts';
import { rowOfBody } from './held.ts';

/** What a flat player's hands must know of the world. */
export interface Sight {
  /** First thing along the view within `distance` metres, the player's own body excepted. */
  cast(distance: number): QueryHit | null;
  /** Where a body is, as parts are: about the foot, in the player's yaw. False when unknown. */
  locate(entity: number, out: Float32Array): boolean;
}

/** The world as it was drawn last. */
export interface Shown {
  readonly bodies: BodyColumns;
  readonly players: PlayerColumns;
  /** Row of the own player, −1 while there is none. */
  readonly ownRow: number;
  /** Own head, m. */
  readonly eye: Float32Array;
}

export function createSight(
  shown: Shown,
  { core, status }: Pick<WorldSession, 'core' | 'status'>,
  control: Control,
): Sight {
  const origin: [number, number, number] = [0, 0, 0];
  const direction: [number, number, number] = [0, 0, -1];
  return {
    cast(distance) {
      if (shown.ownRow < 0) return null;
      for (let axis = 0; axis < 3; axis++) origin[axis] = shown.eye[axis] ?? 0;
      const level = Math.cos(control.pitch);
      direction[0] = -Math.sin(control.yaw) * level;
      direction[1] = Math.sin(control.pitch);
      direction[2] = -Math.cos(control.yaw) * level;
      return core.queries.castRay(origin, direction, distance, { ignore: status.entity });
    },
    locate(entity, out) {
      const row = rowOfBody(shown.bodies, entity);
      if (row < 0 || shown.ownRow < 0) return false;
      const { positions } = shown.bodies;
      const { feet } = shown.players;
      const foot = shown.ownRow * 3;
      const x = (positions[row * 3] ?? 0) - (feet[foot] ?? 0);
      const z = (positions[row * 3 + 2] ?? 0) - (feet[foot + 2] ?? 0);
      const sin = Math.sin(control.yaw);
      const cos = Math.cos(control.yaw);
      out[0] = x * cos - z * sin;
      out[1] = (positions[row * 3 + 1] ?? 0) - (feet[foot + 1] ?? 0);
      out[2] = x * sin + z * cos;
      return true;
    },
  };
}
