import { type Core, emptyBodies } from '../host/core.ts';

/**
 * Every f32 of a snapshot. Records are those of `assembly/body/body.ts`, `player/player.ts`,
 * `joint/joint.ts` and `contact/contact.ts`; a snapshot is 16 bytes of prefix, the header, the
 * generations, the definitions, then they.
 */

const PREFIX_BYTES = 16;
export const HEADER_BYTES = 64;
export const DEFINITION_BYTES = 400;
export const BODY_BYTES = 144;
export const PLAYER_BYTES = 256;
export const JOINT_BYTES = 160;
export const CONTACT_BYTES = 64;

/** Word ranges that hold floats: first, end. */
const BODY_FLOATS = [
  [0, 24],
  [26, 31],
] as const;
const PLAYER_FLOATS = [
  [4, 11],
  [44, 52],
  [56, 64],
] as const;
const JOINT_FLOATS = [
  [4, 27],
  [28, 40],
] as const;
const CONTACT_FLOATS = [[8, 16]] as const;

let room = new Uint8Array(0);
const columns = emptyBodies();

/** Where a number that is not finite stands in the state, or null. */
export function findNotFinite(core: Core): string | null {
  const bytes = core.snapshot(room);
  if (bytes.buffer !== room.buffer) room = new Uint8Array(bytes.length * 2);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const header = PREFIX_BYTES;
  const bodies = view.getUint32(header + 8, true) + view.getUint32(header + 24, true);
  const players = view.getUint32(header + 12, true);
  const joints = view.getUint32(header + 32, true);
  const contacts = view.getUint32(header + 16, true);
  const entityHigh = view.getUint32(header + 20, true);
  const definitions = view.getUint32(header + 36, true);
  let at = header + HEADER_BYTES + ((entityHigh * 2 + 15) & ~15) + definitions * DEFINITION_BYTES;
  const scan = (
    what: string,
    count: number,
    size: number,
    ranges: readonly (readonly [number, number])[],
  ): string | null => {
    for (let i = 0; i < count; i++) {
      for (const [first, end] of ranges) {
        for (let word = first; word < end; word++) {
          const value = view.getFloat32(at + i * size + word * 4, true);
          if (!Number.isFinite(value))
            return `tick ${core.tick}: ${what} ${i} word ${word}: ${value}`;
        }
      }
    }
    at += count * size;
    return null;
  };
  const found =
    scan('body', bodies, BODY_BYTES, BODY_FLOATS) ??
    scan('player', players, PLAYER_BYTES, PLAYER_FLOATS) ??
    scan('joint', joints, JOINT_BYTES, JOINT_FLOATS) ??
    scan('contact', contacts, CONTACT_BYTES, CONTACT_FLOATS);
  if (found) return found;
  if (at !== bytes.length) throw new Error('the layout in this file is not that of the core');
  return notUnit(core);
}

/** A rotation that is no rotation is as bad as a NaN. */
function notUnit(core: Core): string | null {
  core.readBodies(columns);
  for (let i = 0; i < columns.count; i++) {
    const length = Math.hypot(...columns.rotations.subarray(i * 4, i * 4 + 4));
    if (Math.abs(length - 1) > 1e-3) return `tick ${core.tick}: body ${i} rotation of ${length}`;
  }
  return null;
}
