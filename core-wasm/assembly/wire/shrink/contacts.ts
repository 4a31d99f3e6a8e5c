import { Body, BodyKind, Role, Shape } from '../../body/body';
import { anchorDistance, anchorOf } from '../../contact/anchor';
import { Contact } from '../../contact/contact';
import { MANIFOLD_POINTS_MAX, PLAYER_HALF_HEIGHT_M } from '../../limits';
import { rotate } from '../../math/quat';
import { add3, sub3, vec3, x3, y3, z3 } from '../../math/vec3';
import { FOOT_PART } from '../../player/legs';
import { isDecoding } from '../pack/coder';
import { Flag, Float, Row, Tree } from './context';
import { codeChoice, codeFlag, codeFloat, codeNear, codeSmall, codeWord } from './model';
import { codeReference, enrolled, placeOf } from './roster';

/**
 * What two bodies remember of their contact. Where its points are is said by the corners of the
 * bodies; how hard they press is noise, but for somebody who stands still.
 */

/** Kinds of who has a contact: each has its own statistics. */
const enum Owner {
  PLAYER = 0,
  HAND = 1,
  LOOSE = 2,
  STATIC = 3,
}

export function ownerKindOf(b: Body): u32 {
  if (b.kind == BodyKind.STATIC) return Owner.STATIC;
  if (b.role == Role.LOOSE) return Owner.LOOSE;
  return b.role == Role.PLAYER ? Owner.PLAYER : Owner.HAND;
}

/** Of a tick's fourth, N s: what holds up somebody who stands. */
const STANDING_NS: f32 = 3.27;

/** The contacts of the body at `place` of the roster, `count` of them at `at`. */
export function codeContacts(place: i32, at: usize, count: i32): void {
  const a = changetype<Body>(enrolled(place));
  const kind = ownerKindOf(a);
  let before = changetype<Contact>(0);
  for (let i = 0; i < count; i++) {
    const c = changetype<Contact>(at + <usize>i * offsetof<Contact>());
    codePair(c, a, place, kind, before);
    c.pointCount = codeChoice(Tree.POINTS + kind * 8, 3, c.pointCount);
    codeAnchors(c, a);
    codeImpulses(c, kind);
    before = c;
  }
}

function codePair(c: Contact, a: Body, place: i32, kind: u32, before: Contact): void {
  // Of another generation than the body of that index: the next step drops it.
  c.idA = codeFlag(Flag.STALE, c.idA != a.id) ? codeWord(Row.WORD, a.id, c.idA) : a.id;
  c.idB = codeFlag(Flag.IS_NOT_TERRAIN + kind, c.idB != 0) ? codeReference(place, c.idB) : 0;
  if (codeFlag(Flag.IS_FOOT + u32(kind != Owner.PLAYER), <u32>c.part == FOOT_PART)) {
    c.part = <u16>FOOT_PART;
  } else {
    const isNext = changetype<usize>(before) != 0 && before.idB == c.idB;
    const expected: u32 = isNext ? <u32>before.part + 1 : 0;
    c.part = <u16>codeWord(Row.PART, expected, c.part);
  }
  const isStatic = c.idB != 0 && isThoughtStatic(c.idB);
  const isOdd = codeFlag(Flag.STATIC_ODD, (c.staticB != 0) != isStatic);
  c.staticB = isOdd != isStatic ? 1 : 0;
}

/** Who is not in the roster and touched all the same does not move. */
function isThoughtStatic(id: u32): bool {
  const place = placeOf(id);
  return place < 0 || changetype<Body>(enrolled(place)).kind == BodyKind.STATIC;
}

function codeAnchors(c: Contact, a: Body): void {
  const at = changetype<usize>(c) + offsetof<Contact>('anchor0');
  const count = min<u32>(c.pointCount, MANIFOLD_POINTS_MAX);
  const isFoot = <u32>c.part == FOOT_PART;
  if (!isFoot && count > 0) findCorners(a, c.idB);
  for (let i: u32 = 0; i < <u32>MANIFOLD_POINTS_MAX; i++) {
    const place = at + ((<usize>i) << 2);
    const anchor = load<u32>(place);
    if (i >= count) {
      store<u32>(place, codeUnused(Flag.ANCHOR_UNUSED, anchor));
    } else if (isFoot) {
      store<u32>(place, codeAnchor(Row.FOOT_ANCHOR, footAnchor(), anchor));
    } else {
      store<u32>(place, codeByCorner(anchor));
    }
  }
}

