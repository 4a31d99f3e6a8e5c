import type { Codec } from '../../core-wasm/host/core.ts';
import { packedSize, packFrames, unpackFrames } from './chain.ts';

/**
 * How the frames of a group stand in its payload. The chain covers the payload, and with it the
 * form, so a form that was changed is found like every other bit.
 *
 *   plain    each frame behind its length u32
 *   packed   PACKED u32 │ core u64 │ begins a run u8 │ packed frames …
 *
 * No frame is as long as the number that stands for packed, so groups of before are read as ever.
 * How a core packs is its own affair: only it can unpack, as only it can step what it stepped.
 */

const PACKED = 0xff000001;
const HEAD_BYTES = 13;
/**
 * Frames after which packing begins anew: five seconds. Each beginning costs a player some 50
 * bytes; whoever wants a group must read what comes before it in its run.
 */
export const RUN_FRAMES = 100;
/** What the frames of one group take unpacked at most, so that no payload can fill the memory. */
export const UNPACKED_BYTES_MAX = 8 * 1024 * 1024;

/** Packs frames in runs; must be an instance that writes no bubbles. */
export type FramePacker = Pick<Codec, 'module' | 'runBegin' | 'packFrame'>;
export type FrameUnpacker = Pick<Codec, 'module' | 'runBegin' | 'unpackFrames'>;

/** A group that is being made. */
export class GroupWriter {
  /** Frames in it. */
  count = 0;
  /** Bytes of its payload. */
  bytes = 0;

  private readonly packer: FramePacker | null;
  private pieces: Uint8Array[] = [];
  private frameBytes = 0;
  private pieceBytes = 0;
  private runFrames = 0;
  private inRun = false;

  /** Without a packer frames are stored plain. */
  constructor(packer: FramePacker | null) {
    this.packer = packer;
  }

  /** Whether `frame` should go into this group, of about `bytesMax`; the first one always does. */
  fits(frame: Uint8Array, bytesMax: number): boolean {
    // Until it is packed a frame's size is not known, but it will be much like the last one's.
    const size = this.packer === null ? packedSize(frame.length) : this.pieceBytes;
    if (this.count === 0) return true;
    return this.bytes + size <= bytesMax && this.frameBytes + frame.length <= UNPACKED_BYTES_MAX;
  }

  /** Throws when the core takes the frame for malformed: it made it. */
  add(frame: Uint8Array): void {
    if (this.packer === null) {
      this.pieces.push(frame);
      this.bytes += packedSize(frame.length);
    } else {
      if (this.count === 0) this.open(this.packer);
      const piece = this.packer.packFrame(frame);
      if (piece === null) throw new Error('the core refused to pack its own frame');
      this.pieces.push(piece);
      this.pieceBytes = piece.length;
      this.bytes += piece.length;
      this.runFrames++;
    }
    this.count++;
    this.frameBytes += frame.length;
  }

  /** The payload; what is added next is of another group. */
  take(): Uint8Array {
    const payload =
      this.packer === null ? packFrames(this.pieces) : new Uint8Array(Buffer.concat(this.pieces));
    this.pieces = [];
    this.count = 0;
    this.bytes = 0;
    this.frameBytes = 0;
    return payload;
  }

  /** The next group can be read without those before it. */
  endRun(): void {
    this.inRun = false;
  }

  private open(packer: FramePacker): void {
    const begins = !this.inRun || this.runFrames >= RUN_FRAMES;
    if (begins) {
      packer.runBegin();
      this.runFrames = 0;
      this.inRun = true;
    }
    const head = new Uint8Array(HEAD_BYTES);
    const view = new DataView(head.buffer);
    view.setUint32(0, PACKED, true);
    view.setBigUint64(4, packer.module.hash64, true);
    head[12] = begins ? 1 : 0;
    this.pieces.push(head);
    this.bytes += HEAD_BYTES;
  }
}

export type GroupRead =
  | { readonly kind: 'frames'; readonly frames: readonly Uint8Array[] }
  /** The bytes are not what they should be, or go on with a run that was not read. */
  | { readonly kind: 'torn' }
  /** Only `packedBy` can read it. */
  | { readonly kind: 'other-core' };

/** Reads groups in order. Never throws, whatever the bytes. */
export class GroupReader {
  private readonly unpacker: FrameUnpacker;
  private inRun = false;

  /** `unpacker` must not pack or unpack anything else between two groups. */
  constructor(unpacker: FrameUnpacker) {
    this.unpacker = unpacker;
  }

  /** The next group's frames. A first group that does not begin a run is torn. */
  read(payload: Uint8Array): GroupRead {
    const head = packedHead(payload);
    if (head === null) {
      const unpacked = unpackFrames(payload);
      return unpacked.kind === 'frames' ? unpacked : { kind: 'torn' };
    }
    if (head.coreHash64 !== this.unpacker.module.hash64) {
      return { kind: 'other-core' };
    }
    if (head.begins) this.unpacker.runBegin();
    else if (!this.inRun) return { kind: 'torn' };
    const packed = payload.subarray(HEAD_BYTES);
    const frames = this.unpacker.unpackFrames(packed, UNPACKED_BYTES_MAX);
    this.inRun = frames !== null;
    return frames === null ? { kind: 'torn' } : { kind: 'frames', frames };
  }
}

/** Whether a payload can be read without those before it. */
export function beginsRun(payload: Uint8Array): boolean {
  return packedHead(payload)?.begins ?? true;
}

/** How the hash of the core that packed a payload begins, hex; null for a plain one. */
export function packedBy(payload: Uint8Array): string | null {
  if (packedHead(payload) === null) return null;
  return Buffer.from(payload.subarray(4, 12)).toString('hex');
}

interface PackedHead {
  readonly coreHash64: bigint;
  readonly begins: boolean;
}

/** Null for a plain payload. */
function packedHead(payload: Uint8Array): PackedHead | null {
  if (payload.length < HEAD_BYTES) return null;
  const view = new DataView(payload.buffer, payload.byteOffset, HEAD_BYTES);
  if (view.getUint32(0, true) !== PACKED) return null;
  return { coreHash64: view.getBigUint64(4, true), begins: payload[12] === 1 };
}
