/**
 * The five ports: everything that a running server reaches outside its own memory.
 * The simulator fakes these five and nothing else; no other mock exists in the project.
 */

export interface Clock {
  /** Monotonic milliseconds since an arbitrary origin. Paces the loop. */
  nowMs(): number;
  /** Milliseconds since the Unix epoch, for tickets, rows and logs; never for pacing. */
  wallMs(): number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, task: () => void): () => void;
}

export interface Entropy {
  /** `count` bytes that nobody can guess. */
  bytes(count: number): Uint8Array;
}

/**
 * What became of a send. `queued` and `dropped` are ordinary branches of the schedule:
 * a dropped message never left, so the receiver needs a fresh snapshot.
 */
export type SendResult = 'sent' | 'queued' | 'dropped' | 'closed';

/** Whom the door let in: decided from the ticket before a socket costs anything. */
export interface Admission {
  /** Account number of the player, 1…2^32−1. */
  readonly account: number;
  /** Unique id of the ticket, so that it can be revoked. */
  readonly ticketId: string;
  /** Display name. */
  readonly name: string;
}

/** One connected socket as two byte queues; ordered and reliable. */
export interface Link {
  readonly id: number;
  readonly admission: Admission;
  /** Copies `bytes` out before it returns, so the caller may reuse the buffer. Never throws. */
  send(bytes: Uint8Array): SendResult;
  /** Bytes accepted by `send` that the peer's kernel has not taken yet. */
  bufferedBytes(): number;
  /** Closes with a number from `CloseCode`. A second close does nothing. */
  close(code: number, reason: string): void;
}

export interface LinkEvents {
  onOpen(link: Link): void;
  /** Synchronous by law: `bytes` is only valid until it returns. */
  onMessage(link: Link, bytes: Uint8Array): void;
  /** The buffer that made a send `queued` or `dropped` is empty again. */
  onDrain(link: Link): void;
  /** Fires exactly once for each `onOpen`. */
  onClose(link: Link, code: number): void;
}

/** The lease of a region, fenced by its epoch: a later claim makes every earlier epoch invalid. */
export interface RegionLease {
  readonly region: number;
  readonly epoch: number;
}

/** Consecutive frames of one region. */
export interface JournalGroup {
  readonly firstFrame: number;
  readonly lastFrame: number;
  /** Frames in order; how is the matter of `server/persist/group.ts`. */
  readonly payload: Uint8Array;
  /** SHA-256 over the previous group's chain value and the payload. */
  readonly chain: Uint8Array;
}

/** The relational picture of what a group changed; written in the group's own transaction. */
export interface Projection {
  readonly players: readonly PlayerProjection[];
  /** Absent when nothing was placed, altered or taken away. */
  readonly pieces?: PieceChanges;
}

/** What changed of what stands in a region: of its static bodies. */
export interface PieceChanges {
  /** New, or other than it was. */
  readonly placed: readonly PlacedPiece[];
  /** Entities that stand no longer. */
  readonly removed: readonly number[];
}

/** A static body, all numbers as the core has them: f32, metres, unit quaternion x y z w. */
export interface PlacedPiece {
  readonly entity: number;
  readonly shape: number;
  /** Of the hull or compound; 0 for the plain shapes. */
  readonly definition: number;
  readonly size: readonly [number, number, number];
  readonly position: readonly [number, number, number];
  readonly rotation: readonly [number, number, number, number];
}

export interface PlayerProjection {
  readonly account: number;
  /** Metres in region coordinates. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Turns of 1/65536, 0…65535. */
  readonly yaw: number;
}

export interface Checkpoint {
  /** The frame that comes next: the state is the one at this frame's first tick. */
  readonly frame: number;
  /** When it was taken, milliseconds since the Unix epoch. */
  readonly takenMs: number;
  /** SHA-256 of the core artifact, hex. */
  readonly coreHash: string;
  /** SHA-256 of the layout of `state`, hex: `STATE_SCHEMA_HASH` of the core that took it. */
  readonly schemaHash: string;
  /** `Core.stateHash()` of the restored state. */
  readonly stateHash: bigint;
  /** `Core.snapshot()` bytes; the store compresses as it likes. */
  readonly state: Uint8Array;
  /** The journal's chain value just before `frame`. */
  readonly chain: Uint8Array;
}

/** That there was a checkpoint. Outlives its state, which thinning takes away. */
export interface CheckpointMark {
  readonly frame: number;
  readonly takenMs: number;
  readonly coreHash: string;
  readonly hasState: boolean;
}

/** Which core played a region from a frame on, until the next span begins. */
export interface CoreSpan {
  readonly fromFrame: number;
  readonly coreHash: string;
  readonly schemaHash: string;
}

export type ReadCheckpoint =
  | { readonly kind: 'sound'; readonly checkpoint: Checkpoint }
  /** Its bytes are not those that were stored, or do not decompress. */
  | { readonly kind: 'damaged'; readonly frame: number; readonly why: string }
  | { readonly kind: 'absent' };

export type StoreOutcome =
  | { readonly kind: 'committed' }
  /** Another server claimed the region after us: stop writing, stop serving. */
  | { readonly kind: 'lease-lost' }
  /** The store cannot be reached or refused; nothing was written, the same call may be retried. */
  | { readonly kind: 'unavailable'; readonly cause: string };

export interface Account {
  readonly account: number;
  readonly name: string;
  /** Where the player was last seen; null before the first entry. */
  readonly lastSeen: PlayerProjection | null;
}

