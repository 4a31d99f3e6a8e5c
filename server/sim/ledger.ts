import { type FrameUnpacker, GroupReader } from '../persist/group.ts';
import type { MemoryStore } from './memory-store.ts';
import { frameDigest, type SimServer } from './sim-server.ts';

/** What servers called durable, and how far the store's commits have been looked at. */
export interface Ledger {
  /** Digest of each frame that a server called durable; the players were told of all of them. */
  readonly durable: Map<number, string>;
  durableFrame: number;
  /** Reads the journal. */
  readonly unpacker: FrameUnpacker;
  commitsSeen: number;
}

export function createLedger(unpacker: FrameUnpacker): Ledger {
  return { durable: new Map(), durableFrame: -1, unpacker, commitsSeen: 0 };
}

/** Takes down what the server calls durable by now. */
export function noteDurable(ledger: Ledger, { room, sealed }: SimServer): void {
  const { durableFrame } = room.journal;
  for (let frame = ledger.durableFrame + 1; frame <= durableFrame; frame++) {
    const digest = sealed.get(frame);
    if (digest !== undefined) ledger.durable.set(frame, digest);
  }
  ledger.durableFrame = Math.max(ledger.durableFrame, durableFrame);
}

/** From that frame on the store was damaged: that much may be gone, and nothing before it. */
export function forgetFrom(ledger: Ledger, fromFrame: number): void {
  for (const frame of ledger.durable.keys()) if (frame >= fromFrame) ledger.durable.delete(frame);
  ledger.durableFrame = Math.min(ledger.durableFrame, fromFrame - 1);
}

/**
 * After a start: the journal must have every frame that was called durable, byte for byte, and
 * the server must go on behind all that the journal has. Whatever was not durable may be there or
 * not. What is wrong, or null.
 */
export function checkDurability(
  ledger: Ledger,
  store: MemoryStore,
  server: SimServer,
): string | null {
  const kept = new Map<number, string>();
  const reader = new GroupReader(ledger.unpacker);
  for (const group of store.journal) {
    const read = reader.read(group.payload);
    if (read.kind !== 'frames') return `the group at frame ${group.firstFrame} is ${read.kind}`;
    read.frames.forEach((bytes, i) => {
      kept.set(group.firstFrame + i, frameDigest(bytes));
    });
  }
  for (const [frame, digest] of ledger.durable) {
    if (kept.get(frame) === undefined) return `frame ${frame} was durable and is gone`;
    if (kept.get(frame) !== digest) return `frame ${frame} was durable and is another now`;
  }
  const newest = store.journal.at(-1)?.lastFrame ?? -1;
  const { nextFrame } = server.room;
  return nextFrame === newest + 1 ? null : `journal ends at ${newest}, server at ${nextFrame}`;
}

/** New commits: in the journal's order, and by nobody but who holds the lease. */
export function checkAuthority(ledger: Ledger, { commits }: MemoryStore): string | null {
  for (; ledger.commitsSeen < commits.length; ledger.commitsSeen++) {
    const commit = commits[ledger.commitsSeen];
    if (commit === undefined) return null;
    const { epoch, heldEpoch, firstFrame, after } = commit;
    if (epoch !== heldEpoch) return `epoch ${epoch} wrote while ${heldEpoch} held the region`;
    if (firstFrame !== after + 1) return `frame ${firstFrame} was written behind ${after}`;
  }
  return null;
}
