import { Shape } from '../body/body';
import { FIELDS } from '../layout';
import { at3, w3, x3, y3, z3 } from '../math/vec3';
import { childAt } from '../shape/compound';
import { isDefined, placeOf, shapeOf } from '../shape/definition';
import { faceStart, loopVertex, vertexOf } from '../shape/hull';

function expose(word: usize, value: f32): void {
  store<f32>(FIELDS + (word << 2), value);
}

/** FIELDS out: centre (3 f32), rotation (4), volume, inertia (3). */
export function exposeDefinition(id: i32): bool {
  if (id < 0 || id > 0xffff || placeOf(id) < 0) return false;
  const shape = shapeOf(id);
  expose(0, x3(shape.centre));
  expose(1, y3(shape.centre));
  expose(2, z3(shape.centre));
  expose(3, x3(shape.rotation));
  expose(4, y3(shape.rotation));
  expose(5, z3(shape.rotation));
  expose(6, w3(shape.rotation));
  expose(7, w3(shape.inertia));
  expose(8, x3(shape.inertia));
  expose(9, y3(shape.inertia));
  expose(10, z3(shape.inertia));
  return true;
}

/**
 * FIELDS out: corners u32, three f32 each, then bytes: for each face the number of its corners and
 * their indices, closed by a zero. At most 97 words and 241 bytes.
 */
export function exposeHull(id: i32): i32 {
  if (id < 0 || id > 0xffff || !isDefined(id, Shape.HULL)) return 0;
  const h = shapeOf(id);
  store<u32>(FIELDS, h.vertexCount);
  for (let i = 0; i < h.vertexCount; i++) {
    const v = vertexOf(h, i);
    const word = <usize>(1 + i * 3);
    expose(word, x3(v));
    expose(word + 1, y3(v));
    expose(word + 2, z3(v));
  }
  let at = FIELDS + ((<usize>(1 + h.vertexCount * 3)) << 2);
  for (let face = 0; face < h.faceCount; face++) {
    const end = faceStart(h, face + 1);
    store<u8>(at, <u8>(end - faceStart(h, face)));
    at++;
    for (let corner = faceStart(h, face); corner < end; corner++) {
      store<u8>(at, <u8>loopVertex(h, corner));
      at++;
    }
  }
  store<u8>(at, 0);
  return <i32>((at + 4 - FIELDS) >>> 2);
}

const PIECE_WORDS: usize = 12;

/**
 * FIELDS out, for each piece of a compound in body axes: shape and definition (u32), size (3 f32),
 * position (3), rotation (4). Returns how many there are, 0 when there is no such compound.
 */
export function exposePieces(id: i32): i32 {
  if (id < 0 || id > 0xffff || !isDefined(id, Shape.COMPOUND)) return 0;
  const compound = shapeOf(id);
  for (let i = 0; i < compound.childCount; i++) {
    const child = childAt(compound, i);
    const word = <usize>i * PIECE_WORDS;
    store<u32>(FIELDS + (word << 2), child.shape);
    store<u32>(FIELDS + (word << 2), child.definition, 4);
    for (let axis = 0; axis < 3; axis++) {
      expose(word + 2 + axis, at3(child.size, axis));
      expose(word + 5 + axis, at3(child.position, axis));
      expose(word + 8 + axis, at3(child.rotation, axis));
    }
    expose(word + 11, w3(child.rotation));
  }
  return compound.childCount;
}
