import { INBOX, LETTER, MESSAGES, MESSAGES_BYTES, TRACE } from '../../layout';
import { beginTracing, traceCount } from './coder';
import { CONTEXTS, GAIN_CELLS } from './context';
import { beginRun, packFrame, unpackedFrameLength, unpackFrame } from './frame-pack';
import { HISTORY_BYTES } from './history';
import { PACKED_BYTES_MAX, packEntry, unpackEntry, unpackedLength } from './pack';
import { GAINS, PROBABILITIES } from './prior';

/** The packing's part of the ABI: a history in the inbox, behind it an entry or a chunk. */

export const historyBytes: i32 = HISTORY_BYTES;
export const packedBytesMax: i32 = PACKED_BYTES_MAX;

/** Length of the chunk in the letter, or a `WireFault` below zero; the history is led on. */
export function entryPack(length: i32): i32 {
  return packEntry(INBOX, INBOX + HISTORY_BYTES, length, LETTER);
}

/** Length of the chunk whose entry is in the letter, or a `WireFault` below zero. */
export function entryUnpack(available: i32): i32 {
  return unpackEntry(INBOX, INBOX + HISTORY_BYTES, available, LETTER);
}

/** Length of the entry that `entryUnpack` wrote last. */
export function entryUnpackedLength(): i32 {
  return unpackedLength();
}

// Whole frames: the frame in FRAME, what is packed in the room of messages.

export const packedFramesAddress: usize = MESSAGES;
export const packedFramesBytes: i32 = MESSAGES_BYTES;

export function runBegin(): void {
  beginRun();
}

/** Length of the packed form of the frame in FRAME, or a `WireFault` below zero. */
export function framePack(length: i32): i32 {
  return packFrame(length);
}

/** Bytes read of the packed frame at `offset`, or a `WireFault` below zero; it is in FRAME. */
export function frameUnpack(offset: i32, length: i32): i32 {
  return unpackFrame(offset, length);
}

/** Length of the frame that `frameUnpack` wrote last. */
export function frameUnpackedLength(): i32 {
  return unpackedFrameLength();
}

// For the training of the prior: its tables, and which of them the last packed entry asked for.

export const probabilitiesAddress: usize = PROBABILITIES;
export const probabilityCount: i32 = CONTEXTS;
export const gainsAddress: usize = GAINS;
export const gainCount: i32 = 2 * GAIN_CELLS;
export const traceAddress: usize = TRACE;

export function traceBegin(): void {
  beginTracing();
}

export function entryPackTrace(): i32 {
  return traceCount();
}
