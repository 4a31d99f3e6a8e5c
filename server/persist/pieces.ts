import { type Core, emptyBodies, growBodies } from '../../core-wasm/host/core.ts';
import type { BodyColumns } from '../../core-wasm/host/types.ts';
import type { PieceChanges, PlacedPiece } from '../ports.ts';

/** What tells how a world's statics stand. */
export type Statics = Pick<Core, 'staticsRevision' | 'readStatics'>;

const INDEX_MASK = 0xffff;

/**
 * Follows what stands, beginning with what the store has. Each call tells what changed since the
 * one before; null when nothing did, which costs a comparison of two numbers. The first compares
 * with the store, so a picture that a cut of the journal left behind is put right by itself.
 */
export function trackPieces(
  core: Statics,
  stored: readonly PlacedPiece[],
): () => PieceChanges | null {
  let told = columnsOf(stored);
  let now = emptyBodies();
  let revision: number | null = null;
  return () => {
    if (core.staticsRevision === revision) return null;
    revision = core.staticsRevision;
    core.readStatics(now);
    const changes = compare(told, now);
    [told, now] = [now, told];
    return changes.placed.length + changes.removed.length > 0 ? changes : null;
  };
}

/** Both are in the order of their entities' indices. */
function compare(before: BodyColumns, after: BodyColumns): PieceChanges {
  const placed: PlacedPiece[] = [];
  const removed: number[] = [];
  let old = 0;
  for (let i = 0; i < after.count; i++) {
    const id = after.ids[i] as number;
    for (; old < before.count && indexAt(before, old) < (id & INDEX_MASK); old++) {
      removed.push(before.ids[old] as number);
    }
    if (old < before.count && indexAt(before, old) === (id & INDEX_MASK)) {
      if (before.ids[old] !== id) removed.push(before.ids[old] as number);
      if (!isSame(before, old, after, i)) placed.push(pieceAt(after, i));
      old++;
    } else placed.push(pieceAt(after, i));
  }
  for (; old < before.count; old++) removed.push(before.ids[old] as number);
  return { placed, removed };
}

function indexAt(columns: BodyColumns, i: number): number {
  return (columns.ids[i] as number) & INDEX_MASK;
}

function isSame(a: BodyColumns, i: number, b: BodyColumns, j: number): boolean {
  return (
    a.ids[i] === b.ids[j] &&
    a.shapes[i] === b.shapes[j] &&
    a.definitions[i] === b.definitions[j] &&
    areSame(a.positions, b.positions, i, j, 3) &&
    areSame(a.sizes, b.sizes, i, j, 3) &&
    areSame(a.rotations, b.rotations, i, j, 4)
  );
}

function areSame(a: Float32Array, b: Float32Array, i: number, j: number, lanes: number): boolean {
  for (let lane = 0; lane < lanes; lane++) {
    if (a[i * lanes + lane] !== b[j * lanes + lane]) return false;
  }
  return true;
}

function pieceAt(columns: BodyColumns, i: number): PlacedPiece {
  const lane = (of: Float32Array, index: number): number => of[index] as number;
  const { sizes, positions, rotations } = columns;
  return {
    entity: columns.ids[i] as number,
    shape: columns.shapes[i] as number,
    definition: columns.definitions[i] as number,
    size: [lane(sizes, i * 3), lane(sizes, i * 3 + 1), lane(sizes, i * 3 + 2)],
    position: [lane(positions, i * 3), lane(positions, i * 3 + 1), lane(positions, i * 3 + 2)],
    rotation: [
      lane(rotations, i * 4),
      lane(rotations, i * 4 + 1),
      lane(rotations, i * 4 + 2),
      lane(rotations, i * 4 + 3),
    ],
  };
}

function columnsOf(pieces: readonly PlacedPiece[]): BodyColumns {
  const columns = emptyBodies();
  growBodies(columns, pieces.length);
  columns.count = pieces.length;
  const inOrder = [...pieces].sort((a, b) => (a.entity & INDEX_MASK) - (b.entity & INDEX_MASK));
  for (const [i, piece] of inOrder.entries()) {
    columns.ids[i] = piece.entity;
    columns.shapes[i] = piece.shape;
    columns.definitions[i] = piece.definition;
    columns.sizes.set(piece.size, i * 3);
    columns.positions.set(piece.position, i * 3);
    columns.rotations.set(piece.rotation, i * 4);
  }
  return columns;
}
