import { BodyKind, body, Shape } from '../body/body';
import { pair } from '../broadphase/pair-list';
import { collide } from '../narrowphase/dispatch';
import { beginManifold } from '../narrowphase/manifold';
import { collideTerrain, mayTouchTerrain, terrainParts } from '../narrowphase/terrain';
import { beginLegs, collectWalkerPair, collectWalkerTerrain, isWalker } from '../player/legs';
import { clearConstraints, constraints } from '../solver/constraint';
import { beginPrepare, prepareConstraint, TERRAIN } from '../solver/prepare';
import { noteEnd, solvedCount, solvedSlot } from '../solver/solved';
import { collectPieces, collectTerrainPieces } from './collect-pieces';
import { senseOverlap } from './sense';

/**
 * Narrowphase and preparation in one ascending pass over (A, B, part): for each A the terrain, then
 * movers, then statics. So constraints come out in entity order and meet last tick's contacts in
 * step.
 */
export function collectContacts(pairCount: i32): void {
  clearConstraints();
  beginPrepare();
  beginLegs();
  const count = solvedCount();
  let next = 0;
  for (let i = 0; i < count; i++) {
    const slot = solvedSlot(i);
    collectTerrain(slot);
    while (next < pairCount && <i32>(pair(next) >>> 16) == slot) {
      const other = <i32>(pair(next) & 0xffff);
      if (body(slot).sensor + body(other).sensor != 0) {
        senseOverlap(slot, other);
      } else if (isWalker(body(slot)) || isWalker(body(other))) {
        collectWalkerPair(slot, other);
      } else if (body(slot).shape == Shape.COMPOUND || body(other).shape == Shape.COMPOUND) {
        collectPieces(slot, other);
      } else {
        collide(body(slot), body(other));
        prepareConstraint(slot, other, 0);
      }
      next++;
    }
    noteEnd(i, constraints());
  }
  assert(next == pairCount);
}

function collectTerrain(slot: i32): void {
  const b = body(slot);
  if (b.kind != BodyKind.DYNAMIC || b.sensor != 0 || !mayTouchTerrain(slot)) return;
  if (isWalker(b)) {
    collectWalkerTerrain(slot);
    return;
  }
  if (b.shape == Shape.COMPOUND) {
    collectTerrainPieces(slot);
    return;
  }
  const parts = terrainParts(b);
  for (let part = 0; part < parts; part++) {
    beginManifold(b.linearVelocity);
    collideTerrain(b, part);
    prepareConstraint(slot, TERRAIN, <u32>part);
  }
}
