import { body, entityIndex, Role } from '../../body/body';
import { slotOf } from '../../body/body-store';
import { bitBytes, entryCount, entryNow, idNow } from '../../interest/entries';
import {
  CHUNK_BITS,
  CHUNK_OF,
  CHUNKS,
  HISTORIES,
  HISTORIES_BEFORE,
  HISTORY_OWNERS,
  PLAYER_BITS,
} from '../../layout';
import { inputAddress, inputEntryLength, inputsOfFrame } from '../filter';
import { HISTORY_BYTES } from '../pack/history';
import { PACKED_BYTES_MAX, packEntry } from '../pack/pack';

/**
 * Each player's entry of the frame, packed once: the chunk that is copied to all who simulate him.
 * Who begins to needs the player's history as it was before the chunk.
 */

assert(HISTORY_BYTES == 128 && PACKED_BYTES_MAX < 56);

const LENGTH_BITS: u32 = 6;
const LENGTH_MASK: u32 = (1 << LENGTH_BITS) - 1;

/** After the frame's entries were built and before anybody is told. */
export function packChunks(): void {
  memory.fill(CHUNK_BITS, 0, bitBytes());
  notePlayers();
  let at: u32 = 0;
  for (let i = 0; i < inputsOfFrame(); i++) {
    const start = inputAddress(i);
    const entry = entryNow(load<u32>(start));
    if (entry < 0) continue;
    const history = historyOf(load<u32>(start));
    memory.copy(history + (HISTORIES_BEFORE - HISTORIES), history, HISTORY_BYTES);
    const length = packEntry(history, start + 4, inputEntryLength(i), CHUNKS + <usize>at);
    assert(length > 0);
    store<u32>(CHUNK_OF + ((<usize>entry) << 2), (at << LENGTH_BITS) | <u32>length);
    addBit(CHUNK_BITS, entry);
    at += <u32>length;
  }
}

function notePlayers(): void {
  memory.fill(PLAYER_BITS, 0, bitBytes());
  for (let entry = 0; entry < entryCount(); entry++) {
    const id = idNow(entry);
    if (id != 0 && body(slotOf(id)).role == Role.PLAYER) addBit(PLAYER_BITS, entry);
  }
}

function addBit(bits: usize, entry: i32): void {
  const at = bits + <usize>(entry >>> 3);
  const bit: u32 = 1 << (entry & 7);
  store<u8>(at, load<u8>(at) | <u8>bit);
}

/** Nothing is known of who has the index only now. */
function historyOf(id: u32): usize {
  const index = <usize>entityIndex(id);
  const history = HISTORIES + index * HISTORY_BYTES;
  if (load<u32>(HISTORY_OWNERS + (index << 2)) == id) return history;
  store<u32>(HISTORY_OWNERS + (index << 2), id);
  memory.fill(history, 0, HISTORY_BYTES);
  return history;
}

/** What is known of the player of an entry before this frame's chunk, if it has one. */
export function historyBefore(entry: i32, id: u32): usize {
  const history = historyOf(id);
  const bits = <i32>load<u8>(CHUNK_BITS + <usize>(entry >>> 3));
  const isPacked = ((bits >>> (entry & 7)) & 1) != 0;
  return isPacked ? history + (HISTORIES_BEFORE - HISTORIES) : history;
}

/** Copies the chunk of an entry to `to`, where 64 bytes may be written; its end. */
export function copyChunk(entry: i32, to: usize): usize {
  const chunk = load<u32>(CHUNK_OF + ((<usize>entry) << 2));
  const from = CHUNKS + <usize>(chunk >>> LENGTH_BITS);
  const length = <usize>(chunk & LENGTH_MASK);
  // Most are shorter than a vector, and a call that copies costs more than the vector.
  v128.store(to, v128.load(from));
  if (length > 16) memory.copy(to + 16, from + 16, length - 16);
  return to + length;
}
