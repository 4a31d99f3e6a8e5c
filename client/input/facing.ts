import { emptyPlayers } from '../../core-wasm/host/core.ts';
import type { WorldSession } from '../net/session.ts';
import type { Control } from './control.ts';
import { rowOfPlayer } from './held.ts';
import { yawRadians } from './units.ts';

/** Which of the own entities `Control.yaw` was taken over from; 0 before the first. */
export interface Facing {
  entity: number;
}

/**
 * Turns the player as the server placed them, once for each new entity and before the first
 * intent for it is sampled: an intent carries a yaw, so a later look would find our own.
 */
export function takeFacing(
  facing: Facing,
  { core, status }: Pick<WorldSession, 'core' | 'status'>,
  control: Control,
): void {
  if (facing.entity === status.entity) return;
  const players = emptyPlayers();
  core.readPlayers(players);
  const row = rowOfPlayer(players, status.entity);
  if (row < 0) return;
  facing.entity = status.entity;
  control.yaw = yawRadians(players.yaws[row] ?? 0);
}
