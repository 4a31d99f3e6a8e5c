import { Shape } from '../body/body';
import { invalidateStaticGrid } from '../broadphase/static-grid';
import { DEFINITION_BYTES, DEFINITION_PLACES, DEFINITIONS, SHAPE_BYTES, SHAPES } from '../layout';
import { DEFINITION_CAPACITY } from '../limits';
import { raiseFault, StepFault } from '../world/fault';
import { header } from '../world/header';
import { buildCompound } from './compound';
import { buildHull, Hull } from './hull';

/**
 * What hulls and compounds look like, once for all bodies of that look: dense in STATE in ascending
 * id, 400 bytes each, as the command brought them. Definitions do not change and do not leave. What
 * follows from them (faces, edges, mass) stands in SHAPES in the same order and is no state.
 */
@unmanaged
@final
export class Definition {
  id: u16;
  /** `Shape.HULL` or `Shape.COMPOUND`. */
  kind: u8;
  /** Vertices or children. */
  count: u8;
  reserved0: u32;
  reserved1: u64;
}

/** Vertices (three f32 each) or children (`ChildRecord`) begin so far into the record. */
export const DEFINITION_HEAD_BYTES: i32 = 16;

assert(offsetof<Definition>() == DEFINITION_HEAD_BYTES);

/** One shape of a compound: pose of its own axes in those of the compound. 44 bytes. */
@unmanaged
@final
export class ChildRecord {
  shape: u8;
  reserved: u8;
  /** The hull that it is, else 0. */
  definition: u16;
  sizeX: f32;
  sizeY: f32;
  sizeZ: f32;
  offsetX: f32;
  offsetY: f32;
  offsetZ: f32;
  rotationX: f32;
  rotationY: f32;
  rotationZ: f32;
  rotationW: f32;
}

export function definitionAt(place: i32): Definition {
  return changetype<Definition>(DEFINITIONS + <usize>place * DEFINITION_BYTES);
}

/** Address of a hull's vertices. */
export function vertexRecords(d: Definition): usize {
  return changetype<usize>(d) + DEFINITION_HEAD_BYTES;
}

export function childRecord(d: Definition, index: i32): ChildRecord {
  return changetype<ChildRecord>(vertexRecords(d) + <usize>index * offsetof<ChildRecord>());
}

/** Place of the definition in both arrays, −1 when there is none. */
export function placeOf(id: i32): i32 {
  return <i32>load<i16>(DEFINITION_PLACES + ((<usize>id) << 1));
}

/** What follows from a definition that exists. */
export function shapeOf(id: i32): Hull {
  return shapeAt(placeOf(id));
}

export function shapeAt(place: i32): Hull {
  return changetype<Hull>(SHAPES + <usize>place * SHAPE_BYTES);
}

/** True when there is such a hull or compound. */
export function isDefined(id: i32, kind: i32): bool {
  const place = placeOf(id);
  return place >= 0 && <i32>definitionAt(place).kind == kind;
}

/** Takes over a checked definition; the same again changes nothing, another look is skipped. */
export function define(made: Definition): void {
  const h = header();
  const place = lowerBound(made.id);
  if (place < h.definitionCount && definitionAt(place).id == made.id) {
    const same = memory.compare(addressOf(place), changetype<usize>(made), DEFINITION_BYTES) == 0;
    if (!same) raiseFault(StepFault.COMMAND_SKIPPED);
    return;
  }
  if (!hasHulls(made)) {
    raiseFault(StepFault.COMMAND_SKIPPED);
    return;
  }
  if (h.definitionCount == DEFINITION_CAPACITY) {
    raiseFault(StepFault.DEFINITIONS_FULL);
    return;
  }
  const behind = <usize>(h.definitionCount - place);
  const shape = changetype<usize>(shapeAt(place));
  memory.copy(addressOf(place + 1), addressOf(place), behind * DEFINITION_BYTES);
  memory.copy(shape + SHAPE_BYTES, shape, behind * SHAPE_BYTES);
  memory.copy(addressOf(place), changetype<usize>(made), DEFINITION_BYTES);
  h.definitionCount++;
  indexDefinitions();
  build(place);
}

function addressOf(place: i32): usize {
  return changetype<usize>(definitionAt(place));
}

/** First place whose id is not below `id`. */
function lowerBound(id: u16): i32 {
  let low = 0;
  let high = header().definitionCount;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (definitionAt(middle).id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

function hasHulls(made: Definition): bool {
  if (made.kind != Shape.COMPOUND) return true;
  for (let i = 0; i < <i32>made.count; i++) {
    const child = childRecord(made, i);
    if (child.shape == Shape.HULL && !isDefined(child.definition, Shape.HULL)) return false;
  }
  return true;
}

function indexDefinitions(): void {
  memory.fill(DEFINITION_PLACES, 0xff, 65536 * 2);
  const count = header().definitionCount;
  for (let place = 0; place < count; place++) {
    store<i16>(DEFINITION_PLACES + ((<usize>definitionAt(place).id) << 1), <i16>place);
  }
}

/** Checked definitions always build: the check is the same function. */
function build(place: i32): void {
  const d = definitionAt(place);
  if (d.kind == Shape.COMPOUND) {
    buildCompound(d, shapeAt(place));
    return;
  }
  const isBuilt = buildHull(vertexRecords(d), d.count, shapeAt(place));
  assert(isBuilt);
}

/** No definitions. The section must be zeroed by the caller. */
export function resetDefinitions(): void {
  memory.fill(DEFINITION_PLACES, 0xff, 65536 * 2);
}

/**
 * Takes `count` checked records over from a snapshot; the header still has the old count. Those at
 * the head that stay as they are keep what follows from them: a rollback costs a comparison.
 */
export function takeDefinitions(from: usize, count: i32): void {
  const h = header();
  const old = h.definitionCount;
  let kept = 0;
  while (kept < min<i32>(old, count) && isSame(kept, from)) kept++;
  if (kept == old && kept == count) return;
  invalidateStaticGrid();
  if (count < old) {
    memory.fill(addressOf(count), 0, <usize>(old - count) * DEFINITION_BYTES);
  }
  memory.copy(addressOf(0), from, <usize>count * DEFINITION_BYTES);
  h.definitionCount = count;
  indexDefinitions();
  for (let place = kept; place < count; place++) {
    if (definitionAt(place).kind == Shape.HULL) build(place);
  }
  for (let place = 0; place < count; place++) {
    if (definitionAt(place).kind == Shape.COMPOUND) build(place);
  }
}

function isSame(place: i32, from: usize): bool {
  const other = from + <usize>place * DEFINITION_BYTES;
  return memory.compare(addressOf(place), other, DEFINITION_BYTES) == 0;
}
