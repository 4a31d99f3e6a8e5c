// Words of a packed state's header, and bytes of its records; `assembly/layout.ts` has the map.
const PREFIX_BYTES = 16;
const HEADER_BYTES = 64;
const DEFINITION_BYTES = 400;
const BODY_BYTES = 144;
const PLAYER_BYTES = 256;
const JOINT_BYTES = 160;
const CONTACT_BYTES = 64;
const MOVERS = 2;
const PLAYERS = 3;
const CONTACTS = 4;
const ENTITY_HIGH = 5;
const STATICS = 6;
const JOINTS = 8;
const DEFINITIONS = 9;
const COUNT_MAX = 65536;

/** The sections of `Core.snapshot()` and of an excerpt, in their order, magic number first. */
export const SECTION_NAMES = [
  'prefix',
  'header',
  'generations',
  'definitions',
  'movers',
  'statics',
  'players',
  'joints',
  'contacts',
] as const;
export type SectionName = (typeof SECTION_NAMES)[number];

/** Where one section is in the bytes of a state. */
export interface Section {
  readonly name: SectionName;
  readonly at: number;
  readonly end: number;
  readonly recordBytes: number;
}

/** All sections, some empty; null when the bytes do not have the form of a state or an excerpt. */
export function sectionsOf(state: Uint8Array): readonly Section[] | null {
  if (state.length < PREFIX_BYTES + HEADER_BYTES) return null;
  const view = new DataView(state.buffer, state.byteOffset + PREFIX_BYTES, HEADER_BYTES);
  const count = (word: number): number => view.getUint32(word * 4, true);
  const sizes: readonly (readonly [records: number, bytes: number])[] = [
    [1, PREFIX_BYTES],
    [1, HEADER_BYTES],
    // Padded to whole vectors.
    [(count(ENTITY_HIGH) * 2 + 15) >>> 4, 16],
    [count(DEFINITIONS), DEFINITION_BYTES],
    [count(MOVERS), BODY_BYTES],
    [count(STATICS), BODY_BYTES],
    [count(PLAYERS), PLAYER_BYTES],
    [count(JOINTS), JOINT_BYTES],
    [count(CONTACTS), CONTACT_BYTES],
  ];
  const sections: Section[] = [];
  let at = 0;
  for (const [index, name] of SECTION_NAMES.entries()) {
    const [records = 0, recordBytes = 1] = sizes[index] ?? [];
    if (records > COUNT_MAX) return null;
    const end = at + records * recordBytes;
    sections.push({ name, at, end, recordBytes });
    at = end;
  }
  return at === state.length ? sections : null;
}
