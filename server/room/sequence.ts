import { WireFault } from '../../core-wasm/host/types.ts';
import { takeInput } from './input-queue.ts';
import { restingEntry } from './presence.ts';
import type { Room } from './room.ts';

export interface SealedFrame {
  readonly frame: number;
  readonly bytes: Uint8Array;
}

/**
 * Fixes what happens in the coming three ticks: waiting commands, then one entry for each player in
 * entity order. From here on this is history; whoever comes later comes into a later frame.
 */
export function sealFrame(room: Room): SealedFrame {
  const { core } = room;
  const frame = core.frame;
  const nowMs = room.clock.nowMs();
  core.frameBegin(frame, core.stateHash());
  addCommands(room);
  for (const { entity } of core.playerAccounts()) addEntry(room, entity, frame, nowMs);
  const bytes = core.frameEnd();
  room.sealedMs = nowMs;
  room.meters.framesSealed++;
  return { frame, bytes };
}

/** In order; the first that does not fit waits with all behind it. */
function addCommands(room: Room): void {
  let added = 0;
  for (const command of room.commands) {
    if (!command(room.core)) break;
    added++;
  }
  room.commands.splice(0, added);
  room.reservedEntity = 0;
}

function addEntry(room: Room, entity: number, frame: number, nowMs: number): void {
  const entry = entryFor(room, entity, frame, nowMs);
  if (entry === null) return;
  const fault = room.core.addInput(entity, entry);
  if (fault !== WireFault.NONE) throw new Error(`a checked entry was refused: ${fault}`);
}

function entryFor(room: Room, entity: number, frame: number, nowMs: number): Uint8Array | null {
  const lane = room.lanes.get(entity);
  if (lane === undefined) return null;
  // Who may come back in a moment stands still with what he holds: his input is merely missing.
  const isAway = room.absences.has(entity) && !room.interruptions.has(entity);
  if (isAway) return restingEntry(room, entity);
  lane.resting = false;
  const { entry, how } = takeInput(lane, room.codec, frame, nowMs);
  if (how === 'own') room.meters.inputsAccepted++;
  else room.meters.inputsReplaced++;
  return entry;
}
