import type { Codec } from '../../core-wasm/host/core.ts';
import { MessageKind, type Timing } from '../../core-wasm/host/messages.ts';

const HEADER_BYTES = 16;
const TIMING = 2;
const CHANGE = 4;
const COMMANDS = 8;
const SPARSE = 16;

/**
 * The server's side of FRAMEs once more and plainly: everybody who moves is in the client's bubble
 * from the SNAPSHOT on. So the reader is held to what the page says, not only to the core's writer.
 */
export class TestFrames {
  #histories = new Map<number, Uint8Array>();
  #came: readonly number[] = [];

  constructor(
    readonly codec: Codec,
    /** In entity order. */
    readonly players: readonly number[],
  ) {}

  /** After a SNAPSHOT. */
  begin(): void {
    this.#histories = new Map(this.players.map((id) => [id, this.codec.newHistory()]));
    this.#came = this.players;
  }

  /** The message of a sealed frame; frames must come in order. */
  encode(frame: Uint8Array, timing: Timing | null = null): Uint8Array {
    const { codec } = this;
    const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    const inputs = new Map(codec.frameInputs(frame).map(({ entity, entry }) => [entity, entry]));
    const inputBytes = [...inputs.values()].reduce((sum, entry) => sum + 4 + entry.length, 0);
    const commands = frame.subarray(HEADER_BYTES, frame.length - inputBytes);
    const parts: Uint8Array[] = [];
    let flags = SPARSE | 1;
    parts.push(frame.subarray(4, 12));
    if (timing !== null) {
      flags |= TIMING;
      parts.push(numbers([4, timing.inputFrame], [2, timing.slackMs], [2, timing.replaced]));
    }
    if (this.#came.length > 0) {
      flags |= CHANGE;
      parts.push(numbers([2, 0], [4, 0], [2, this.#came.length], [2, 0]));
      for (const id of this.#came) parts.push(numbers([4, id]));
      this.#came = [];
    }
    if (commands.length > 0) {
      flags |= COMMANDS;
      parts.push(numbers([2, view.getUint16(12, true)], [4, commands.length]), commands);
    }
    const mask = new Uint8Array((this.players.length + 7) >> 3);
    this.players.forEach((id, place) => {
      if (inputs.has(id)) mask[place >> 3] = (mask[place >> 3] as number) | (1 << (place & 7));
    });
    parts.push(mask, ...this.players.map((id) => this.#chunk(id, inputs.get(id))));
    const head = numbers([1, MessageKind.FRAME], [1, flags], [2, view.getUint32(0, true) & 0xffff]);
    return Uint8Array.from(Buffer.concat([head, ...parts]));
  }

  #chunk(id: number, entry: Uint8Array | undefined): Uint8Array {
    if (entry === undefined) return new Uint8Array(0);
    const chunk = this.codec.packEntry(this.#histories.get(id) as Uint8Array, entry);
    if (chunk === null) throw new Error('an entry of a sealed frame is none');
    return chunk;
  }
}

/** Little endian, each of so many bytes. */
function numbers(...values: ReadonlyArray<readonly [bytes: number, value: number]>): Uint8Array {
  const out: number[] = [];
  for (const [bytes, value] of values) {
    for (let i = 0; i < bytes; i++) out.push((value >> (8 * i)) & 0xff);
  }
  return Uint8Array.from(out);
}
