/**
 * What an excerpt is, said a second time and slowly: a walk through every section of the snapshot
 * that keeps the records of who is listed. The core's own takes a part at the cost of the part.
 */

const HEADER_AT = 16;
const SECTIONS_AT = HEADER_AT + 64;
const EXCERPT_MAGIC = 0x3230_5450_5245_4358n;
const DEFINITION_BYTES = 400;
const BODY_BYTES = 144;
const PLAYER_BYTES = 256;
const JOINT_BYTES = 160;
const CONTACT_BYTES = 64;
const HULL = 3;
const STATIC = 2;

/** Places of fields, in bytes. */
const BODY = { ID: 96, KIND: 100, SHAPE: 101, DEFINITION: 136 };
const PLAYER = {
  ID: 48,
  LEFT_HAND: 56,
  RIGHT_HAND: 60,
  GROUND: 12,
  LEFT_HELD: 160,
  RIGHT_HELD: 208,
};
const JOINT = { A: 4, B: 8 };
const CONTACT = { A: 0, B: 4 };
const DEFINITION = { ID: 0, KIND: 2, COUNT: 3 };

/** The words of the header that count. */
const COUNTS = { MOVERS: 2, PLAYERS: 3, CONTACTS: 4, HIGH: 5, STATICS: 6, JOINTS: 8, LOOKS: 9 };

interface Sections {
  readonly definitions: DataView[];
  readonly bodies: DataView[];
  readonly players: DataView[];
  readonly joints: DataView[];
  readonly contacts: DataView[];
}

function sectionsOf(state: Uint8Array): Sections {
  const view = new DataView(state.buffer, state.byteOffset, state.length);
  const count = (word: number) => view.getInt32(HEADER_AT + word * 4, true);
  let at = SECTIONS_AT + ((count(COUNTS.HIGH) * 2 + 15) & ~15);
  const section = (records: number, bytes: number): DataView[] =>
    Array.from({ length: records }, () => {
      at += bytes;
      return new DataView(state.buffer, state.byteOffset + at - bytes, bytes);
    });
  return {
    definitions: section(count(COUNTS.LOOKS), DEFINITION_BYTES),
    bodies: section(count(COUNTS.MOVERS) + count(COUNTS.STATICS), BODY_BYTES),
    players: section(count(COUNTS.PLAYERS), PLAYER_BYTES),
    joints: section(count(COUNTS.JOINTS), JOINT_BYTES),
    contacts: section(count(COUNTS.CONTACTS), CONTACT_BYTES),
  };
}

const word = (record: DataView, at: number): number => record.getUint32(at, true);

/** The excerpt of `ids`, null when one is not there or the set is not closed. */
export function excerptByWalk(state: Uint8Array, ids: readonly number[]): Uint8Array | null {
  const all = sectionsOf(state);
  const listed = new Set(ids.map((id) => id >>> 0));
  const kinds = new Map(all.bodies.map((b) => [word(b, BODY.ID), b.getUint8(BODY.KIND)]));
  const isMover = (id: number) => kinds.has(id) && kinds.get(id) !== STATIC;
  const ownerOf = (j: DataView): number => {
    const [a, b] = [word(j, JOINT.A), word(j, JOINT.B)];
    return !isMover(a) && isMover(b) ? b : a;
  };
  const isCut = (a: number, b: number) =>
    isMover(a) && isMover(b) && listed.has(a) !== listed.has(b);
  const cuts = [
    ...all.players.flatMap((p) =>
      [PLAYER.LEFT_HAND, PLAYER.RIGHT_HAND, PLAYER.LEFT_HELD, PLAYER.RIGHT_HELD, PLAYER.GROUND].map(
        (at) => isCut(word(p, PLAYER.ID), word(p, at)),
      ),
    ),
    ...all.joints.map((j) => isCut(word(j, JOINT.A), word(j, JOINT.B))),
    ...all.contacts.map((c) => isCut(word(c, CONTACT.A), word(c, CONTACT.B))),
  ];
  if (cuts.includes(true) || [...listed].some((id) => !kinds.has(id))) return null;
  const bodies = all.bodies.filter((b) => listed.has(word(b, BODY.ID)));
  const isStatic = (b: DataView) => b.getUint8(BODY.KIND) === STATIC;
  const movers = bodies.filter((b) => !isStatic(b));
  const statics = bodies.filter(isStatic);
  const players = all.players.filter((p) => listed.has(word(p, PLAYER.ID)));
  const joints = all.joints.filter((j) => listed.has(ownerOf(j)));
  const contacts = all.contacts.filter((c) => listed.has(word(c, CONTACT.A)));
  const looks = looksOf(all.definitions, bodies);
  const head = headOf(state, {
    [COUNTS.HIGH]: 0,
    [COUNTS.MOVERS]: movers.length,
    [COUNTS.STATICS]: statics.length,
    [COUNTS.PLAYERS]: players.length,
    [COUNTS.JOINTS]: joints.length,
    [COUNTS.CONTACTS]: contacts.length,
    [COUNTS.LOOKS]: looks.length,
  });
  const records = [looks, movers, statics, players, joints, contacts].flat();
  return Buffer.concat([
    head,
    ...records.map((r) => new Uint8Array(r.buffer, r.byteOffset, r.byteLength)),
  ]);
}

function headOf(state: Uint8Array, counts: Readonly<Record<number, number>>): Uint8Array {
  const head = state.slice(0, SECTIONS_AT);
  const view = new DataView(head.buffer);
  view.setBigUint64(0, EXCERPT_MAGIC, true);
  for (const [at, count] of Object.entries(counts)) {
    view.setInt32(HEADER_AT + Number(at) * 4, count, true);
  }
  return head;
}

/** What bodies look like, and the hulls of compounds among it. */
function looksOf(definitions: readonly DataView[], bodies: readonly DataView[]): DataView[] {
  const wanted = new Set(
    bodies
      .filter((b) => b.getUint8(BODY.SHAPE) >= HULL)
      .map((b) => b.getUint16(BODY.DEFINITION, true)),
  );
  for (const d of definitions) {
    if (!wanted.has(d.getUint16(DEFINITION.ID, true))) continue;
    for (const hull of childHullsOf(d)) wanted.add(hull);
  }
  return definitions.filter((d) => wanted.has(d.getUint16(DEFINITION.ID, true)));
}

const HEAD_BYTES = 16;
const CHILD_BYTES = 44;
const CHILD = { SHAPE: 0, DEFINITION: 2 };

function childHullsOf(d: DataView): number[] {
  if (d.getUint8(DEFINITION.KIND) === HULL) return [];
  return Array.from({ length: d.getUint8(DEFINITION.COUNT) }, (_, i) => {
    const at = HEAD_BYTES + i * CHILD_BYTES;
    return d.getUint8(at + CHILD.SHAPE) === HULL ? d.getUint16(at + CHILD.DEFINITION, true) : 0;
  });
}
