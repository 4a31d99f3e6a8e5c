import { TREE_NODE_BYTES, WALK_STACK } from '../layout';
import { add3, sub3, x3, y3, z3 } from '../math/vec3';
import { countIn, leafIndex, leavesFor, nodesOf, Tree } from './tree';

/**
 * Walks over a tree: begin one, then ask for the next body until −1. Bodies come roughly from near
 * to far; whoever asks must not depend on the order. One walk goes on at a time.
 */

let tree: Tree = Tree.MOVERS;
let nodes: usize = 0;
let leaves: i32 = 0;
let top: i32 = 0;
let low: v128 = f32x4.splat(0);
let high: v128 = f32x4.splat(0);
let origin: v128 = f32x4.splat(0);
let inverse: v128 = f32x4.splat(0);

function begin(which: Tree): void {
  tree = which;
  nodes = nodesOf(which);
  leaves = leavesFor(countIn(which));
  top = 0;
}

function push(node: i32, distance: f32): void {
  store<i32>(WALK_STACK + ((<usize>top) << 3), node);
  store<f32>(WALK_STACK + ((<usize>top) << 3), distance, 4);
  top++;
}

function lowOf(node: i32): v128 {
  return v128.load(nodes + <usize>node * TREE_NODE_BYTES);
}

function highOf(node: i32): v128 {
  return v128.load(nodes + <usize>node * TREE_NODE_BYTES, 16);
}

/** Beyond any distance that is asked for. */
const NEVER: f32 = 1e30;
/** Stands for a direction's component of zero: its inverse is finite, no product is NaN. */
const LEAST_COMPONENT: f32 = 1e-20;

/** A box of `half` extents, moved from `from` along the unit vector `direction`. */
export function beginRay(which: Tree, from: v128, direction: v128, half: v128): void {
  begin(which);
  origin = from;
  const tiny = f32x4.lt(f32x4.abs(direction), f32x4.splat(LEAST_COMPONENT));
  const safe = v128.bitselect(f32x4.splat(LEAST_COMPONENT), direction, tiny);
  inverse = f32x4.div(f32x4.splat(1), safe);
  high = half;
  if (countIn(which) > 0) push(1, enterAt(1));
}

/** Number of the next body that the ray may meet within `limit` metres, or −1. */
export function nextOnRay(limit: f32): i32 {
  while (top > 0) {
    top--;
    const node = load<i32>(WALK_STACK + ((<usize>top) << 3));
    if (load<f32>(WALK_STACK + ((<usize>top) << 3), 4) > limit) continue;
    if (node >= leaves) return leafIndex(tree, node - leaves);
    const left = enterAt(2 * node);
    const right = enterAt(2 * node + 1);
    pushTwo(node, left, right, limit);
  }
  return -1;
}

/** The nearer child ends on top. */
function pushTwo(node: i32, left: f32, right: f32, limit: f32): void {
  if (left <= right) {
    if (right <= limit) push(2 * node + 1, right);
    if (left <= limit) push(2 * node, left);
  } else {
    if (left <= limit) push(2 * node, left);
    if (right <= limit) push(2 * node + 1, right);
  }
}

/** Slabs: the distance at which the moving box meets the node, NEVER when it does not. */
function enterAt(node: i32): f32 {
  const one = f32x4.mul(sub3(sub3(lowOf(node), high), origin), inverse);
  const two = f32x4.mul(sub3(add3(highOf(node), high), origin), inverse);
  const near = f32x4.pmin(one, two);
  const far = f32x4.pmax(one, two);
  const enter = max<f32>(max<f32>(x3(near), y3(near)), max<f32>(z3(near), 0));
  const leave = min<f32>(min<f32>(x3(far), y3(far)), z3(far));
  return enter <= leave ? enter : NEVER;
}

export function beginBox(which: Tree, least: v128, greatest: v128): void {
  begin(which);
  low = least;
  high = greatest;
  if (countIn(which) > 0) push(1, 0);
}

/** Number of the next body whose bounds touch the box, or −1. */
export function nextInBox(): i32 {
  while (top > 0) {
    top--;
    const node = load<i32>(WALK_STACK + ((<usize>top) << 3));
    const apart = v128.or(f32x4.gt(lowOf(node), high), f32x4.gt(low, highOf(node)));
    if ((v128.bitmask<i32>(apart) & 7) != 0) continue;
    if (node >= leaves) return leafIndex(tree, node - leaves);
    push(2 * node + 1, 0);
    push(2 * node, 0);
  }
  return -1;
}

export function beginNear(which: Tree, point: v128): void {
  begin(which);
  origin = point;
  if (countIn(which) > 0) push(1, distanceTo(1));
}

/** Number of the next body whose bounds may come within `limit` metres of the point, or −1. */
export function nextNear(limit: f32): i32 {
  while (top > 0) {
    top--;
    const node = load<i32>(WALK_STACK + ((<usize>top) << 3));
    if (load<f32>(WALK_STACK + ((<usize>top) << 3), 4) > limit) continue;
    if (node >= leaves) return leafIndex(tree, node - leaves);
    pushTwo(node, distanceTo(2 * node), distanceTo(2 * node + 1), limit);
  }
  return -1;
}

function distanceTo(node: i32): f32 {
  const nearest = f32x4.pmin(f32x4.pmax(origin, lowOf(node)), highOf(node));
  const gap = sub3(nearest, origin);
  const squares = f32x4.mul(gap, gap);
  return Mathf.sqrt(x3(squares) + y3(squares) + z3(squares));
}
