import { Body, entityIndex } from '../body/body';
import { staticsRevision } from '../broadphase/static-grid';
import { header } from '../world/header';
import { buildTree, countIn, Tree, treeBody } from './tree';

/**
 * Which trees stand for which time, and when they are built: only when somebody asks, and once as
 * long as nothing moved.
 */

let areMoversCurrent: bool = false;
let areStaticsBuilt: bool = false;
let builtRevision: u32 = 0;
let hasPastStatics: bool = false;

/** Whoever writes STATE says so; `assembly/index.ts` does it for each of its exports. */
export function forgetMovers(): void {
  areMoversCurrent = false;
}

export function refreshTrees(isPast: bool): void {
  if (!isPast && !areMoversCurrent) {
    buildTree(Tree.MOVERS, header().moverCount);
    areMoversCurrent = true;
  }
  if (isPast && hasPastStatics) return;
  if (areStaticsBuilt && builtRevision == staticsRevision()) return;
  buildTree(Tree.STATICS, header().staticCount);
  areStaticsBuilt = true;
  builtRevision = staticsRevision();
}

/** What of an earlier tick was put into PAST_BODIES; statics of −1 are the present ones. */
export function setPast(movers: i32, statics: i32): void {
  buildTree(Tree.PAST_MOVERS, movers);
  hasPastStatics = statics >= 0;
  if (hasPastStatics) buildTree(Tree.PAST_STATICS, statics);
}

export function moversOf(isPast: bool): Tree {
  return isPast ? Tree.PAST_MOVERS : Tree.MOVERS;
}

export function staticsOf(isPast: bool): Tree {
  return isPast && hasPastStatics ? Tree.PAST_STATICS : Tree.STATICS;
}

/** Number of the body with this id in the tree, or −1; bodies ascend by entity index. */
export function findIn(tree: Tree, id: u32): i32 {
  let low = 0;
  let high = countIn(tree);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (entityIndex(treeBody(tree, middle).id) < entityIndex(id)) low = middle + 1;
    else high = middle;
  }
  if (low == countIn(tree)) return -1;
  const b: Body = treeBody(tree, low);
  return b.id == id ? low : -1;
}
