import { Body, entityIndex } from '../../body/body';
import { SLOT_CAPACITY } from '../../layout';
import { ENTITY_CAPACITY } from '../../limits';
import { Flag, Row } from './context';
import { codeFlag, codeRaw, codeSmall } from './model';

/**
 * The bodies of a chunk in the order in which they are coded: each player with his hands, then what
 * is loose, then what is static, each kind in entity order. Whoever is named later is named by his
 * place in it.
 */

const RECORDS: usize = memory.data(SLOT_CAPACITY * 4, 16);
/** By entity index: the place, of this chunk or an older one. */
const PLACES: usize = memory.data(ENTITY_CAPACITY * 2, 16);

let count: i32 = 0;
/** Of who is not in the roster: who was named last. */
let lastNamed: u32 = 0;

export function beginRoster(): void {
  count = 0;
  lastNamed = 0;
}

export function rosterCount(): i32 {
  return count;
}

/** Adds a body whose id is known. */
export function enrol(record: usize): void {
  assert(count < SLOT_CAPACITY);
  store<u32>(RECORDS + ((<usize>count) << 2), <u32>record);
  const index = entityIndex(changetype<Body>(record).id);
  store<u16>(PLACES + ((<usize>index) << 1), <u16>count);
  count++;
}

export function enrolled(place: i32): usize {
  return <usize>load<u32>(RECORDS + ((<usize>place) << 2));
}

/** Place of an entity, −1 when it is not in the roster. */
export function placeOf(id: u32): i32 {
  const index = entityIndex(id);
  if (index >= ENTITY_CAPACITY) return -1;
  const place = <i32>load<u16>(PLACES + ((<usize>index) << 1));
  return place < count && changetype<Body>(enrolled(place)).id == id ? place : -1;
}

/** An entity, named from the one at `from`. */
export function codeReference(from: i32, id: u32): u32 {
  const place = placeOf(id);
  if (!codeFlag(Flag.IN_ROSTER, place < 0)) {
    const found = from + codeSmall(Row.REFERENCE, place - from);
    return found >= 0 && found < count ? changetype<Body>(enrolled(found)).id : 0;
  }
  if (codeFlag(Flag.SAME_REFERENCE, id != lastNamed)) lastNamed = codeRaw(32, id);
  return lastNamed;
}