/** What happened to a region as a whole; written once, never altered. */
export interface SceneEvent {
  /** `cut`: recovered, but for what did not verify. `forked`: a copy of it was made to run on. */
  readonly kind: 'genesis' | 'recovered' | 'cut' | 'forked';
  /** The frame that came next. */
  readonly frame: number;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}

/** Truth that outlives the process. Reads throw only while the server starts. */
export interface Store {
  /** Takes the region over, fencing every earlier holder. Creates it with `seed` when it is new. */
  claimRegion(region: number, seed: number): Promise<{ lease: RegionLease; seed: number }>;
  /** The seed of a region; null when it does not exist. */
  regionSeed(region: number): Promise<number | null>;
  /** What can be read: newest first, beginning at `newestFrame`. Damaged ones are left out. */
  checkpoints(region: number, newestFrame?: number): AsyncIterable<Checkpoint>;
  /** Oldest first. */
  checkpointMarks(region: number, which: 'all' | 'with-state'): Promise<readonly CheckpointMark[]>;
  /** As the marks tell it, oldest first; each names another core than the one before. */
  coreSpans(region: number): Promise<readonly CoreSpan[]>;
  /** Also says whether a mark is sound whose state is gone: it is then `absent`. */
  readCheckpoint(region: number, frame: number): Promise<ReadCheckpoint>;
  /** Groups that hold `fromFrame` or later frames, in order. */
  groups(region: number, fromFrame: number): AsyncIterable<JournalGroup>;
  appendGroup(
    lease: RegionLease,
    group: JournalGroup,
    projection: Projection,
  ): Promise<StoreOutcome>;
  /** Removes groups at and after `fromFrame`: recovery cuts off what did not verify. */
  truncateGroups(lease: RegionLease, fromFrame: number): Promise<StoreOutcome>;
  saveCheckpoint(lease: RegionLease, checkpoint: Checkpoint): Promise<StoreOutcome>;
  /** Takes the states of these checkpoints away; their marks stay. */
  thinCheckpoints(lease: RegionLease, frames: readonly number[]): Promise<StoreOutcome>;
  /** Removes groups that end before `frame`, and marks before it that have no state. */
  pruneJournal(lease: RegionLease, frame: number): Promise<StoreOutcome>;
  /** Removes checkpoints behind `frame`: the world goes back to it. */
  dropCheckpointsAfter(lease: RegionLease, frame: number): Promise<StoreOutcome>;
  /** Keeps a core's artifact by its hash, once; older worlds are replayed with it. */
  keepCore(coreHash: string, wasm: Uint8Array): Promise<void>;
  /** The artifact as it was kept; null when it was not, or is not what was kept. */
  keptCore(coreHash: string): Promise<Uint8Array | null>;
  /** What stands in a region as of its last committed group, in any order. */
  pieces(region: number): Promise<PlacedPiece[]>;
  /** Enters what happened to a region as a whole into its history. */
  noteScene(lease: RegionLease, event: SceneEvent): Promise<StoreOutcome>;
  createGuest(name: string): Promise<Account>;
  account(account: number): Promise<Account | null>;
  /** Cheap probe for readiness. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

/** Something that nobody honest does often; equal ones of one batch are one with a count. */
export interface SecurityEvent {
  /** At the door, of an open link, of what is asked too often, of a ticket. */
  readonly kind: 'refusal' | 'close' | 'limit' | 'revocation';
  /** Of the refusal, the close, the limit. */
  readonly code: string;
  /** Null before anybody is known. */
  readonly account: number | null;
  /** Textual address of the other end; null where there is none. */
  readonly address: string | null;
  readonly count: number;
}

/** A metric over one minute: gauges as they were, counters as their increase a second. */
export interface MetricAggregate {
  readonly metric: string;
  /** Value of the one label, empty without. */
  readonly label: string;
  readonly samples: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

export interface SceneRecord extends SceneEvent {
  readonly epoch: number;
  readonly atMs: number;
}

/** The books beside the world: for operators and the API. The world plays on without them. */
export interface Books {
  /** Durable when it resolves; rejects when the store is away. */
  revokeTicket(ticketId: string, expiresAtMs: number): Promise<void>;
  /** Tickets that were revoked and would not have expired at `nowMs`; forgets those that have. */
  revokedTickets(nowMs: number): Promise<{ ticketId: string; expiresAtMs: number }[]>;
  addSecurityEvents(events: readonly SecurityEvent[]): Promise<StoreOutcome>;
  /** Adds a minute, and what its hour is made of so far. */
  addMetrics(
    region: number,
    minuteMs: number,
    aggregates: readonly MetricAggregate[],
  ): Promise<StoreOutcome>;
  /** Newest first; may lag behind by what the read replica does. */
  sceneHistory(region: number, limit: number): Promise<SceneRecord[]>;
}

/** What a session leaves behind so that another process can resume it. */
export interface ResumableSession {
  readonly account: number;
  /** The entity id of the player's body. */
  readonly entity: number;
  readonly epoch: number;
}

/** Shared by all servers of one world; in process by default, Redis when configured. */
export interface Bus {
  revokeTicket(ticketId: string, ttlSeconds: number): Promise<void>;
  isRevoked(ticketId: string): Promise<boolean>;
  /** Next epoch of an account's session: strictly greater than every earlier one. */
  nextEpoch(account: number): Promise<number>;
  saveSession(session: ResumableSession, ttlSeconds: number): Promise<void>;
  session(account: number): Promise<ResumableSession | null>;
  ping(): Promise<boolean>;
  close(): Promise<void>;
}
