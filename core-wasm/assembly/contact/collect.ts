import { BodyKind, body, Shape } from '../body/body';
import { pair } from '../broadphase/pairs';
import { activeCount, activeSlot } from '../island/active';
import { collide } from '../narrowphase/dispatch';
import { beginManifold } from '../narrowphase/manifold';
import {
  collideTerrain,
  mayTouchTerrain,
  TERRAIN_PARTS_MAX,
  terrainParts,
} from '../narrowphase/terrain';
import { pieceCount, pieceOf } from '../shape/child';
import { clearConstraints } from '../solver/constraint';
import { beginPrepare, prepareConstraint, TERRAIN } from '../solver/prepare';

import { collectPieces } from './collect-pieces';

/**
 * Narrowphase and preparation in one ascending pass over (A, B, part): for each A the terrain, then
 * movers, then statics. So constraints come out in entity order and meet last tick's contacts in
 * step.
 */
export function collectContacts(pairCount: i32): void {
  clearConstraints();
  beginPrepare();
  const count = activeCount();
  let next = 0;
  for (let i = 0; i < count; i++) {
    const slot = activeSlot(i);
    collectTerrain(slot);
    while (next < pairCount && <i32>(pair(next) >>> 16) == slot) {
      const other = <i32>(pair(next) & 0xffff);
      collectPair(slot, other);
      next++;
    }
  }
  assert(next == pairCount);
}

function collectTerrain(slot: i32): void {
  const b = body(slot);
  if (b.kind != BodyKind.DYNAMIC || !mayTouchTerrain(slot)) return;
  const pieces = pieceCount(b);
  for (let i = 0; i < pieces; i++) {
    const piece = pieceOf(b, i, 0);
    const parts = terrainParts(piece);
    for (let part = 0; part < parts; part++) {
      beginManifold(b.linearVelocity);
      collideTerrain(piece, part);
      prepareConstraint(slot, TERRAIN, <u32>(i * TERRAIN_PARTS_MAX + part));
    }
  }
}

function collectPair(slot: i32, other: i32): void {
  const a = body(slot);
  const b = body(other);
  if (a.shape == Shape.COMPOUND || b.shape == Shape.COMPOUND) {
    collectPieces(slot, other);
    return;
  }
  collide(a, b);
  prepareConstraint(slot, other, 0);
}
