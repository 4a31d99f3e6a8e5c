import type { JournalGroup, Projection } from '../ports.ts';
import { nextChain, packedSize } from './chain.ts';
import { type FramePacker, GroupWriter } from './group.ts';

/** Frames that piled up are written in groups of about this size. */
const GROUP_BYTES_MAX = 256 * 1024;

export interface SealedGroup {
  readonly group: JournalGroup;
  readonly projection: Projection;
  /** When its first frame was appended. */
  readonly sinceMs: number;
}

export interface GroupQueueOptions {
  readonly firstFrame: number;
  /** The chain value just before `firstFrame`. */
  readonly chain: Uint8Array;
  readonly packer: FramePacker | null;
  readonly project: () => Projection;
}

const NOTHING_CHANGED: Projection = { players: [] };

/**
 * Frames before they are durable, in order: waiting as they came, packed in the open group, sealed
 * in a chained one.
 */
export class GroupQueue {
  /** The frame that `push` takes next. */
  nextFrame: number;
  /** Of everything in it. */
  bytes = 0;

  private readonly project: () => Projection;
  private readonly open: GroupWriter;
  /** Appended, and still to be packed. */
  private waiting: { readonly bytes: Uint8Array; readonly atMs: number }[] = [];
  private readonly sealed: SealedGroup[] = [];
  /** After the newest sealed group. */
  private chain: Uint8Array;
  private openSinceMs = 0;

  constructor({ firstFrame, chain, packer, project }: GroupQueueOptions) {
    this.nextFrame = firstFrame;
    this.chain = chain;
    this.project = project;
    this.open = new GroupWriter(packer);
  }

  get head(): SealedGroup | undefined {
    return this.sealed[0];
  }

  /** Takes a copy of the next frame. */
  push(bytes: Uint8Array, nowMs: number): void {
    // Not `slice`: that of a Buffer is a view.
    this.waiting.push({ bytes: new Uint8Array(bytes), atMs: nowMs });
    this.bytes += packedSize(bytes.length);
    this.nextFrame++;
  }

  /** Packs what waits. It is the dear part, to be done when nobody else wants the time. */
  pack(): void {
    const { waiting } = this;
    this.waiting = [];
    for (const [index, { bytes, atMs }] of waiting.entries()) {
      const frame = this.nextFrame - waiting.length + index;
      if (!this.open.fits(bytes, GROUP_BYTES_MAX)) this.close(frame, NOTHING_CHANGED);
      if (this.open.count === 0) this.openSinceMs = atMs;
      const before = this.open.bytes;
      this.open.add(bytes);
      this.bytes += this.open.bytes - before - packedSize(bytes.length);
    }
  }

  /** Ends the open group behind the last frame, with the picture of the world after it. */
  seal(): void {
    this.pack();
    if (this.open.count > 0) this.close(this.nextFrame, this.project());
  }

  /** The same, so that reading can begin behind it; the chain value there. */
  sealRun(): Uint8Array {
    this.seal();
    this.open.endRun();
    return this.chain;
  }

  /** The first sealed group is durable. */
  shift(): void {
    this.bytes -= this.sealed.shift()?.group.payload.length ?? 0;
  }

  /** The picture is of the world after the newest frame: true only for the group that has it. */
  private close(nextFrame: number, projection: Projection): void {
    const firstFrame = nextFrame - this.open.count;
    const payload = this.open.take();
    this.chain = nextChain(this.chain, payload);
    const group = { firstFrame, lastFrame: nextFrame - 1, payload, chain: this.chain };
    this.sealed.push({ group, projection, sinceMs: this.openSinceMs });
  }
}
