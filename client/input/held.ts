import type { BodyColumns, PlayerColumns } from '../../core-wasm/host/types.ts';

/** What the simulation says each own hand holds: an entity, 0 for none. */
export interface Held {
  left: number;
  right: number;
}

/** Row of the player with `entity`, or −1. */
export function rowOfPlayer(players: PlayerColumns, entity: number): number {
  for (let row = 0; row < players.count; row++) if (players.ids[row] === entity) return row;
  return -1;
}

/** Row of the body with `entity`, or −1. */
export function rowOfBody(bodies: BodyColumns, entity: number): number {
  for (let row = 0; row < bodies.count; row++) if (bodies.ids[row] === entity) return row;
  return -1;
}

export function readHeld(players: PlayerColumns, row: number, into: Held): void {
  into.left = row < 0 ? 0 : (players.held[row * 2] ?? 0);
  into.right = row < 0 ? 0 : (players.held[row * 2 + 1] ?? 0);
}
