import { STEP_STAGES } from '../../core-wasm/host/stages.ts';
import type { StoreUsage } from '../../db/postgres-store.ts';
import type { JournalState } from '../persist/journal.ts';
import { createDurationWindow, type DurationWindow } from './duration-window.ts';

/**
 * Plain fields that the hot path adds to; they become metrics when somebody scrapes. Counting a
 * packet is one addition, where a labelled counter of prom-client is a lookup by hashed labels.
 */
export interface Meters {
  ticks: number;
  /** Ticks run without waiting because the loop was behind. */
  catchUpTicks: number;
  /** Ticks given up because the loop was too far behind: the world's clock slipped. */
  slippedTicks: number;
  /** Ticks in which the world stood still because nothing more could be kept. */
  pausedTicks: number;
  tickLagMs: number;
  framesSealed: number;
  inputsAccepted: number;
  inputsLate: number;
  /** Inputs that the sequencer made up because the player's did not come in time. */
  inputsReplaced: number;
  stepFaults: number;
  /** Ticks that were stepped by stages, and the milliseconds that each of `STEP_STAGES` took. */
  timedTicks: number;
  readonly stageMs: Float64Array;
  players: number;
  /** Links by what the session does with them. */
  readonly links: { joining: number; playing: number; slow: number; spare: number };
  linksOpened: number;
  /** Of them, those that asked to be a session's second socket, taken or not. */
  sparesAsked: number;
  messagesIn: number;
  messagesOut: number;
  bytesIn: number;
  bytesOut: number;
  sendsQueued: number;
  sendsDropped: number;
  snapshotsSent: number;
  /** Bodies that entered clients' bubbles, and that left them, snapshots aside. */
  bubbleEnters: number;
  bubbleLeaves: number;
  /** Frames of clients without room for their own group: they stand as ghosts of themselves. */
  framesRoomless: number;
  proofsSent: number;
  /**
   * Clients that came back with a state of their own: went on from it, or began anew, because what
   * they missed was not kept so long or for another reason.
   */
  readonly returns: { resumed: number; late: number; fresh: number };
  /** Client and server disagreed on the hash of the same frame. */
  stateHashMismatches: number;
  /** What was sent for it: `islands` or `snapshot`. */
  readonly repairsByKind: Map<string, number>;
  /** Incident files by what became of them: `filed`, or why not. */
  readonly incidentsByOutcome: Map<string, number>;
  /** Use `countClose`. */
  readonly closesByCode: Map<string, number>;
  /** By `WireFault` number. */
  readonly malformedByFault: Map<string, number>;
  /** By the refusal's code. */
  readonly refusalsByCode: Map<string, number>;
  journalState: JournalState;
  journalDurableFrame: number;
  journalQueueBytes: number;
  journalQueueFrames: number;
  journalGroups: number;
  journalBytes: number;
  journalFailures: number;
  checkpointFrame: number;
  /** What the store's sockets do now; null where it has none. */
  storeUsage: () => StoreUsage | null;
  /** Security events that found no room while the store was away. */
  securityEventsLost: () => number;
  /** The last 3,600 ticks, one minute. */
  readonly recentTicks: DurationWindow;
}

const RECENT_TICKS = 3600;

export function createMeters(): Meters {
  return {
    ticks: 0,
    catchUpTicks: 0,
    slippedTicks: 0,
    pausedTicks: 0,
    tickLagMs: 0,
    framesSealed: 0,
    inputsAccepted: 0,
    inputsLate: 0,
    inputsReplaced: 0,
    stepFaults: 0,
    timedTicks: 0,
    stageMs: new Float64Array(STEP_STAGES.length),
    players: 0,
    links: { joining: 0, playing: 0, slow: 0, spare: 0 },
    linksOpened: 0,
    sparesAsked: 0,
    messagesIn: 0,
    messagesOut: 0,
    bytesIn: 0,
    bytesOut: 0,
    sendsQueued: 0,
    sendsDropped: 0,
    snapshotsSent: 0,
    bubbleEnters: 0,
    bubbleLeaves: 0,
    framesRoomless: 0,
    proofsSent: 0,
    returns: { resumed: 0, late: 0, fresh: 0 },
    stateHashMismatches: 0,
    repairsByKind: new Map(),
    incidentsByOutcome: new Map(),
    closesByCode: new Map(),
    malformedByFault: new Map(),
    refusalsByCode: new Map(),
    journalState: 'ok',
    journalDurableFrame: 0,
    journalQueueBytes: 0,
    journalQueueFrames: 0,
    journalGroups: 0,
    journalBytes: 0,
    journalFailures: 0,
    checkpointFrame: 0,
    storeUsage: () => null,
    securityEventsLost: () => 0,
    recentTicks: createDurationWindow(RECENT_TICKS),
  };
}

/** Adds one under `key`; for events that are rare, keys that are few. */
export function countBy(counts: Map<string, number>, key: string | number): void {
  const text = String(key);
  counts.set(text, (counts.get(text) ?? 0) + 1);
}

/** A client may close with any number: those that are not ours must not become labels. */
export function countClose(meters: Meters, code: number): void {
  const known = (code >= 1000 && code <= 1015) || (code >= 4000 && code <= 4009);
  countBy(meters.closesByCode, known ? code : 'other');
}
