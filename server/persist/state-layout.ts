import { createHash } from 'node:crypto';
import {
  type Field,
  fieldBytes,
  readField,
  STATE_FIELDS,
} from '../../core-wasm/host/state-fields.ts';
import { SECTION_NAMES, type SectionName } from '../../core-wasm/host/state-sections.ts';

/** How a core lays a state out: what `Core.snapshot()` of that core means, byte for byte. */
export interface StateLayout {
  /** The first 8 bytes of every state, little endian. */
  readonly magic: bigint;
  readonly sections: readonly SectionLayout[];
}

export interface SectionLayout {
  readonly name: SectionName;
  readonly recordBytes: number;
  readonly fields: readonly Field[];
}

/** `SNAPSHOT_MAGIC` of `assembly/world/snapshot.ts`. */
const MAGIC = 0x3530_4554_4154_5353n;

/** The layout of the core that this source tree builds. */
export const STATE_LAYOUT: StateLayout = {
  magic: MAGIC,
  sections: SECTION_NAMES.map((name) => sectionLayout(name, STATE_FIELDS[name])),
};

/** Fields as they are, in a record that ends with the last of them. */
export function sectionLayout(name: SectionName, fields: readonly Field[]): SectionLayout {
  const last = fields.at(-1);
  if (last === undefined) throw new Error(`section ${name} has no fields`);
  return { name, recordBytes: last.at + fieldBytes(last), fields };
}

/** SHA-256 over a layout, hex: equal where states mean the same, whatever core made them. */
export function layoutHash({ magic, sections }: StateLayout): string {
  const rows = sections.map(({ name, recordBytes, fields }) => [
    name,
    recordBytes,
    fields.map((field) => [field.name, field.type, field.at]),
  ]);
  return createHash('sha256')
    .update(JSON.stringify([magic.toString(16), rows]))
    .digest('hex');
}

/** The schema hash of this tree's core: stands in each of its checkpoints. */
export const STATE_SCHEMA_HASH: string = layoutHash(STATE_LAYOUT);

/** Field of the header that counts a section's records, where it is not one record. */
const COUNTED_BY: Partial<Readonly<Record<SectionName, string>>> = {
  generations: 'entityHigh',
  definitions: 'definitionCount',
  movers: 'moverCount',
  statics: 'staticCount',
  players: 'playerCount',
  joints: 'jointCount',
  contacts: 'contactCount',
};
/** Generations of eight entities are one record. */
const ENTITIES_PER_GENERATION_RECORD = 8;

interface Place {
  readonly at: number;
  readonly records: number;
}

/** Where each section lies; null when the bytes are no state of this layout. */
function placesOf(layout: StateLayout, state: Uint8Array): ReadonlyMap<SectionName, Place> | null {
  const places = new Map<SectionName, Place>();
  const header = layout.sections.find(({ name }) => name === 'header');
  let at = 0;
  for (const { name, recordBytes } of layout.sections) {
    const counter = header?.fields.find((field) => field.name === COUNTED_BY[name]);
    const count =
      counter === undefined
        ? Number(COUNTED_BY[name] === undefined)
        : Number(readField(state, places.get('header')?.at ?? 0, counter));
    const records =
      name === 'generations' ? Math.ceil(count / ENTITIES_PER_GENERATION_RECORD) : count;
    places.set(name, { at, records });
    at += records * recordBytes;
    if (at > state.length) return null;
  }
  return at === state.length ? places : null;
}

/** The value of a field that the older layout does not have, by section. Zero when undefined. */
export type FieldDefaults = Partial<
  Readonly<Record<SectionName, Readonly<Record<string, number | bigint>>>>
>;

/**
 * The same world in another layout: fields of one name keep their value, fields that `from` does
 * not have get their default, fields that `to` does not have are gone. Null when the bytes are no
 * state of `from`. What needs more than that is written by hand, as a migration of its own.
 */
export function convertState(
  state: Uint8Array,
  from: StateLayout,
  to: StateLayout,
  defaults: FieldDefaults,
): Uint8Array | null {
  if (state.length < 8) return null;
  const old = new DataView(state.buffer, state.byteOffset, state.byteLength);
  if (old.getBigUint64(0, true) !== from.magic) return null;
  const places = placesOf(from, state);
  if (places === null) return null;
  const sizes = to.sections.map((each) => (places.get(each.name)?.records ?? 0) * each.recordBytes);
  const made = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let start = 0;
  for (const [index, section] of to.sections.entries()) {
    const place = places.get(section.name) ?? { at: 0, records: 0 };
    const before = from.sections.find(({ name }) => name === section.name);
    const source = { state, ...place, stride: before?.recordBytes ?? 0 };
    const target = { state: made, at: start, records: place.records, stride: section.recordBytes };
    for (const field of section.fields) {
      const twin = before?.fields.find(
        ({ name, type }) => name === field.name && type === field.type,
      );
      if (twin !== undefined) copyField(source, twin, target, field);
      else fillField(target, field, defaults[section.name]?.[field.name] ?? 0);
    }
    start += sizes[index] as number;
  }
  new DataView(made.buffer).setBigUint64(0, to.magic, true);
  return made;
}

interface Records extends Place {
  readonly state: Uint8Array;
  readonly stride: number;
}

function copyField(source: Records, from: Field, target: Records, to: Field): void {
  const bytes = fieldBytes(from);
  for (let record = 0; record < target.records; record++) {
    const at = source.at + record * source.stride + from.at;
    target.state.set(
      source.state.subarray(at, at + bytes),
      target.at + record * target.stride + to.at,
    );
  }
}

function fillField(target: Records, field: Field, value: number | bigint): void {
  for (let record = 0; record < target.records; record++) {
    writeField(target.state, target.at + record * target.stride + field.at, field, value);
  }
}

function writeField(state: Uint8Array, at: number, { type }: Field, value: number | bigint): void {
  const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
  if (type === 'u64') view.setBigUint64(at, BigInt(value), true);
  else if (type === 'f32') view.setFloat32(at, Number(value), true);
  // The bits of a number are the same, whether it is read signed or not.
  else if (type === 'u32' || type === 'i32') view.setUint32(at, Number(value) >>> 0, true);
  else if (type === 'u16' || type === 'i16') view.setUint16(at, Number(value) & 0xffff, true);
  else view.setUint8(at, Number(value) & 0xff);
}
