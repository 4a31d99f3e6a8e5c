import { growPlayers } from '../../core-wasm/host/core.ts';
import { ghostKeyOf } from '../../core-wasm/host/ghost.ts';
import type { PlayerColumns } from '../../core-wasm/host/types.ts';

/** Room that `standAsGhost` needs in `players`: to be called before they are filled. */
export function reserveOwnRow(players: PlayerColumns, count: number): void {
  growPlayers(players, count + 1);
}

/**
 * In a crowd too dense to be simulated the own player is no member of his own bubble, and is told
 * of himself as a ghost: gives him a row of `players` behind the others, where that ghost is drawn,
 * holding nothing. A ghost's foot is below the head, `headX` and `headZ` m to the right of and
 * behind where the player stands with `yaw` radians. The row; −1 without such a ghost.
 */
export function standAsGhost(
  entity: number,
  ghosts: PlayerColumns,
  players: PlayerColumns,
  headX: number,
  headZ: number,
  yaw: number,
): number {
  const ghost = rowOfGhost(ghosts, entity);
  if (ghost < 0 || players.count >= players.ids.length) return -1;
  const row = players.count++;
  const [sin, cos] = [Math.sin(yaw), Math.cos(yaw)];
  players.ids[row] = entity;
  players.accounts[row] = ghosts.accounts[ghost] as number;
  players.feet[row * 3] = (ghosts.feet[ghost * 3] as number) - headX * cos - headZ * sin;
  players.feet[row * 3 + 1] = ghosts.feet[ghost * 3 + 1] as number;
  players.feet[row * 3 + 2] = (ghosts.feet[ghost * 3 + 2] as number) + headX * sin - headZ * cos;
  players.held[row * 2] = 0;
  players.held[row * 2 + 1] = 0;
  return row;
}

/** Row of an entity's ghost as it is drawn, or −1. */
export function rowOfGhost(ghosts: PlayerColumns, entity: number): number {
  const key = ghostKeyOf(entity);
  for (let row = 0; row < ghosts.count; row++) if (ghosts.ids[row] === key) return row;
  return -1;
}
