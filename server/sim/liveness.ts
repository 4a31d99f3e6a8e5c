import { PROOF_INTERVAL_FRAMES } from '../room/repair.ts';
import type { Sim } from './sim.ts';

/** A proof a second, and what is on its way. */
const PROOF_FRAMES_MAX = PROOF_INTERVAL_FRAMES + 10;
const BEHIND_FRAMES_MAX = 10;
/** What a player does must count, too. */
const UNHEARD_FRAMES_MAX = 20;

/** What is not live: everybody must play, on a fresh world that was proved right lately. */
export function findDead(sim: Sim): string[] {
  const { room } = sim.server ?? {};
  if (room === undefined) return ['no server runs'];
  const dead = sim.clients.flatMap(({ session }, index) => {
    const { connection, confirmedFrame, provenFrame, reason, entity } = session.status;
    if (connection !== 'live') return `client ${index} is ${connection}: ${reason}`;
    const unproven = room.nextFrame - provenFrame;
    if (unproven > PROOF_FRAMES_MAX) {
      return `client ${index} was proved right last ${unproven} frames ago`;
    }
    const behind = room.nextFrame - confirmedFrame;
    if (behind > BEHIND_FRAMES_MAX) return `client ${index} is ${behind} frames behind`;
    const unheard = room.nextFrame - (room.lanes.get(entity)?.sequencedFrame ?? -1);
    return unheard > UNHEARD_FRAMES_MAX
      ? `client ${index} was not heard for ${unheard} frames`
      : [];
  });
  const { playerCount } = room.core;
  if (playerCount !== sim.clients.length) {
    dead.push(`${playerCount} bodies for ${sim.clients.length} players`);
  }
  if (room.journal.state !== 'ok') dead.push(`the journal is ${room.journal.state}`);
  if (sim.usurped.some(({ stopped }) => !stopped)) dead.push('a server without a region runs on');
  return dead;
}
