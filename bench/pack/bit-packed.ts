/**
 * The yardstick: bit-packed deltas, as replication libraries make them. Each group of three values
 * has four bits for the width of its differences from the frame before, then these; a smallest
 * three whose left-out component changed goes whole. Two bits say what there is of intents and
 * pose. Rounded up to bytes, like a chunk.
 */

const INTENT_BYTES = 7;
const POSE_BYTES = 30;

interface Fields {
  readonly intents: ReadonlyArray<readonly number[]>;
  readonly parts: ReadonlyArray<{ readonly place: number[]; readonly turn: number[] }>;
}

function fieldsOf(entry: Uint8Array): Fields {
  const view = new DataView(entry.buffer, entry.byteOffset, entry.byteLength);
  const flags = view.getUint8(0);
  const count = 1 + (flags & 1) + ((flags >> 1) & 1);
  const intents = Array.from({ length: count }, (_, i) => {
    const at = 1 + i * INTENT_BYTES;
    return [
      view.getInt8(at),
      view.getInt8(at + 1),
      view.getUint16(at + 2, true),
      view.getInt16(at + 4, true),
      view.getUint8(at + 6),
    ];
  });
  if ((flags & 4) === 0) return { intents, parts: [] };
  const parts = Array.from({ length: 3 }, (_, i) => {
    const at = entry.length - POSE_BYTES + i * 10;
    const rotation = view.getUint32(at + 6, true);
    return {
      place: [0, 2, 4].map((offset) => view.getInt16(at + offset, true)),
      turn: [30, 20, 10, 0].map((shift) => (rotation >>> shift) & 1023),
    };
  });
  return { intents, parts };
}

function bitsOf(differences: readonly number[]): number {
  const most = Math.max(...differences.map((d) => Math.abs(d)));
  const width = most === 0 ? 0 : 33 - Math.clz32(most);
  return 4 + differences.length * width;
}

function differences(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => value - (b[i] as number));
}

/** Bytes of each entry of one player, the first one whole. */
export function bitPackedBytes(entries: readonly Uint8Array[]): number[] {
  let intent: readonly number[] = [0, 0, 0, 0, 0];
  let parts: Fields['parts'] = [];
  return entries.map((entry) => {
    const fields = fieldsOf(entry);
    let bits = 3;
    for (const now of fields.intents) {
      bits += 2 + (now[4] === intent[4] ? 0 : 8);
      const groups: Array<[number, number]> = [
        [0, 2],
        [2, 3],
        [3, 4],
      ];
      for (const [from, to] of groups) {
        const moved = differences(now.slice(from, to), intent.slice(from, to));
        bits += moved.every((d) => d === 0) ? 1 : 1 + bitsOf(moved);
      }
      intent = now;
    }
    for (const [i, { place, turn }] of fields.parts.entries()) {
      const before = parts[i];
      if (before === undefined) bits += 80;
      else {
        bits += bitsOf(differences(place, before.place));
        const same = turn[0] === before.turn[0];
        bits += 1 + (same ? bitsOf(differences(turn.slice(1), before.turn.slice(1))) : 32);
      }
    }
    if (fields.parts.length > 0) parts = fields.parts;
    return Math.ceil(bits / 8);
  });
}
