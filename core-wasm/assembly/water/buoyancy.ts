import { Body, BodyKind, body, Role, Shape } from '../body/body';
import { pullOf, setPull } from '../body/pull';
import { boundsMax, boundsMin } from '../broadphase/bounds';
import { isActive } from '../island/active';
import {
  TICK_DT,
  WATER_ANGULAR_DRAG_HZ,
  WATER_DENSITY_KGPM3,
  WATER_LINEAR_DRAG_HZ,
} from '../limits';
import { axisX, axisY, axisZ, rotate, rotateInverse } from '../math/quat';
import {
  add3,
  addScaled3,
  cross3,
  dot3,
  length3,
  mul3,
  scale3,
  sub3,
  vec3,
  w3,
  x3,
  y3,
  z3,
} from '../math/vec3';
import { footing } from '../player/footing';
import { bodySlot } from '../player/parts';
import { pieceCount, pieceOf } from '../shape/child';
import { shapeOf } from '../shape/definition';
import { solvedCount, solvedSlot } from '../solver/solved';
import { depthOf, gravity, hasWater, upward } from '../world/gravity';
import { header } from '../world/header';

/**
 * Gravity for every dynamic body that the tick computes, thrust for the walkers, and Archimedes for
 * the loose: each shape is a few pieces with a volume and a depth, so that a tilted box is righted
 * and a long one floats flat.
 */
export function pullBodies(): void {
  const count = solvedCount();
  const fall = gravity();
  const wet = hasWater();
  const up = upward();
  for (let i = 0; i < count; i++) {
    const slot = solvedSlot(i);
    const b = body(slot);
    if (b.kind != BodyKind.DYNAMIC) continue;
    setPull(slot, scale3(fall, b.gravityScale));
    if (wet && b.role == Role.LOOSE && depthOf(b.position, up) > -reachOf(slot)) float(slot, b, up);
  }
  const players = header().playerCount;
  for (let i = 0; i < players; i++) {
    const slot = bodySlot(i);
    if (isActive(slot)) setPull(slot, add3(pullOf(slot), footing(i).thrust));
  }
}

/** No point of the body is farther from its centre. */
function reachOf(slot: i32): f32 {
  const b = body(slot);
  const far = f32x4.max(sub3(boundsMax(slot), b.position), sub3(b.position, boundsMin(slot)));
  return length3(f32x4.replace_lane(far, 3, 0));
}

// Sums over the pieces of the body that is looked at.
let displaced: f32 = 0;
let torque: v128 = f32x4.splat(0);
let volume: f32 = 0;

function float(slot: i32, b: Body, up: v128): void {
  displaced = 0;
  volume = 0;
  torque = f32x4.splat(0);
  const count = pieceCount(b);
  for (let i = 0; i < count; i++) {
    const piece = pieceOf(b, i, 0);
    if (piece.shape == Shape.BOX) addBox(b, piece, piece.size, boxVolume(piece.size), up);
    else if (piece.shape == Shape.HULL) addHull(b, piece, up);
    else addRound(b, piece, up);
  }
  if (displaced == 0) return;
  const share = displaced / volume;
  const weight = -dot3(gravity(), up) * WATER_DENSITY_KGPM3;
  const local = rotateInverse(b.rotation, scale3(torque, weight * TICK_DT));
  const righted = add3(b.angularVelocity, rotate(b.rotation, mul3(local, b.inverseMass)));
  b.angularVelocity = scale3(righted, 1.0 / (1.0 + TICK_DT * share * WATER_ANGULAR_DRAG_HZ));
  b.linearVelocity = scale3(b.linearVelocity, 1.0 / (1.0 + TICK_DT * share * WATER_LINEAR_DRAG_HZ));
  setPull(slot, addScaled3(pullOf(slot), up, weight * displaced * w3(b.inverseMass)));
}

/**
 * Takes a piece into the sums: `size` m³ at `arm` from the centre, `half` high to both sides. Its
 * depth is that at the tick's end: by the one at its start, light bodies bob higher and higher.
 */
function addPiece(b: Body, arm: v128, size: f32, half: f32, isBall: bool, up: v128): void {
  const t = min<f32>(1.0, max<f32>(0, 0.5 + (0.5 * depthOf(endOf(b, arm), up)) / half));
  // A ball's cap of height 2rt has t²(3 − 2t) of its volume, a prism's slice t.
  const under = size * (isBall ? t * t * (3.0 - 2.0 * t) : t);
  volume += size;
  displaced += under;
  torque = add3(torque, scale3(cross3(arm, up), under));
}

function endOf(b: Body, arm: v128): v128 {
  const speed = add3(b.linearVelocity, cross3(b.angularVelocity, arm));
  return addScaled3(add3(b.position, arm), speed, TICK_DT);
}

function boxVolume(half: v128): f32 {
  return 8.0 * x3(half) * y3(half) * z3(half);
}

/** Eight octants of a box that is `half` large, together `size` m³. */
function addBox(b: Body, piece: Body, half: v128, size: f32, up: v128): void {
  const centre = sub3(piece.position, b.position);
  const x = scale3(axisX(piece.rotation), 0.5 * x3(half));
  const y = scale3(axisY(piece.rotation), 0.5 * y3(half));
  const z = scale3(axisZ(piece.rotation), 0.5 * z3(half));
  const height = Mathf.abs(dot3(x, up)) + Mathf.abs(dot3(y, up)) + Mathf.abs(dot3(z, up));
  for (let i = 0; i < 8; i++) {
    const corner = add3(
      add3(scale3(x, (i & 1) != 0 ? 1.0 : -1.0), scale3(y, (i & 2) != 0 ? 1.0 : -1.0)),
      scale3(z, (i & 4) != 0 ? 1.0 : -1.0),
    );
    addPiece(b, add3(centre, corner), 0.125 * size, height, false, up);
  }
}

/** A hull counts as the box of its inertia, with its own volume. */
function addHull(b: Body, piece: Body, up: v128): void {
  const inertia = shapeOf(piece.definition).inertia;
  const size = w3(inertia);
  // Of a box: Ix = V (hy² + hz²) / 3.
  const sum = x3(inertia) + y3(inertia) + z3(inertia);
  const squares = scale3(sub3(vec3(sum, sum, sum), scale3(inertia, 2.0)), 1.5 / size);
  const half = f32x4.sqrt(f32x4.max(squares, f32x4.splat(0)));
  addBox(b, piece, f32x4.replace_lane(half, 3, 0), size, up);
}

/** A ball at each end of a capsule, and its cylinder as three more that have its volume. */
function addRound(b: Body, piece: Body, up: v128): void {
  const centre = sub3(piece.position, b.position);
  const r = x3(piece.size);
  const ball = <f32>((4.0 / 3.0) * Math.PI) * r * r * r;
  if (piece.shape == Shape.SPHERE) {
    addPiece(b, centre, ball, r, true, up);
    return;
  }
  const half = scale3(axisY(piece.rotation), y3(piece.size));
  addPiece(b, add3(centre, half), 0.5 * ball, r, true, up);
  addPiece(b, sub3(centre, half), 0.5 * ball, r, true, up);
  const third = <f32>((2.0 / 3.0) * Math.PI) * r * r * y3(piece.size);
  // A third of the length, or the radius where the capsule lies.
  const height = max<f32>(r, Mathf.abs(dot3(half, up)) / 3.0);
  for (let i = -1; i <= 1; i++) {
    addPiece(b, addScaled3(centre, half, (<f32>i * 2.0) / 3.0), third, height, true, up);
  }
}
