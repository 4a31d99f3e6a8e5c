import { MeshLambertMaterial, type Object3D } from 'three';
import { ghostKeyOf } from '../../core-wasm/host/ghost.ts';
import { type PlayerColumns, YAW_UNITS_PER_TURN } from '../../core-wasm/host/types.ts';
import type { Control, Part } from '../input/control.ts';
import { handGeometry, headGeometry, torsoGeometry } from './avatar-shapes.ts';
import {
  commit,
  createInstances,
  disposeInstances,
  type Instances,
  reserve,
  writeMatrix,
} from './instances.ts';
import { writeSuitColor } from './palette.ts';

/** From the middle of a head down to the neck that a torso ends at, m. */
const NECK_M = 0.2;
const TORSO_MIN_M = 0.6;

/** All players in three draw calls: heads, torsos, hands. */
export interface AvatarView {
  readonly heads: Instances;
  readonly torsos: Instances;
  readonly hands: Instances;
  readonly place: Float32Array;
  readonly turn: Float32Array;
}

export function createAvatarView(parent: Object3D): AvatarView {
  const suit = (): MeshLambertMaterial =>
    new MeshLambertMaterial({ vertexColors: true, flatShading: true });
  return {
    heads: createInstances(parent, headGeometry(), suit()),
    torsos: createInstances(parent, torsoGeometry(), suit()),
    hands: createInstances(parent, handGeometry(), suit()),
    place: new Float32Array(3),
    turn: new Float32Array(4),
  };
}

/**
 * Draws everybody, simulated or a ghost. `own` is this player's entity: of it only the hands are
 * drawn, and where the controllers are rather than where the simulation has them, so they never lag
 * or roll back.
 */
export function drawAvatars(
  view: AvatarView,
  players: PlayerColumns,
  ghosts: PlayerColumns,
  own: number,
  control: Control,
): void {
  const { heads, torsos, hands } = view;
  const count = players.count + ghosts.count;
  reserve(heads, count);
  reserve(torsos, count);
  reserve(hands, count * 2);
  heads.count = 0;
  torsos.count = 0;
  hands.count = 0;
  for (let i = 0; i < players.count; i++) {
    if (players.ids[i] !== own) {
      putAvatar(view, players, i);
      continue;
    }
    const account = players.accounts[i] ?? 0;
    putOwnHand(view, players.feet, i, control, control.left, account);
    putOwnHand(view, players.feet, i, control, control.right, account);
  }
  const ownKey = ghostKeyOf(own);
  for (let i = 0; i < ghosts.count; i++) if (ghosts.ids[i] !== ownKey) putAvatar(view, ghosts, i);
  commit(heads, true);
  commit(torsos, true);
  commit(hands, true);
}

function putAvatar(view: AvatarView, players: PlayerColumns, player: number): void {
  const account = players.accounts[player] ?? 0;
  putPart(view.heads, players.heads, player, account);
  putPart(view.hands, players.lefts, player, account);
  putPart(view.hands, players.rights, player, account);
  putTorso(view, players, player, account);
}

/** `parts` holds 7 numbers a player: position, then rotation. */
function putPart(into: Instances, parts: Float32Array, player: number, account: number): void {
  const at = into.count++;
  writeMatrix(into.matrices, at, parts, player * 7, parts, player * 7 + 3, 1, 1, 1);
  writeSuitColor(account, into.colors, at * 3);
}

/** The torso hangs under the head and stands on the ground under the capsule. */
function putTorso(view: AvatarView, players: PlayerColumns, player: number, account: number): void {
  const { torsos, place, turn } = view;
  const footY = players.feet[player * 3 + 1] ?? 0;
  place[0] = players.heads[player * 7] ?? 0;
  place[1] = footY;
  place[2] = players.heads[player * 7 + 2] ?? 0;
  const neck = (players.heads[player * 7 + 1] ?? 0) - NECK_M - footY;
  const yaw = ((players.yaws[player] ?? 0) / YAW_UNITS_PER_TURN) * Math.PI * 2;
  turnY(yaw, turn);
  const at = torsos.count++;
  writeMatrix(torsos.matrices, at, place, 0, turn, 0, 1, Math.max(TORSO_MIN_M, neck), 1);
  writeSuitColor(account, torsos.colors, at * 3);
}

function putOwnHand(
  view: AvatarView,
  feet: Float32Array,
  player: number,
  control: Control,
  part: Part,
  account: number,
): void {
  const { hands, place, turn } = view;
  partInWorld(part, control.yaw, feet, player * 3, place, turn);
  const at = hands.count++;
  writeMatrix(hands.matrices, at, place, 0, turn, 0, 1, 1, 1);
  writeSuitColor(account, hands.colors, at * 3);
}

/** A part of the player standing at `feet[footAt…]` with `yaw` radians, in the world. */
export function partInWorld(
  part: Part,
  yaw: number,
  feet: ArrayLike<number>,
  footAt: number,
  position: Float32Array,
  rotation: Float32Array,
): void {
  const x = part.position[0] ?? 0;
  const y = part.position[1] ?? 0;
  const z = part.position[2] ?? 0;
  const sin = Math.sin(yaw);
  const cos = Math.cos(yaw);
  position[0] = (feet[footAt] ?? 0) + x * cos + z * sin;
  position[1] = (feet[footAt + 1] ?? 0) + y;
  position[2] = (feet[footAt + 2] ?? 0) - x * sin + z * cos;
  const qx = part.rotation[0] ?? 0;
  const qy = part.rotation[1] ?? 0;
  const qz = part.rotation[2] ?? 0;
  const qw = part.rotation[3] ?? 1;
  const s = Math.sin(yaw / 2);
  const c = Math.cos(yaw / 2);
  rotation[0] = c * qx + s * qz;
  rotation[1] = c * qy + s * qw;
  rotation[2] = c * qz - s * qx;
  rotation[3] = c * qw - s * qy;
}

function turnY(yaw: number, out: Float32Array): void {
  out[0] = 0;
  out[1] = Math.sin(yaw / 2);
  out[2] = 0;
  out[3] = Math.cos(yaw / 2);
}

export function disposeAvatarView(view: AvatarView): void {
  disposeInstances(view.heads);
  disposeInstances(view.torsos);
  disposeInstances(view.hands);
}
