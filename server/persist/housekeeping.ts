import type { RegionLease, Store, StoreOutcome } from '../ports.ts';
import { retain } from './retention.ts';

export interface HousekeepingOptions {
  readonly store: Pick<
    Store,
    'checkpointMarks' | 'readCheckpoint' | 'thinCheckpoints' | 'pruneJournal'
  >;
  readonly lease: RegionLease;
  /** How long any tick can be restored. */
  readonly journalMs: number;
}

export type Housekeeping =
  | { readonly kind: 'done'; readonly thinned: number; readonly prunedTo: number | null }
  /** The checkpoint that the journal would begin behind does not verify, so the journal stays. */
  | { readonly kind: 'anchor-damaged'; readonly frame: number }
  | Exclude<StoreOutcome, { kind: 'committed' }>;

/**
 * Applies the retention once: takes states away that are no longer kept, then removes the journal
 * before the anchor, but only behind an anchor that was just read back and is sound. Throws when
 * the store cannot be read.
 */
export async function keepHouse(
  { store, lease, journalMs }: HousekeepingOptions,
  nowMs: number,
): Promise<Housekeeping> {
  const all = await store.checkpointMarks(lease.region, 'with-state');
  // A frame that is none any more cannot be asked for; verify names it.
  const marks = all.filter(({ frame }) => Number.isSafeInteger(frame));
  const { kept, anchorFrame } = retain(marks, nowMs, journalMs);
  const thinned = marks.map(({ frame }) => frame).filter((frame) => !kept.has(frame));
  if (thinned.length > 0) {
    const outcome = await store.thinCheckpoints(lease, thinned);
    if (outcome.kind !== 'committed') return outcome;
  }
  const done = { kind: 'done', thinned: thinned.length } as const;
  if (anchorFrame === null) return { ...done, prunedTo: null };
  const anchor = await store.readCheckpoint(lease.region, anchorFrame);
  if (anchor.kind !== 'sound') return { kind: 'anchor-damaged', frame: anchorFrame };
  const outcome = await store.pruneJournal(lease, anchorFrame);
  return outcome.kind === 'committed' ? { ...done, prunedTo: anchorFrame } : outcome;
}
