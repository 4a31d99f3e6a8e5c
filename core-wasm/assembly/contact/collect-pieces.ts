import { Body, body } from '../body/body';
import { COMPOUND_CHILDREN_MAX } from '../limits';
import { add3, sub3 } from '../math/vec3';
import { collide } from '../narrowphase/dispatch';
import { beginManifold, nearMargin } from '../narrowphase/manifold';
import { collideTerrain, TERRAIN_PARTS_MAX, terrainParts } from '../narrowphase/terrain';
import { pieceCount, pieceOf } from '../shape/child';
import { extentHigh, extentLow, measureExtent } from '../shape/extent';
import { prepareConstraint, TERRAIN } from '../solver/prepare';

/**
 * Compounds: each piece of A against each of B whose bounds are near, a manifold each. The part of
 * the contact is the number of A's piece times 8 plus that of B's; with the terrain, that of the
 * piece times 4 plus the piece's own part.
 */

/** Bounds of B's pieces: least and greatest corner. */
const BOUNDS: usize = memory.data(COMPOUND_CHILDREN_MAX * 32, 16);

export function collectPieces(slotA: i32, slotB: i32): void {
  const a = body(slotA);
  const b = body(slotB);
  beginManifold(sub3(b.linearVelocity, a.linearVelocity));
  const margin = f32x4.splat(nearMargin());
  const countB = pieceCount(b);
  for (let j = 0; j < countB; j++) {
    measureExtent(pieceOf(b, j, 1));
    v128.store(BOUNDS + ((<usize>j) << 5), sub3(extentLow(), margin));
    v128.store(BOUNDS + ((<usize>j) << 5), add3(extentHigh(), margin), 16);
  }
  const countA = pieceCount(a);
  for (let i = 0; i < countA; i++) {
    const one: Body = pieceOf(a, i, 0);
    measureExtent(one);
    const low = extentLow();
    const high = extentHigh();
    for (let j = 0; j < countB; j++) {
      if (isApart(j, low, high)) continue;
      collide(one, pieceOf(b, j, 1));
      prepareConstraint(slotA, slotB, <u32>(i * COMPOUND_CHILDREN_MAX + j));
    }
  }
}

export function collectTerrainPieces(slot: i32): void {
  const b = body(slot);
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

function isApart(j: i32, low: v128, high: v128): bool {
  const lowB = v128.load(BOUNDS + ((<usize>j) << 5));
  const highB = v128.load(BOUNDS + ((<usize>j) << 5), 16);
  const apart = v128.or(f32x4.gt(low, highB), f32x4.gt(lowB, high));
  return (v128.bitmask<i32>(apart) & 7) != 0;
}
