import {
  type Field,
  fieldBytes,
  readField,
  STATE_FIELDS,
} from '../../core-wasm/host/state-fields.ts';
import { type Section, type SectionName, sectionsOf } from '../../core-wasm/host/state-sections.ts';

/** One field in which two states differ. */
export interface Difference {
  readonly section: SectionName;
  /** Whose the record is: a body's or player's id, a contact's or joint's A; 0 for nobody. */
  readonly entity: number;
  /** The B of a contact or joint, else 0. */
  readonly other: number;
  /** As `linearVelocity.x`; `record` where only one of both has it. */
  readonly field: string;
  readonly expected: number | bigint | null;
  readonly got: number | bigint | null;
  /** Number of the one bit in which they differ, −1 for none or more than one. */
  readonly bit: number;
}

/** Places of a record in both states, −1 where it is missing. */
interface Pair {
  readonly section: SectionName;
  readonly expectedAt: number;
  readonly gotAt: number;
}

/** Sections whose records have a name of their own; the others are compared place by place. */
const KEY_BYTES: Readonly<Partial<Record<SectionName, readonly [at: number, bytes: number]>>> = {
  movers: [96, 4],
  statics: [96, 4],
  players: [48, 4],
  joints: [0, 12],
  contacts: [0, 12],
};

/**
 * Every field in which `got` is not `expected`, in the order of a state's sections; both states or
 * both excerpts. `only`: entities whose records are looked at, all when left out. Null when one of
 * them does not have the form of a state.
 */
export function differencesOf(
  expected: Uint8Array,
  got: Uint8Array,
  only: ReadonlySet<number> | null = null,
): Difference[] | null {
  const rightSections = sectionsOf(expected);
  const gotSections = sectionsOf(got);
  if (rightSections === null || gotSections === null) return null;
  return rightSections.flatMap((section, index) =>
    pairsOf(expected, section, got, gotSections[index] as Section).flatMap((pair) => {
      const found = fieldsOf(expected, got, pair, section.recordBytes);
      return only === null ? found : found.filter(({ entity }) => only.has(entity));
    }),
  );
}

/** Ids of the movers of a state or an excerpt; empty when it is none. */
export function moversOf(state: Uint8Array): number[] {
  const section = sectionsOf(state)?.find(({ name }) => name === 'movers');
  if (section === undefined) return [];
  return recordsOf(section).map((at) => wordAt(state, at + 96));
}

function recordsOf({ at, end, recordBytes }: Section): number[] {
  return Array.from({ length: (end - at) / recordBytes }, (_, i) => at + i * recordBytes);
}

function wordAt(state: Uint8Array, at: number): number {
  return new DataView(state.buffer, state.byteOffset + at, 4).getUint32(0, true);
}

/**
 * By name; one that is missing and one that is too many are the same record under another name,
 * when there are no more of either: its name is what differs.
 */
function pairsOf(expected: Uint8Array, right: Section, got: Uint8Array, wrong: Section): Pair[] {
  const { name: section } = right;
  const keyBytes = KEY_BYTES[section];
  const key = (state: Uint8Array, at: number, index: number): string => {
    if (keyBytes === undefined) return String(index);
    return state.subarray(at + keyBytes[0], at + keyBytes[0] + keyBytes[1]).join();
  };
  const places = new Map(recordsOf(wrong).map((at, index) => [key(got, at, index), at]));
  const pairs: Pair[] = [];
  const missing: number[] = [];
  for (const [index, expectedAt] of recordsOf(right).entries()) {
    const name = key(expected, expectedAt, index);
    const gotAt = places.get(name);
    if (gotAt === undefined) missing.push(expectedAt);
    else pairs.push({ section, expectedAt, gotAt });
    places.delete(name);
  }
  const extra = [...places.values()];
  const [lost] = missing;
  const [found] = extra;
  if (lost !== undefined && found !== undefined && missing.length + extra.length === 2) {
    return [...pairs, { section, expectedAt: lost, gotAt: found }];
  }
  return [
    ...pairs,
    ...missing.map((expectedAt) => ({ section, expectedAt, gotAt: -1 })),
    ...extra.map((gotAt) => ({ section, expectedAt: -1, gotAt })),
  ];
}

function fieldsOf(
  expected: Uint8Array,
  got: Uint8Array,
  pair: Pair,
  recordBytes: number,
): Difference[] {
  const { section, expectedAt, gotAt } = pair;
  const owner =
    expectedAt >= 0 ? ownerOf(expected, expectedAt, section) : ownerOf(got, gotAt, section);
  if (expectedAt < 0)
    return [{ section, ...owner, field: 'record', expected: null, got: 1, bit: -1 }];
  if (gotAt < 0) return [{ section, ...owner, field: 'record', expected: 1, got: null, bit: -1 }];
  const right = expected.subarray(expectedAt, expectedAt + recordBytes);
  const wrong = got.subarray(gotAt, gotAt + recordBytes);
  if (right.every((byte, i) => byte === wrong[i])) return [];
  return STATE_FIELDS[section].flatMap((field) => {
    const changed = changedBits(right, wrong, field);
    const [bit = -1, ...more] = changed;
    if (changed.length === 0) return [];
    const values = { expected: readField(right, 0, field), got: readField(wrong, 0, field) };
    const bits = { bit: more.length === 0 ? bit : -1 };
    return [{ section, ...owner, field: field.name, ...values, ...bits }];
  });
}

/** Numbers of the bits of a field in which two records differ. */
function changedBits(right: Uint8Array, wrong: Uint8Array, field: Field): number[] {
  const bits: number[] = [];
  for (let byte = 0; byte < fieldBytes(field); byte++) {
    const changed = (right[field.at + byte] as number) ^ (wrong[field.at + byte] as number);
    for (let bit = 0; bit < 8; bit++) if ((changed >> bit) & 1) bits.push(byte * 8 + bit);
  }
  return bits;
}

function ownerOf(state: Uint8Array, at: number, section: SectionName) {
  switch (section) {
    case 'movers':
    case 'statics':
      return { entity: wordAt(state, at + 96), other: 0 };
    case 'players':
      return { entity: wordAt(state, at + 48), other: 0 };
    case 'joints':
      return { entity: wordAt(state, at + 4), other: wordAt(state, at + 8) };
    case 'contacts':
      return { entity: wordAt(state, at), other: wordAt(state, at + 4) };
    default:
      return { entity: 0, other: 0 };
  }
}

/** What the record and field at a byte of a state are; null where there is none. */
export function fieldAt(
  state: Uint8Array,
  byte: number,
): { section: SectionName; entity: number; other: number; field: Field; recordAt: number } | null {
  const section = sectionsOf(state)?.find(({ at, end }) => byte >= at && byte < end);
  if (section === undefined) return null;
  const within = (byte - section.at) % section.recordBytes;
  const field = STATE_FIELDS[section.name].find(
    (one) => within >= one.at && within < one.at + fieldBytes(one),
  );
  if (field === undefined) return null;
  const recordAt = byte - within;
  const owner = ownerOf(state, recordAt, section.name);
  return { section: section.name, ...owner, field, recordAt };
}
