import { Body } from '../body/body';
import {
  BODIES,
  BODY_BYTES,
  FIRST_STATIC,
  PAST_BODIES,
  SLOT_CAPACITY,
  TREE_KEYS,
  TREE_NODE_BYTES,
  TREE_NODES,
  TREE_SLOTS,
} from '../layout';
import { MOVER_CAPACITY } from '../limits';
import { add3, sub3, x3, y3, z3 } from '../math/vec3';
import { extentHigh, extentLow, measureExtent } from '../shape/extent';
import { sortKeys } from './sort-keys';

/**
 * Trees of boxes that queries walk: a complete binary tree over the bodies in Morton order
 * (Lauterbach et al., "Fast BVH Construction on GPUs", 2009), as an array whose node i has the
 * children 2i and 2i + 1. Built from the bodies alone, so it has no history. The grids of the
 * broadphase were rejected: rays and nearest bodies have no length that one cell size suits, and
 * the moving grid dies with the tick.
 */

/** The four sets of bodies that a query can look at. */
export const enum Tree {
  MOVERS = 0,
  STATICS = 1,
  PAST_MOVERS = 2,
  PAST_STATICS = 3,
}

/** Covers rounding in the extents and along rays. */
const MARGIN_M: f32 = 0.002;
/** Where leaves lie that no body has: out of every query's reach. */
const NOWHERE_M: f32 = 1e9;

let moverCount: i32 = 0;
let staticCount: i32 = 0;
let pastMoverCount: i32 = 0;
let pastStaticCount: i32 = 0;

export function countIn(tree: Tree): i32 {
  if (tree == Tree.MOVERS) return moverCount;
  if (tree == Tree.STATICS) return staticCount;
  return tree == Tree.PAST_MOVERS ? pastMoverCount : pastStaticCount;
}

function setCount(tree: Tree, count: i32): void {
  if (tree == Tree.MOVERS) moverCount = count;
  else if (tree == Tree.STATICS) staticCount = count;
  else if (tree == Tree.PAST_MOVERS) pastMoverCount = count;
  else pastStaticCount = count;
}

/** Place of the tree's first body among all of both times. */
function firstOf(tree: Tree): i32 {
  const statics = (tree & 1) != 0 ? FIRST_STATIC : 0;
  return tree >= Tree.PAST_MOVERS ? SLOT_CAPACITY + statics : statics;
}

/** The tree's body number `index`, in entity order. */
export function treeBody(tree: Tree, index: i32): Body {
  const bodies = tree >= Tree.PAST_MOVERS ? PAST_BODIES : BODIES;
  const slot = (tree & 1) != 0 ? FIRST_STATIC + index : index;
  return changetype<Body>(bodies + <usize>slot * BODY_BYTES);
}

/** Leaves of the complete tree: the least power of two that is not below `count`. */
export function leavesFor(count: i32): i32 {
  return count <= 1 ? 1 : 1 << (32 - clz<i32>(count - 1));
}

export function nodesOf(tree: Tree): usize {
  return TREE_NODES + <usize>(firstOf(tree) * 2) * TREE_NODE_BYTES;
}

function slotAddress(tree: Tree, leaf: i32): usize {
  return TREE_SLOTS + ((<usize>(firstOf(tree) + leaf)) << 1);
}

/** The body's number at a leaf. */
export function leafIndex(tree: Tree, leaf: i32): i32 {
  return <i32>load<u16>(slotAddress(tree, leaf));
}

/** Builds the tree anew over the first `count` bodies of its set. */
export function buildTree(tree: Tree, count: i32): void {
  setCount(tree, count);
  writeKeys(tree, count);
  sortKeys(count);
  const leaves = leavesFor(count);
  const nodes = nodesOf(tree);
  for (let leaf = 0; leaf < leaves; leaf++) {
    const node = nodes + <usize>(leaves + leaf) * TREE_NODE_BYTES;
    if (leaf >= count) {
      v128.store(node, f32x4.splat(NOWHERE_M));
      v128.store(node, f32x4.splat(NOWHERE_M), 16);
      continue;
    }
    const index = load<u16>(TREE_KEYS + ((<usize>leaf) << 3));
    store<u16>(slotAddress(tree, leaf), index);
    const b = treeBody(tree, <i32>index);
    measureExtent(b);
    v128.store(node, sub3(extentLow(), f32x4.splat(MARGIN_M)));
    v128.store(node, add3(extentHigh(), f32x4.splat(MARGIN_M)), 16);
  }
  joinNodes(nodes, leaves, count);
}

/** From the leaves up; what has no body under it does not widen its parent. */
function joinNodes(nodes: usize, leaves: i32, count: i32): void {
  let width = 1;
  for (let first = leaves >> 1; first > 0; first >>= 1) {
    width <<= 1;
    for (let i = 0; i < first; i++) {
      const node = nodes + <usize>(first + i) * TREE_NODE_BYTES;
      const left = nodes + <usize>(2 * (first + i)) * TREE_NODE_BYTES;
      let low = v128.load(left);
      let high = v128.load(left, 16);
      if (i * width + (width >> 1) < count) {
        low = f32x4.pmin(low, v128.load(left, TREE_NODE_BYTES));
        high = f32x4.pmax(high, v128.load(left, TREE_NODE_BYTES + 16));
      }
      v128.store(node, low);
      v128.store(node, high, 16);
    }
  }
}

/** Morton code << 16 | index. Cells are cubes: worlds are flat, flat cells would be wide. */
function writeKeys(tree: Tree, count: i32): void {
  let low = f32x4.splat(Infinity);
  let high = f32x4.splat(-Infinity);
  for (let i = 0; i < count; i++) {
    const centre = treeBody(tree, i).position;
    low = f32x4.pmin(low, centre);
    high = f32x4.pmax(high, centre);
  }
  const size = sub3(high, low);
  const greatest = max<f32>(max<f32>(x3(size), y3(size)), max<f32>(z3(size), 1e-3));
  const scale = f32x4.splat(1023.0 / greatest);
  for (let i = 0; i < count; i++) {
    const cell = f32x4.mul(sub3(treeBody(tree, i).position, low), scale);
    const code =
      spread(<u32>x3(cell)) | (spread(<u32>y3(cell)) << 1) | (spread(<u32>z3(cell)) << 2);
    store<u64>(TREE_KEYS + ((<usize>i) << 3), ((<u64>code) << 16) | <u64>i);
  }
}

/** Ten bits, each moved to every third place. */
function spread(value: u32): u32 {
  let v = value & 1023;
  v = (v | (v << 16)) & 0x030000ff;
  v = (v | (v << 8)) & 0x0300f00f;
  v = (v | (v << 4)) & 0x030c30c3;
  return (v | (v << 2)) & 0x09249249;
}

assert(MOVER_CAPACITY <= 0x10000);
