import { growBodies, growPlayers } from '../../core-wasm/host/core.ts';
import type { BodyColumns, PlayerColumns } from '../../core-wasm/host/types.ts';

type Column = Uint8Array | Uint16Array | Int16Array | Uint32Array | Float32Array;

/** Copies everything that is not interpolated and makes room for what is. */
export function copyBodyLabels(from: BodyColumns, to: BodyColumns): void {
  const { count } = from;
  growBodies(to, count);
  to.count = count;
  copy(from.ids, to.ids, count);
  copy(from.kinds, to.kinds, count);
  copy(from.shapes, to.shapes, count);
  copy(from.roles, to.roles, count);
  copy(from.sizes, to.sizes, count * 3);
}

export function copyPlayerLabels(from: PlayerColumns, to: PlayerColumns): void {
  const { count } = from;
  growPlayers(to, count);
  to.count = count;
  copy(from.ids, to.ids, count);
  copy(from.accounts, to.accounts, count);
  copy(from.leftHands, to.leftHands, count);
  copy(from.rightHands, to.rightHands, count);
  copy(from.buttons, to.buttons, count);
  copy(from.held, to.held, count * 2);
  copy(from.grounded, to.grounded, count);
}

// Element by element: a subarray for `set` would be an allocation per column and display frame.
function copy<T extends Column>(from: T, to: T, length: number): void {
  for (let i = 0; i < length; i++) to[i] = from[i] as number;
}
