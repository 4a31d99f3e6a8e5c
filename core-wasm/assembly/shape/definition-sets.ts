import { Shape } from '../body/body';
import { DEFINITION_BYTES, DEFINITIONS, STAGING_BYTES } from '../layout';
import { DEFINITION_CAPACITY } from '../limits';
import { header } from '../world/header';
import { childRecord, Definition } from './definition';
import { placeIn, recordAt } from './definition-check';

/**
 * Definitions that go out of a world with some of its bodies, and into another: only those that
 * the bodies look like, so that an excerpt's bytes do not tell what else its world had defined.
 */

/** One byte a place: 1 where the definition goes along. */
const WANTED: usize = memory.data(DEFINITION_CAPACITY, 16);

assert(2 * DEFINITION_CAPACITY * DEFINITION_BYTES < STAGING_BYTES / 2);

export function clearWanted(): void {
  memory.fill(WANTED, 0, DEFINITION_CAPACITY);
}

/** Notes a definition of the section at `start`, and the hulls of a compound. */
export function wantDefinition(start: usize, count: i32, id: i32): void {
  const place = placeIn(start, count, id);
  store<u8>(WANTED + <usize>place, 1);
  const d = recordAt(start, place);
  if (d.kind != Shape.COMPOUND) return;
  for (let i = 0; i < <i32>d.count; i++) {
    const child = childRecord(d, i);
    if (child.shape == Shape.HULL) {
      store<u8>(WANTED + <usize>placeIn(start, count, child.definition), 1);
    }
  }
}

export function isWanted(place: i32): bool {
  return load<u8>(WANTED + <usize>place) != 0;
}

/** Copies what is wanted of the section at `start`; returns how many that are. */
export function copyWanted(start: usize, count: i32, to: usize): i32 {
  let copied = 0;
  for (let place = 0; place < count; place++) {
    if (!isWanted(place)) continue;
    copyRecord(recordAt(to, copied), recordAt(start, place));
    copied++;
  }
  return copied;
}

/** The world's definitions and those given, in order, at `to`; −1 where one id has two looks. */
export function uniteDefinitions(given: usize, count: i32, to: usize): i32 {
  const own = header().definitionCount;
  let united = 0;
  let i = 0;
  let j = 0;
  while (i < own || j < count) {
    const here = i < own ? <i32>recordAt(DEFINITIONS, i).id : i32.MAX_VALUE;
    const there = j < count ? <i32>recordAt(given, j).id : i32.MAX_VALUE;
    if (here == there && !isSame(recordAt(DEFINITIONS, i), recordAt(given, j))) return -1;
    copyRecord(recordAt(to, united), here <= there ? recordAt(DEFINITIONS, i) : recordAt(given, j));
    united++;
    if (here <= there) i++;
    if (there <= here) j++;
  }
  return united;
}

function copyRecord(to: Definition, from: Definition): void {
  memory.copy(changetype<usize>(to), changetype<usize>(from), DEFINITION_BYTES);
}

function isSame(a: Definition, b: Definition): bool {
  return memory.compare(changetype<usize>(a), changetype<usize>(b), DEFINITION_BYTES) == 0;
}
