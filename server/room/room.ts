import type { Codec, Core } from '../../core-wasm/host/core.ts';
import type { InterestSettings } from '../../core-wasm/host/interest.ts';
import type { Meters } from '../observe/meters.ts';
import type { Checkpointer } from '../persist/checkpoint.ts';
import type { Journal } from '../persist/journal.ts';
import type { Clock, Projection, RegionLease, ResumableSession } from '../ports.ts';
import type { Session } from '../session/session.ts';
import { type ArrivalTime, createArrivalTime } from './arrival-time.ts';
import type { InputLane } from './input-queue.ts';
import { createObservers, INTEREST, type Observers } from './observers.ts';
import { createEvidenceShelf, type EvidenceShelf } from './repair.ts';
import type { Interruption } from './resume.ts';
import { createSentFrames, type SentFrames } from './sent-frames.ts';

/** Adds itself to the open frame; false when the frame is full and it must wait. */
export type Command = (codec: Codec) => boolean;

export interface RoomLimits {
  readonly playersMax: number;
  readonly reconnectGraceSeconds: number;
  /** Half side of the square in which newcomers arrive, m; 0, the default, is the ring. */
  readonly arrivalSpreadM?: number;
  readonly softBufferBytes: number;
  readonly heartbeatSeconds: number;
  /** Play that may wait for the store, s, where it is not the journal's own limit. */
  readonly undurableSeconds?: number;
  /** Where it differs from `INTEREST`. */
  readonly interest?: Partial<InterestSettings>;
  /** Bytes for ghosts in each frame of a client, where they are not `GHOST_BYTES`. */
  readonly ghostBytes?: number;
  /** Bytes of a client's frames in a second, where they are not `FRAME_BYTES_PER_SECOND`. */
  readonly frameBytesPerSecond?: number;
}

/** A player without a socket: the body waits in the world until the tick. */
export interface Absence {
  readonly account: number;
  readonly leavesAtTick: number;
}

/** One region's world and everybody who is in it. The tick is the only writer of the world. */
export interface Room {
  readonly core: Core;
  /** For messages, so that a socket callback never meets a frame that is being built. */
  readonly codec: Codec;
  readonly clock: Clock;
  readonly lease: RegionLease;
  readonly limits: RoomLimits;
  readonly meters: Meters;
  readonly journal: Journal;
  readonly checkpointer: Checkpointer;
  readonly observers: Observers;
  readonly evidence: EvidenceShelf;
  /** What everybody was told lately. */
  readonly sent: SentFrames;
  /** The frame that is sealed next. */
  nextFrame: number;
  /** Ticks of the frame under way that have passed; its steps were all taken in the first. */
  phase: number;
  /** The world at the first tick of the newest frame. */
  start: Uint8Array;
  startStorage: Uint8Array;
  /** By link id. */
  readonly sessions: Map<number, Session>;
  /** The session that speaks for an account: the one of the highest epoch. */
  readonly speakers: Map<number, Session>;
  /** Second sockets of those who are here. */
  readonly spares: Set<Session>;
  /** Inputs by entity. */
  readonly lanes: Map<number, InputLane>;
  readonly absences: Map<number, Absence>;
  /** By entity: who may still go on where his socket broke. */
  readonly interruptions: Map<number, Interruption>;
  /** Sessions that wait for the next frame boundary, in and out. */
  arrivals: Session[];
  departures: Session[];
  commands: Command[];
  /** The entity that was reserved last within this frame. */
  reservedEntity: number;
  /** When the newest frame was sealed. */
  sealedMs: number;
  readonly arrival: ArrivalTime;
  /** The journal takes no more frames: the world stands still. */
  paused: boolean;
  readonly onFaults: (faults: number) => void;
  /** Called within the tick: must return at once. */
  readonly onArrived: (session: ResumableSession) => void;
}

export function createRoom(
  parts: Pick<
    Room,
    | 'core'
    | 'codec'
    | 'clock'
    | 'lease'
    | 'limits'
    | 'meters'
    | 'journal'
    | 'checkpointer'
    | 'onFaults'
    | 'onArrived'
  >,
): Room {
  parts.core.interest.set({ ...INTEREST, ...parts.limits.interest });
  return {
    ...parts,
    observers: createObservers(),
    evidence: createEvidenceShelf(),
    sent: createSentFrames(parts.limits.playersMax),
    nextFrame: parts.core.frame,
    phase: 0,
    start: new Uint8Array(0),
    startStorage: new Uint8Array(0),
    sessions: new Map(),
    speakers: new Map(),
    spares: new Set(),
    lanes: new Map(),
    absences: new Map(),
    interruptions: new Map(),
    arrivals: [],
    departures: [],
    commands: [],
    reservedEntity: 0,
    sealedMs: parts.clock.nowMs(),
    arrival: createArrivalTime(),
    paused: false,
  };
}

/** An id for a body that a command of this frame will spawn; 0 when the region has none left. */
export function reserveEntity(room: Room): number {
  room.reservedEntity = room.core.nextEntity(room.reservedEntity);
  return room.reservedEntity;
}

const foot = new Float32Array(3);
/** From a capsule's centre to its foot, metres. */
const CENTRE_TO_FOOT = 0.9;

/** Groups of the journal in which everybody's place is told once: two seconds of them. */
const PROJECTION_TURNS = 8;

/**
 * Where players stand, for the relational picture, an eighth of them at a time: whoever leaves the
 * world has stood in it for longer, and the journal has all places of all ticks.
 */
export function projectPlayers(core: Core, turn: number): Projection {
  return projectThose(core, (account) => (account + turn) % PROJECTION_TURNS === 0);
}

/** Where all of them stand, for a world that was put there. */
export function projectEverybody(core: Core): Projection {
  return projectThose(core, () => true);
}

function projectThose(core: Core, isDue: (account: number) => boolean): Projection {
  const due = core.playerAccounts().filter(({ account }) => isDue(account));
  const players = due.map(({ entity, account, yaw }) => {
    core.bodyPosition(entity, foot);
    return {
      account,
      x: foot[0] as number,
      y: (foot[1] as number) - CENTRE_TO_FOOT,
      z: foot[2] as number,
      yaw,
    };
  });
  return { players };
}
