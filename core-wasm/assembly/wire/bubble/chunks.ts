import { body, entityIndex, Role } from '../../body/body';
import { slotOf } from '../../body/body-store';
import { entryCount, entryNow, idBefore, idNow } from '../../interest/entries';
import { CHUNK_OF, CHUNKS, HISTORIES, HISTORIES_BEFORE, HISTORY_OWNERS } from '../../layout';
import { HISTORY_BYTES } from '../pack/history';
import { PACKED_BYTES_MAX, packEntry } from '../pack/pack';
import { inputAddress, inputEntryLength, inputsOfFrame } from '../passages';

/**
 * Each player's entry of the frame, packed once: the chunk that is copied to all who simulate him.
 * Who begins to needs the player's history as it was before the chunk.
 */

assert(HISTORY_BYTES == 128 && PACKED_BYTES_MAX < 56);

/**
 * By entry: where its chunk is and how long, or `SILENT` for a player who has none in this frame,
 * or 0 for whoever is no player.
 */
const LENGTH_BITS: u32 = 6;
const LENGTH_MASK: u32 = (1 << LENGTH_BITS) - 1;
const SILENT: u32 = 0x80000000;

/** After the frame's entries were built and before anybody is told. */
export function packChunks(): void {
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
    setChunk(entry, (at << LENGTH_BITS) | <u32>length);
    at += <u32>length;
  }
}

function notePlayers(): void {
  for (let entry = 0; entry < entryCount(); entry++) {
    const id = idNow(entry);
    const isPlayer = id != 0 && body(slotOf(id)).role == Role.PLAYER;
    if (isPlayer && idBefore(entry) != id) forgetHistory(id);
    setChunk(entry, isPlayer ? SILENT : 0);
  }
}

function chunkOf(entry: i32): u32 {
  return load<u32>(CHUNK_OF + ((<usize>entry) << 2));
}

function setChunk(entry: i32, chunk: u32): void {
  store<u32>(CHUNK_OF + ((<usize>entry) << 2), chunk);
}

/** Whether that is a player who is there after the frame. */
export function isPlayerEntry(entry: i32): bool {
  return chunkOf(entry) != 0;
}

export function hasChunk(entry: i32): bool {
  return (chunkOf(entry) & LENGTH_MASK) != 0;
}

/** Of who only comes nothing is known, whatever another world knew of his index. */
function forgetHistory(id: u32): void {
  store<u32>(HISTORY_OWNERS + ((<usize>entityIndex(id)) << 2), 0);
}

/** Nothing is known of who has the index only now. */
export function historyOf(id: u32): usize {
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
  return hasChunk(entry) ? history + (HISTORIES_BEFORE - HISTORIES) : history;
}

let silent: u32 = 0;

/** Whether a player among those whom `copyChunks` copied last had no chunk. */
export function wasSparse(): bool {
  return silent != 0;
}

/**
 * Copies the chunks of the `count` entries at `entries`, two bytes each, to `to`; their end. Most
 * entries are hands and bodies, without one: copying nothing costs less than asking.
 */
export function copyChunks(entries: usize, count: i32, to: usize): usize {
  let at = to;
  silent = 0;
  for (let i = 0; i < count; i++) {
    const chunk = chunkOf(<i32>load<u16>(entries + ((<usize>i) << 1)));
    const from = CHUNKS + <usize>((chunk & ~SILENT) >>> LENGTH_BITS);
    const length = <usize>(chunk & LENGTH_MASK);
    silent |= chunk & SILENT;
    v128.store(at, v128.load(from));
    if (length > 16) memory.copy(at + 16, from + 16, length - 16);
    at += length;
  }
  return at;
}
