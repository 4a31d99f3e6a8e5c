import { Body, Shape } from '../body/body';
import { BODY_BYTES } from '../layout';
import { mulQuat, normalizeQuat, rotate } from '../math/quat';
import { add3 } from '../math/vec3';
import { childAt } from './compound';
import { shapeOf } from './definition';

/**
 * The convex pieces of a body. A simple shape is its own only piece; a compound's are handed out
 * as bodies in scratch, with everything that geometry looks at: shape, size, definition, pose,
 * velocity and id. Two at a time, one for each side of a pair.
 */

const PIECES: usize = memory.data(2 * BODY_BYTES, 16);

export function pieceCount(b: Body): i32 {
  return b.shape == Shape.COMPOUND ? shapeOf(b.definition).childCount : 1;
}

/** Piece `index` of `b`, good until the next one of the same `side` (0 or 1) is asked for. */
export function pieceOf(b: Body, index: i32, side: i32): Body {
  if (b.shape != Shape.COMPOUND) return b;
  const child = childAt(shapeOf(b.definition), index);
  const piece = changetype<Body>(PIECES + <usize>side * BODY_BYTES);
  piece.id = b.id;
  piece.owner = b.owner;
  piece.kind = b.kind;
  piece.shape = child.shape;
  piece.definition = child.definition;
  piece.size = child.size;
  piece.position = add3(b.position, rotate(b.rotation, child.position));
  piece.linearVelocity = b.linearVelocity;
  piece.rotation = normalizeQuat(mulQuat(b.rotation, child.rotation));
  return piece;
}
