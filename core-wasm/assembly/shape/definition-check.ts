import { Shape } from '../body/body';
import { isSize, SIZE_MAX_M } from '../body/size';
import { DEFINITION_BYTES, DEFINITIONS, SHAPE_BYTES } from '../layout';
import { COMPOUND_CHILDREN_MAX, HULL_VERTICES_MAX } from '../limits';
import { isUnitQuat, quat } from '../math/quat';
import { isWithin3, vec3 } from '../math/vec3';
import { header } from '../world/header';
import {
  ChildRecord,
  childRecord,
  DEFINITION_HEAD_BYTES,
  Definition,
  definitionAt,
  placeOf,
  vertexRecords,
} from './definition';
import { buildHull, Hull } from './hull';

/** Whether a definition from outside, by frame or snapshot, is one that can be built. */

const HULL_VERTICES_MIN: i32 = 4;
const TRIAL: usize = memory.data(SHAPE_BYTES, 16);

/** Looks at the record alone; that a compound's hulls exist is for the caller to say. */
export function isDefinitionSound(d: Definition): bool {
  if (d.id == 0 || d.reserved0 != 0 || d.reserved1 != 0) return false;
  if (d.kind == Shape.HULL) return isHullSound(d);
  return d.kind == Shape.COMPOUND && isCompoundSound(d);
}

function isHullSound(d: Definition): bool {
  const count = <i32>d.count;
  if (count < HULL_VERTICES_MIN || count > HULL_VERTICES_MAX) return false;
  const points = vertexRecords(d);
  for (let i = 0; i < count; i++) {
    const at = points + <usize>(i * 12);
    if (!isWithin3(vec3(load<f32>(at), load<f32>(at, 4), load<f32>(at, 8)), SIZE_MAX_M)) {
      return false;
    }
  }
  return isFreeZero(d, count * 12) && buildHull(points, count, changetype<Hull>(TRIAL));
}

function isCompoundSound(d: Definition): bool {
  const count = <i32>d.count;
  if (count < 1 || count > COMPOUND_CHILDREN_MAX) return false;
  for (let i = 0; i < count; i++) {
    if (!isChildSound(childRecord(d, i))) return false;
  }
  return isFreeZero(d, count * <i32>offsetof<ChildRecord>());
}

function isChildSound(child: ChildRecord): bool {
  const size = vec3(child.sizeX, child.sizeY, child.sizeZ);
  if (<i32>child.shape > Shape.HULL || child.reserved != 0) return false;
  if ((child.shape == Shape.HULL) != (child.definition != 0)) return false;
  return (
    isSize(child.shape, size) &&
    isWithin3(vec3(child.offsetX, child.offsetY, child.offsetZ), SIZE_MAX_M) &&
    isUnitQuat(quat(child.rotationX, child.rotationY, child.rotationZ, child.rotationW))
  );
}

/** Everything behind the `used` bytes of vertices or children is zero. */
function isFreeZero(d: Definition, used: i32): bool {
  for (let at = used; at < DEFINITION_BYTES - DEFINITION_HEAD_BYTES; at += 4) {
    if (load<u32>(vertexRecords(d) + <usize>at) != 0) return false;
  }
  return true;
}

/** A snapshot's section: ascending, each sound, each compound's hulls among them. */
export function areDefinitionsSound(start: usize, count: i32): bool {
  const isPresent =
    count == header().definitionCount &&
    memory.compare(start, DEFINITIONS, <usize>count * DEFINITION_BYTES) == 0;
  if (isPresent) return true;
  let before: i32 = 0;
  for (let place = 0; place < count; place++) {
    const d = recordAt(start, place);
    if (<i32>d.id <= before || !(isKnown(d) || isDefinitionSound(d))) return false;
    if (d.kind == Shape.COMPOUND && !areHullsIn(d, start, count)) return false;
    before = d.id;
  }
  return true;
}

export function recordAt(start: usize, place: i32): Definition {
  return changetype<Definition>(start + <usize>place * DEFINITION_BYTES);
}

/** What is defined here with the same bytes was checked then. */
function isKnown(d: Definition): bool {
  const place = placeOf(d.id);
  if (place < 0) return false;
  const present = changetype<usize>(definitionAt(place));
  return memory.compare(present, changetype<usize>(d), DEFINITION_BYTES) == 0;
}

function areHullsIn(d: Definition, start: usize, count: i32): bool {
  for (let i = 0; i < <i32>d.count; i++) {
    const child = childRecord(d, i);
    if (child.shape == Shape.HULL && !isIn(start, count, child.definition, Shape.HULL)) {
      return false;
    }
  }
  return true;
}

/** Whether a section of `count` ascending definitions at `start` has this one. */
export function isIn(start: usize, count: i32, id: i32, kind: i32): bool {
  const place = placeIn(start, count, id);
  return place >= 0 && <i32>recordAt(start, place).kind == kind;
}

/** Place of the definition in a section of `count` ascending ones at `start`, or −1. */
export function placeIn(start: usize, count: i32, id: i32): i32 {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (<i32>recordAt(start, middle).id < id) low = middle + 1;
    else high = middle;
  }
  return low < count && <i32>recordAt(start, low).id == id ? low : -1;
}
