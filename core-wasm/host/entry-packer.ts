import { FrameWriter } from './frame-writer.ts';
import { takeLetter } from './memory.ts';

/** An entry, and how long the chunk was that it came in. */
export interface Unpacked {
  readonly entry: Uint8Array;
  readonly length: number;
}

/**
 * Entries packed without loss against what the same player did before; both ends keep a history of
 * each player and lead it on by each entry of his, in order.
 */
export class EntryPacker extends FrameWriter {
  /** Of a player of whom nothing is known: his next chunk is a key frame. */
  newHistory(): Uint8Array {
    return new Uint8Array(this.abi.historyBytes.value);
  }

  /**
   * The chunk of one entry, at most 55 bytes; `history` is led on. Null, and nothing changed, when
   * the bytes are not exactly one entry. Throws a RangeError for what is no history.
   */
  packEntry(history: Uint8Array, entry: Uint8Array): Uint8Array | null {
    if (!this.putHistory(history, entry)) return null;
    const length = this.abi.entryPack(entry.length);
    if (length < 0) return null;
    this.takeHistory(history);
    return takeLetter(this.memory, length);
  }

  /**
   * The entry whose chunk `bytes` begin with; what follows is not looked at. Null, and nothing
   * changed, when no `packEntry` with this history gives such a chunk.
   */
  unpackEntry(history: Uint8Array, bytes: Uint8Array): Unpacked | null {
    const chunk = bytes.subarray(0, this.abi.packedBytesMax.value);
    if (!this.putHistory(history, chunk)) return null;
    const length = this.abi.entryUnpack(chunk.length);
    if (length < 0) return null;
    this.takeHistory(history);
    return { entry: takeLetter(this.memory, this.abi.entryUnpackedLength()), length };
  }

  /**
   * Begins a run of packed frames, which is read from its beginning: nothing is known of anybody.
   * One run at a time, on an instance that writes no bubbles.
   */
  runBegin(): void {
    this.abi.runBegin();
  }

  /**
   * The frame packed against those before it in the run. Null, and nothing changed, when it is not
   * well formed.
   */
  packFrame(frame: Uint8Array): Uint8Array | null {
    const { bytes, frame: place, frameBytesMax } = this.memory;
    if (frame.length > frameBytesMax) return null;
    bytes.set(frame, place);
    const length = this.abi.framePack(frame.length);
    if (length < 0) return null;
    const at = this.abi.packedFramesAddress.value as number;
    return bytes.slice(at, at + length);
  }

  /**
   * The frames that `packed` consists of, which go on with the run. Null when that is not so, or
   * when they take more than `bytesMax`: then the run is lost, and its rest cannot be read.
   */
  unpackFrames(packed: Uint8Array, bytesMax: number): Uint8Array[] | null {
    if (packed.length > this.abi.packedFramesBytes.value) return null;
    const { bytes, frame } = this.memory;
    bytes.set(packed, this.abi.packedFramesAddress.value);
    const frames: Uint8Array[] = [];
    let room = bytesMax;
    for (let offset = 0; offset < packed.length; ) {
      const read = this.abi.frameUnpack(offset, packed.length);
      const length = this.abi.frameUnpackedLength();
      room -= length;
      if (read < 0 || room < 0) return null;
      frames.push(bytes.slice(frame, frame + length));
      offset += read;
    }
    return frames;
  }

  private putHistory(history: Uint8Array, bytes: Uint8Array): boolean {
    const historyBytes = this.abi.historyBytes.value;
    if (history.length !== historyBytes) throw new RangeError(`no history: ${history.length} B`);
    if (bytes.length > this.memory.inboxBytes - historyBytes) return false;
    this.memory.bytes.set(history, this.memory.inbox);
    this.memory.bytes.set(bytes, this.memory.inbox + historyBytes);
    return true;
  }

  private takeHistory(history: Uint8Array): void {
    const { bytes, inbox } = this.memory;
    history.set(bytes.subarray(inbox, inbox + history.length));
  }
}
