import type { BodyColumns, PlayerColumns } from './types.ts';

export function emptyBodies(): BodyColumns {
  return {
    count: 0,
    ids: new Uint32Array(0),
    kinds: new Uint8Array(0),
    shapes: new Uint8Array(0),
    roles: new Uint8Array(0),
    definitions: new Uint16Array(0),
    sizes: new Float32Array(0),
    positions: new Float32Array(0),
    rotations: new Float32Array(0),
  };
}

/** Doubles the columns until `count` bodies fit; what they held is refilled by the caller. */
export function growBodies(columns: BodyColumns, count: number): void {
  if (columns.ids.length >= count) return;
  const capacity = Math.max(64, 2 ** Math.ceil(Math.log2(count)));
  columns.ids = new Uint32Array(capacity);
  columns.kinds = new Uint8Array(capacity);
  columns.shapes = new Uint8Array(capacity);
  columns.roles = new Uint8Array(capacity);
  columns.definitions = new Uint16Array(capacity);
  columns.sizes = new Float32Array(capacity * 3);
  columns.positions = new Float32Array(capacity * 3);
  columns.rotations = new Float32Array(capacity * 4);
}

export function emptyPlayers(): PlayerColumns {
  return {
    count: 0,
    ids: new Uint32Array(0),
    accounts: new Uint32Array(0),
    leftHands: new Uint32Array(0),
    rightHands: new Uint32Array(0),
    yaws: new Uint16Array(0),
    pitches: new Int16Array(0),
    buttons: new Uint16Array(0),
    feet: new Float32Array(0),
    heads: new Float32Array(0),
    lefts: new Float32Array(0),
    rights: new Float32Array(0),
    held: new Uint32Array(0),
    grounded: new Uint8Array(0),
    submersions: new Float32Array(0),
    energies: new Float32Array(0),
  };
}

export function growPlayers(columns: PlayerColumns, count: number): void {
  if (columns.ids.length >= count) return;
  const capacity = Math.max(16, 2 ** Math.ceil(Math.log2(count)));
  columns.ids = new Uint32Array(capacity);
  columns.accounts = new Uint32Array(capacity);
  columns.leftHands = new Uint32Array(capacity);
  columns.rightHands = new Uint32Array(capacity);
  columns.yaws = new Uint16Array(capacity);
  columns.pitches = new Int16Array(capacity);
  columns.buttons = new Uint16Array(capacity);
  columns.feet = new Float32Array(capacity * 3);
  columns.heads = new Float32Array(capacity * 7);
  columns.lefts = new Float32Array(capacity * 7);
  columns.rights = new Float32Array(capacity * 7);
  columns.held = new Uint32Array(capacity * 2);
  columns.grounded = new Uint8Array(capacity);
  columns.submersions = new Float32Array(capacity);
  columns.energies = new Float32Array(capacity);
}
