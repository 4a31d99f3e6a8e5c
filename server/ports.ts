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
  /** SHA-256 of the core artifact, hex. */
  readonly coreHash: string;
  /** `Core.stateHash()` of the restored state. */
  readonly stateHash: bigint;
  /** `Core.snapshot()` bytes; the store compresses as it likes. */
  readonly state: Uint8Array;
  /** The journal's chain value just before `frame`. */
  readonly chain: Uint8Array;
}

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

/** Truth that outlives the process. Reads throw only while the server starts. */
export interface Store {
  /** Takes the region over, fencing every earlier holder. Creates it with `seed` when it is new. */
  claimRegion(region: number, seed: number): Promise<{ lease: RegionLease; seed: number }>;
  /** Newest first. */
  checkpoints(region: number): AsyncIterable<Checkpoint>;
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
  createGuest(name: string): Promise<Account>;
  account(account: number): Promise<Account | null>;
  /** Cheap probe for readiness. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
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
