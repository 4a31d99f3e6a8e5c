import { and, asc, desc, eq, gt, sql } from 'drizzle-orm';
import type { JournalGroup, RegionLease } from '../../server/ports.ts';
import type { Database } from '../connect.ts';
import { journalCutGroups, journalGroups } from '../schema/journal.ts';

/** Groups read in one round trip: 16 s of frames. */
const GROUPS_PER_PAGE = 64;

/**
 * `present`: this very group was committed before (a retry whose first answer got lost).
 * `conflict`: other frames stand where it should go, or newer ones.
 */
export type InsertResult = 'written' | 'present' | 'conflict';

/** Appends a group. The caller holds the region's lease, so nobody else appends meanwhile. */
export async function insertGroup(
  transaction: Database,
  region: number,
  group: JournalGroup,
): Promise<InsertResult> {
  const [newest] = await transaction
    .select({
      firstFrame: journalGroups.firstFrame,
      lastFrame: journalGroups.lastFrame,
      chain: journalGroups.chain,
    })
    .from(journalGroups)
    .where(eq(journalGroups.region, region))
    .orderBy(desc(journalGroups.lastFrame))
    .limit(1);
  if (!newest || newest.lastFrame < group.firstFrame) {
    await transaction.insert(journalGroups).values({ region, ...group });
    return 'written';
  }
  // The chain value covers the payload, so equal chains mean equal payloads.
  const same =
    newest.firstFrame === group.firstFrame &&
    newest.lastFrame === group.lastFrame &&
    Buffer.compare(newest.chain, group.chain) === 0;
  return same ? 'present' : 'conflict';
}

/** Groups that hold `fromFrame` or later frames, in order, read page by page. */
export async function* selectGroups(
  database: Database,
  region: number,
  fromFrame: number,
): AsyncGenerator<JournalGroup> {
  let afterFrame = fromFrame - 1;
  for (;;) {
    const page = await database
      .select({
        firstFrame: journalGroups.firstFrame,
        lastFrame: journalGroups.lastFrame,
        payload: journalGroups.payload,
        chain: journalGroups.chain,
      })
      .from(journalGroups)
      .where(and(eq(journalGroups.region, region), gt(journalGroups.lastFrame, afterFrame)))
      .orderBy(asc(journalGroups.lastFrame))
      .limit(GROUPS_PER_PAGE);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < GROUPS_PER_PAGE) return;
    afterFrame = last.lastFrame;
  }
}

/** Moves groups that hold `fromFrame` or later frames out of the journal, into the cut groups.
 *  One statement, so that a long journal never passes through this process. */
export async function cutGroups(
  transaction: Database,
  lease: RegionLease,
  fromFrame: number,
): Promise<void> {
  await transaction.execute(sql`
    with cut as (
      delete from ${journalGroups} where region = ${lease.region} and last_frame >= ${fromFrame}
      returning *
    )
    insert into ${journalCutGroups}
      (region, first_frame, last_frame, payload, chain, cut_epoch)
    select region, first_frame, last_frame, payload, chain, ${lease.epoch}::bigint from cut
    on conflict do nothing`);
}
