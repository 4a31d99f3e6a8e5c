import { Shape } from '../body/body';
import { DEFINITION_BYTES, FIELDS } from '../layout';
import { COMPOUND_CHILDREN_MAX, HULL_VERTICES_MAX } from '../limits';
import { ChildRecord, childRecord, Definition, define, vertexRecords } from '../shape/definition';
import { isDefinitionSound } from '../shape/definition-check';
import { isOverrun, readF32, readU8, readU16, WireFault } from './reader';
import { writeF32, writeU8, writeU16 } from './writer';

/**
 * Commands that define a look.
 *
 *   DEFINE_HULL      id u16, vertices u8, x y z f32 each
 *   DEFINE_COMPOUND  id u16, children u8, each: shape u8, size 3 f32 or for a hull its id u16,
 *                    offset 3 f32, rotation 4 f32
 */

const MADE: usize = memory.data(DEFINITION_BYTES, 16);

function begin(kind: Shape): Definition {
  memory.fill(MADE, 0, DEFINITION_BYTES);
  const made = changetype<Definition>(MADE);
  made.kind = <u8>kind;
  made.id = <u16>readU16();
  made.count = <u8>readU8();
  return made;
}

function finish(made: Definition, apply: bool): WireFault {
  if (isOverrun()) return WireFault.TRUNCATED;
  if (!isDefinitionSound(made)) return WireFault.OUT_OF_RANGE;
  if (apply) define(made);
  return WireFault.NONE;
}

export function readDefineHull(apply: bool): WireFault {
  const made = begin(Shape.HULL);
  if (<i32>made.count > HULL_VERTICES_MAX) return WireFault.OUT_OF_RANGE;
  for (let i = 0; i < <i32>made.count * 3; i++) {
    store<f32>(vertexRecords(made) + <usize>(i << 2), readF32());
  }
  return finish(made, apply);
}

export function readDefineCompound(apply: bool): WireFault {
  const made = begin(Shape.COMPOUND);
  if (<i32>made.count > COMPOUND_CHILDREN_MAX) return WireFault.OUT_OF_RANGE;
  for (let i = 0; i < <i32>made.count; i++) {
    const fault = readChild(childRecord(made, i));
    if (fault != WireFault.NONE) return fault;
  }
  return finish(made, apply);
}

function readChild(child: ChildRecord): WireFault {
  const shape = <i32>readU8();
  if (shape > Shape.HULL) return WireFault.OUT_OF_RANGE;
  child.shape = <u8>shape;
  if (shape == Shape.HULL) {
    child.definition = <u16>readU16();
  } else {
    child.sizeX = readF32();
    child.sizeY = readF32();
    child.sizeZ = readF32();
  }
  child.offsetX = readF32();
  child.offsetY = readF32();
  child.offsetZ = readF32();
  child.rotationX = readF32();
  child.rotationY = readF32();
  child.rotationZ = readF32();
  child.rotationW = readF32();
  return WireFault.NONE;
}

/** A count beyond the limits goes out without what it counts, and the frame is refused. */
const TOO_MANY: u32 = 255;

// Host side. FIELDS of a hull: id, count, vertices. Of a compound: id, count, and 12 words a child:
// shape, definition, size, offset, rotation.

function word(index: i32): u32 {
  return load<u32>(FIELDS + ((<usize>index) << 2));
}

function writeFloats(first: i32, count: i32): void {
  for (let i = 0; i < count; i++) writeF32(reinterpret<f32>(word(first + i)));
}

export function writeDefineHull(): void {
  const count = min<u32>(word(1), TOO_MANY);
  writeU16(word(0));
  writeU8(count);
  writeFloats(2, min<i32>(count, HULL_VERTICES_MAX) * 3);
}

const CHILD_WORDS: i32 = 12;

export function writeDefineCompound(): void {
  const count = min<u32>(word(1), TOO_MANY);
  writeU16(word(0));
  writeU8(count);
  for (let i = 0; i < min<i32>(count, COMPOUND_CHILDREN_MAX); i++) {
    const first = 2 + i * CHILD_WORDS;
    writeU8(word(first));
    if (word(first) == Shape.HULL) writeU16(word(first + 1));
    else writeFloats(first + 2, 3);
    writeFloats(first + 5, 7);
  }
}
