import type { Core } from '../../core-wasm/host/core.ts';
import {
  KEY_FRAMES,
  layoutOf,
  type RecordedFrame,
  type Stretch,
  wholeFrame,
} from '../../core-wasm/host/recording/recording.ts';
import { encodeRecording } from '../../core-wasm/host/recording/writer.ts';
import { WireFault } from '../../core-wasm/host/types.ts';
import type { Checkpoint, Store } from '../ports.ts';
import { GroupReader, packedBy } from './group.ts';

/** What is read of a world, which may be in play. */
export type ReadableStore = Pick<Store, 'checkpoints' | 'groups'>;
type RecordingCore = Pick<
  Core,
  | 'module'
  | 'frame'
  | 'restore'
  | 'snapshot'
  | 'stateHash'
  | 'readFrameHeader'
  | 'stepFrame'
  | 'runBegin'
  | 'unpackFrames'
>;

/** Frames `from` … `to − 1`, or the last `last` durable ones; null is as far as is kept. */
export interface RecordRange {
  readonly from: number | null;
  readonly to: number | null;
  readonly last: number | null;
}

export type Recorded =
  | {
      readonly kind: 'recorded';
      readonly file: Uint8Array;
      readonly fromFrame: number;
      readonly frames: number;
    }
  /** Nobody played here: there is no checkpoint. */
  | { readonly kind: 'no-world' }
  /** What is asked for is older than the oldest checkpoint that is kept. */
  | { readonly kind: 'too-old'; readonly from: number; readonly oldestFrame: number }
  /** The journal ends before it. */
  | { readonly kind: 'not-yet'; readonly from: number; readonly endFrame: number }
  /** Only the core that played the world can play it again. */
  | { readonly kind: 'other-core'; readonly coreHash: string }
  /** The journal, from that frame on, is not what the server wrote. */
  | { readonly kind: 'damaged'; readonly frame: number };

/**
 * A stretch of a world's journal as a recording. The frames are played once, from the newest
 * checkpoint before them, which proves them and gives the states between. Only reads the store.
 * Throws when it cannot be read.
 */
export async function recordJournal(
  store: ReadableStore,
  region: number,
  core: RecordingCore,
  range: RecordRange,
): Promise<Recorded> {
  const from = range.last === null ? range.from : await beginOfLast(store, region, range.last);
  const start = await findStart(store, region, from);
  if (start.kind !== 'found') return start;
  const { checkpoint } = start;
  if (checkpoint.coreHash !== core.module.hash) {
    return { kind: 'other-core', coreHash: checkpoint.coreHash };
  }
  if (core.restore(checkpoint.state) !== WireFault.NONE) {
    return { kind: 'damaged', frame: checkpoint.frame };
  }
  const fromFrame = from ?? checkpoint.frame;
  const play = new JournalPlay(store, region, core, fromFrame, range.to);
  const layout = layoutOf(checkpoint.state);
  const head = { coreHash: checkpoint.coreHash, layout, world: 'whole', entity: 0 } as const;
  const stretches = play.stretches();
  const first = await stretches.next();
  if (play.fault !== null) return play.fault;
  if (first.done) return { kind: 'not-yet', from: fromFrame, endFrame: core.frame };
  const file = await encodeRecording(head, withFirst(first.value, stretches), () => ({
    frame: core.frame,
    hash: core.stateHash(),
  }));
  if (play.fault !== null) return play.fault;
  return { kind: 'recorded', file, fromFrame, frames: core.frame - fromFrame };
}

/** Where the last `count` durable frames begin; 0 at the earliest. */
async function beginOfLast(store: ReadableStore, region: number, count: number): Promise<number> {
  let end = 0;
  for await (const { frame } of store.checkpoints(region)) {
    end = frame;
    break;
  }
  for await (const { lastFrame } of store.groups(region, end)) end = lastFrame + 1;
  return Math.max(0, end - count);
}

async function findStart(
  store: ReadableStore,
  region: number,
  from: number | null,
): Promise<{ kind: 'found'; checkpoint: Checkpoint } | Exclude<Recorded, { kind: 'recorded' }>> {
  let oldest: Checkpoint | null = null;
  for await (const checkpoint of store.checkpoints(region)) {
    oldest = checkpoint;
    if (from !== null && checkpoint.frame <= from) break;
  }
  if (oldest === null) return { kind: 'no-world' };
  const isKept = from === null || oldest.frame <= from;
  if (isKept) return { kind: 'found', checkpoint: oldest };
  return { kind: 'too-old', from, oldestFrame: oldest.frame };
}

async function* withFirst(
  first: Stretch,
  others: AsyncGenerator<Stretch>,
): AsyncGenerator<Stretch> {
  yield first;
  yield* others;
}

/** Plays the journal from where the core stands, and gives what is between two frames of it. */
class JournalPlay {
  /** Why it ended before the journal did; null while it has not. */
  fault: Extract<Recorded, { kind: 'damaged' | 'other-core' }> | null = null;

  constructor(
    private readonly store: ReadableStore,
    private readonly region: number,
    private readonly core: RecordingCore,
    private readonly from: number,
    private readonly to: number | null,
  ) {}

  /** Ends early, with a `fault`, where a frame cannot be read or does not follow. */
  async *stretches(): AsyncGenerator<Stretch> {
    const { core } = this;
    let open: Stretch | null = null;
    let frames: RecordedFrame[] = [];
    for await (const bytes of this.frames()) {
      if (core.frame >= this.from && (open === null || frames.length === KEY_FRAMES)) {
        if (open !== null) yield open;
        frames = [];
        open = this.stretch(open === null, frames);
      }
      if (!this.step(bytes)) {
        this.fault = { kind: 'damaged', frame: core.frame };
        return;
      }
      if (open !== null) frames.push(wholeFrame(bytes));
    }
    if (open !== null) yield open;
  }

  private stretch(isAnew: boolean, frames: readonly RecordedFrame[]): Stretch {
    const { core } = this;
    return { frame: core.frame, hash: core.stateHash(), isAnew, state: core.snapshot(), frames };
  }

  private async *frames(): AsyncGenerator<Uint8Array> {
    const { core, to } = this;
    const reader = new GroupReader(core);
    for await (const { payload } of this.store.groups(this.region, core.frame)) {
      const read = reader.read(payload);
      if (read.kind === 'other-core') {
        this.fault = { kind: 'other-core', coreHash: packedBy(payload) ?? '' };
        return;
      }
      if (read.kind === 'torn') {
        this.fault = { kind: 'damaged', frame: core.frame };
        return;
      }
      for (const bytes of read.frames) {
        if (to !== null && core.frame >= to) return;
        // A group may begin before the checkpoint.
        if ((core.readFrameHeader(bytes)?.frame ?? -1) >= core.frame) yield bytes;
      }
    }
  }

  private step(bytes: Uint8Array): boolean {
    const { core } = this;
    const header = core.readFrameHeader(bytes);
    const follows = header?.frame === core.frame && header.stateHash === core.stateHash();
    return follows && core.stepFrame(bytes).wire === WireFault.NONE;
  }
}
