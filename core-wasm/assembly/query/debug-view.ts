import { Body, body } from '../body/body';
import { slotOf } from '../body/body-store';
import { boundsMax, boundsMin, computeBounds } from '../broadphase/bounds';
import { anchorDistance, anchorOf } from '../contact/anchor';
import { Contact, contact } from '../contact/contact';
import { STAGING, STAGING_BYTES } from '../layout';
import {
  COMPOUND_CHILDREN_MAX,
  CONTACT_CAPACITY,
  MANIFOLD_POINTS_MAX,
  MOVER_CAPACITY,
} from '../limits';
import { sub3 } from '../math/vec3';
import { collide } from '../narrowphase/dispatch';
import { beginManifold, manifoldNormal, manifoldPoint, pointCount } from '../narrowphase/manifold';
import { collideTerrain, TERRAIN_PARTS_MAX } from '../narrowphase/terrain';
import { pieceCount, pieceOf } from '../shape/child';
import { header } from '../world/header';

/**
 * What a debugger draws, written to STAGING as rows of 32 bytes. Computed from the state alone,
 * so that it is right after a restore too; the scratch of the last tick is not looked at.
 */
const ROW_BYTES: usize = 32;

assert(CONTACT_CAPACITY * MANIFOLD_POINTS_MAX * <i32>ROW_BYTES <= STAGING_BYTES);
assert(MOVER_CAPACITY * <i32>ROW_BYTES <= STAGING_BYTES);

let rows: usize = 0;

function addRow(first: v128, second: v128): void {
  v128.store(STAGING + rows * ROW_BYTES, first);
  v128.store(STAGING + rows * ROW_BYTES, second, 16);
  rows++;
}

/**
 * The points of every contact that carries an impulse, in contact order: position with the
 * separation in lane 3, then the normal from A to B with the last tick's impulse (N·s) in lane 3.
 */
export function exposeContacts(): i32 {
  rows = 0;
  const count = header().contactCount;
  for (let i = 0; i < count; i++) {
    const c = contact(i);
    if (!remake(c)) continue;
    const centre = body(slotOf(c.idA)).position;
    for (let j = 0; j < pointCount(); j++) {
      const impulse = impulseOf(c, anchorOf(sub3(manifoldPoint(j), centre)));
      addRow(manifoldPoint(j), f32x4.replace_lane(manifoldNormal(), 3, impulse));
    }
  }
  return <i32>rows;
}

/**
 * Makes the manifold anew from where the bodies are now. False when one of them, or the piece of
 * it, is not there: a restored contact may name it until the next tick.
 */
function remake(c: Contact): bool {
  const slotA = slotOf(c.idA);
  if (slotA < 0) return false;
  const a = body(slotA);
  const part = <i32>c.part;
  if (c.idB == 0) return remakeTerrain(a, part / TERRAIN_PARTS_MAX, part % TERRAIN_PARTS_MAX);
  const slotB = slotOf(c.idB);
  if (slotB < 0) return false;
  const pieceA = part / COMPOUND_CHILDREN_MAX;
  const pieceB = part % COMPOUND_CHILDREN_MAX;
  if (pieceA >= pieceCount(a) || pieceB >= pieceCount(body(slotB))) return false;
  collide(pieceOf(a, pieceA, 0), pieceOf(body(slotB), pieceB, 1));
  return true;
}

function remakeTerrain(a: Body, piece: i32, part: i32): bool {
  if (piece >= pieceCount(a)) return false;
  beginManifold(a.linearVelocity);
  collideTerrain(pieceOf(a, piece, 0), part);
  return true;
}

/** That of the nearest point of the last tick, by which the solver warm-starts too. */
function impulseOf(c: Contact, anchor: u32): f32 {
  const at = changetype<usize>(c);
  let nearest = i32.MAX_VALUE;
  let impulse: f32 = 0;
  for (let i: u32 = 0; i < c.pointCount; i++) {
    const other = load<u32>(at + (i << 2), offsetof<Contact>('anchor0'));
    const distance = anchorDistance(anchor, other);
    if (distance >= nearest) continue;
    nearest = distance;
    impulse = load<f32>(at + (i << 2), offsetof<Contact>('impulse0'));
  }
  return impulse;
}

/** Least and greatest corner of each mover, in slot order, swept over the coming tick. */
export function exposeBounds(): i32 {
  rows = 0;
  const movers = header().moverCount;
  for (let slot = 0; slot < movers; slot++) {
    computeBounds(slot);
    addRow(boundsMin(slot), boundsMax(slot));
  }
  return movers;
}
