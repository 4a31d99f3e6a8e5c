import { type MapSchema, registerType, Schema, schema, t, type } from '@colyseus/schema';
import { AVATAR_BYTES } from '../avatar.ts';

export const ROOM = 'arena';
/** Type of the message with an input. */
export const INPUT = 0;

/** A field of raw bytes: a sixth less than words of 32 bits, and half of the time to encode. */
const PACKED = 'packed-avatar';

registerType(PACKED, {
  encode(bytes, value, it) {
    bytes.set(value, it.offset);
    it.offset += AVATAR_BYTES;
  },
  decode(bytes, it) {
    const end = it.offset + AVATAR_BYTES;
    const value = bytes.slice(it.offset, end);
    it.offset = end;
    return value;
  },
});

export class Avatar extends Schema {
  /** Replaced as a whole: only that is noticed. */
  declare packed: Uint8Array;
}
type(PACKED)(Avatar.prototype, 'packed');

export interface ArenaState {
  readonly avatars: MapSchema<Avatar>;
}

/** A client gets of the avatars only those in its view. */
export const Arena = schema({ avatars: t.map(Avatar).view() }, 'Arena') as new () => Schema &
  ArenaState;