function codeUnused(flag: u32, bits: u32): u32 {
  return codeFlag(flag, bits != 0) ? codeWord(Row.WORD, 0, bits) : 0;
}

function footAnchor(): u32 {
  return anchorOf(vec3(0, -PLAYER_HALF_HEIGHT_M, 0));
}

/** Three coordinates of 11, 11 and 10 bits, each by itself. */
function codeAnchor(row: u32, expected: u32, anchor: u32): u32 {
  const x = codeSmall(row, <i32>((anchor - expected) << 21) >> 21);
  const y = codeSmall(row, <i32>(((anchor >>> 11) - (expected >>> 11)) << 21) >> 21);
  const z = codeSmall(row, <i32>(((anchor >>> 22) - (expected >>> 22)) << 22) >> 22);
  const foundX = (expected + x) & 0x7ff;
  const foundY = ((expected >>> 11) + y) & 0x7ff;
  return foundX | (foundY << 11) | (((expected >>> 22) + z) << 22);
}

/** Anchors of the corners of A, then of B, that contacts may be at. */
const CORNERS: usize = memory.data(16 * 4, 16);
let corners: u32 = 0;

function findCorners(a: Body, idB: u32): void {
  corners = 0;
  addCorners(a, f32x4.splat(0));
  const place = idB == 0 ? -1 : placeOf(idB);
  if (place < 0) return;
  const b = changetype<Body>(enrolled(place));
  addCorners(b, sub3(b.position, a.position));
}

/** Of a box its eight corners; the lowest and highest points of what is round. */
function addCorners(b: Body, offset: v128): void {
  const x = x3(b.size);
  const y = b.shape == Shape.BOX ? y3(b.size) : x;
  const z = b.shape == Shape.BOX ? z3(b.size) : x;
  for (let i = 0; i < 8; i++) {
    const corner = vec3((i & 1) != 0 ? x : -x, (i & 2) != 0 ? y : -y, (i & 4) != 0 ? z : -z);
    const anchor = anchorOf(add3(offset, rotate(b.rotation, corner)));
    store<u32>(CORNERS + ((<usize>corners) << 2), anchor);
    corners++;
  }
}

function cornerAt(index: u32): u32 {
  return load<u32>(CORNERS + ((<usize>index) << 2));
}

/** Farther away than this, squared, a corner says nothing. */
const CORNER_NEAR: i32 = 48;

function codeByCorner(anchor: u32): u32 {
  let nearest: u32 = 0;
  if (!isDecoding()) {
    for (let i: u32 = 1; i < corners; i++) {
      const isNearer =
        anchorDistance(anchor, cornerAt(i)) < anchorDistance(anchor, cornerAt(nearest));
      if (isNearer) nearest = i;
    }
  }
  const isFar = anchorDistance(anchor, cornerAt(nearest)) > CORNER_NEAR;
  if (codeFlag(Flag.ANCHOR_ODD, isFar)) return codeAnchor(Row.FAR_ANCHOR, 0, anchor);
  nearest = codeChoice(Tree.CORNER, 4, nearest);
  return codeAnchor(Row.CORNER_ANCHOR, nearest < corners ? cornerAt(nearest) : 0, anchor);
}

function codeImpulses(c: Contact, kind: u32): void {
  const at = changetype<usize>(c);
  const count = min<u32>(c.pointCount, MANIFOLD_POINTS_MAX);
  const impulse = at + offsetof<Contact>('impulse0');
  for (let i: u32 = 0; i < <u32>MANIFOLD_POINTS_MAX; i++) {
    const place = impulse + ((<usize>i) << 2);
    if (i >= count) store<u32>(place, codeUnused(Flag.IMPULSE_UNUSED, load<u32>(place)));
    else if (<u32>c.part != FOOT_PART) codeFloatAt(Float.IMPULSE + kind, place);
    else store<f32>(place, codeNear(Row.FOOT_IMPULSE, STANDING_NS, load<f32>(place)));
  }
  const friction = at + offsetof<Contact>('frictionX');
  const isFoot = <u32>c.part == FOOT_PART;
  for (let i: usize = 0; i < 12; i += 4) {
    codeFloatAt(isFoot ? Float.FOOT_FRICTION : Float.FRICTION + kind, friction + i);
  }
  codeFloatAt(isFoot ? Float.FOOT_TWIST : Float.TWIST + kind, at + offsetof<Contact>('twist'));
}

function codeFloatAt(row: u32, at: usize): void {
  store<f32>(at, codeFloat(row, load<f32>(at)));
}
