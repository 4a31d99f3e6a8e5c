import { Body, entityIndex } from '../body/body';
import { halfExtents } from '../broadphase/bounds';
import { LISTED, LISTED_BITS, LISTED_IDS } from '../layout';
import { ENTITY_CAPACITY, LISTED_CAPACITY } from '../limits';
import { add3, sub3, x3, y3, z3 } from '../math/vec3';
import { pieceCount, pieceOf } from '../shape/child';
import { terrainHeight } from '../terrain/heightfield';
import { movingShape } from './cast';
import { firstCell, isCellWithin, lastCell, loadCellTriangle } from './cell-triangles';
import { loadConvex } from './convex';
import { isWanted } from './filter';
import { measureGap, operandA, operandB } from './gjk';
import { Answer, AnswerStatus, Query } from './record';
import { Tree, treeBody } from './tree';
import { beginBox, nextInBox } from './walk';

/** All bodies that touch a shape, in entity order, and whether the terrain does. */

let listed: i32 = 0;
/** Words of LISTED_BITS that may hold a bit; all others are zero. */
let firstWord: i32 = 0;
let lastWord: i32 = -1;

/** Before the first overlap of a call: its list is empty. */
export function clearListed(): void {
  listed = 0;
}

export function beginOverlap(): void {
  firstWord = ENTITY_CAPACITY >> 6;
  lastWord = -1;
}

export function overlapTree(q: Query, tree: Tree): void {
  const shape = movingShape();
  const half = halfExtents(shape);
  beginBox(tree, sub3(shape.position, half), add3(shape.position, half));
  for (;;) {
    const index = nextInBox();
    if (index < 0) return;
    const b = treeBody(tree, index);
    if (!isWanted(q, b)) continue;
    if (touchesBody(shape, b)) mark(b.id);
  }
}

function touchesBody(shape: Body, b: Body): bool {
  const pieces = pieceCount(b);
  for (let i = 0; i < pieces; i++) {
    loadConvex(operandA(), shape, b.position);
    loadConvex(operandB(), pieceOf(b, i, 0), b.position);
    if (measureGap() <= 0) return true;
  }
  return false;
}

function mark(id: u32): void {
  const index = entityIndex(id);
  const word = index >> 6;
  const address = LISTED_BITS + ((<usize>word) << 3);
  store<u64>(address, load<u64>(address) | ((<u64>1) << (index & 63)));
  store<u32>(LISTED_IDS + ((<usize>index) << 2), id);
  firstWord = min<i32>(firstWord, word);
  lastWord = max<i32>(lastWord, word);
}

/** Lists what was marked, as far as there is room for it, and clears the marks. */
export function writeOverlap(a: Answer): void {
  a.first = <u32>listed;
  for (let word = firstWord; word <= lastWord; word++) {
    const address = LISTED_BITS + ((<usize>word) << 3);
    let bits = load<u64>(address);
    store<u64>(address, 0);
    while (bits != 0) {
      const index = (word << 6) + <i32>ctz<u64>(bits);
      bits &= bits - 1;
      a.total++;
      if (listed == LISTED_CAPACITY) continue;
      store<u32>(LISTED + ((<usize>listed) << 2), load<u32>(LISTED_IDS + ((<usize>index) << 2)));
      listed++;
    }
  }
  a.listed = <u32>listed - a.first;
  if (a.total > 0 || a.terrain != 0) a.status = AnswerStatus.HIT;
}

/** Ground is solid: a shape whose centre lies below it touches it. */
export function touchesTerrain(): bool {
  const shape = movingShape();
  const centre = shape.position;
  if (y3(centre) < terrainHeight(x3(centre), z3(centre))) return true;
  const half = halfExtents(shape);
  const low = sub3(centre, half);
  const high = add3(centre, half);
  const lastColumn = lastCell(x3(high));
  const lastRow = lastCell(z3(high));
  for (let row = firstCell(z3(low)); row <= lastRow; row++) {
    for (let column = firstCell(x3(low)); column <= lastColumn; column++) {
      if (!isCellWithin(column, row, y3(low), y3(high))) continue;
      for (let which = 0; which < 2; which++) {
        loadConvex(operandA(), shape, centre);
        loadCellTriangle(operandB(), column, row, which, centre);
        if (measureGap() <= 0) return true;
      }
    }
  }
  return false;
}
