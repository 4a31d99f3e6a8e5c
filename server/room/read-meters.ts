import type { Room } from './room.ts';

/** Copies what others count into the room's meters, once a frame. */
export function readMeters(room: Room): void {
  const { meters, journal, checkpointer } = room;
  meters.players = room.core.playerCount;
  meters.journalState = journal.state;
  meters.journalDurableFrame = journal.durableFrame;
  meters.journalQueueBytes = journal.queuedBytes;
  meters.journalQueueFrames = journal.queuedFrames;
  meters.journalGroups = journal.groupsCommitted;
  meters.journalBytes = journal.bytesCommitted;
  meters.journalFailures = journal.writesFailed;
  meters.checkpointFrame = checkpointer.savedFrame;
  const { links } = meters;
  links.joining = 0;
  links.playing = 0;
  links.slow = 0;
  links.spare = 0;
  for (const session of room.sessions.values()) {
    if (session.state === 'live') links.playing++;
    else if (session.state === 'stalled') links.slow++;
    else if (session.state === 'spare') links.spare++;
    else links.joining++;
  }
}
