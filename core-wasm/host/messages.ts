import type { WireFault } from './types.ts';

/** Catalogue of messages; bytes are laid out by `core-wasm/assembly/wire/messages.ts` alone. */
export const PROTOCOL_VERSION = 8;

export const MessageKind = {
  HELLO: 0x01,
  INPUT: 0x02,
  PING: 0x03,
  REPAIR: 0x04,
  SPARE: 0x05,
  WELCOME: 0x81,
  SNAPSHOT: 0x82,
  FRAME: 0x83,
  KEEPING: 0x84,
  PONG: 0x85,
} as const;
export type MessageKind = (typeof MessageKind)[keyof typeof MessageKind];

/** `Hello.resumeFrame` of a client that has no state. */
export const NO_RESUME_FRAME = 0xffffffff;

/** Of a HELLO of a client that has no state. */
export const NO_RESUME = {
  resumeFrame: NO_RESUME_FRAME,
  resumeHash: 0n,
  resumeLease: 0,
} as const;

/** First message of a client. */
export interface Hello {
  readonly kind: typeof MessageKind.HELLO;
  readonly protocol: number;
  /** First 8 bytes of the artifact's SHA-256, little endian. */
  readonly coreHash: bigint;
  /** The frame that the client would apply next, to be sent it and what followed. */
  readonly resumeFrame: number;
  /** `Core.proof` of its state at that frame's first tick. */
  readonly resumeHash: bigint;
  /** `Welcome.lease` under which that state began; 0 without one. */
  readonly resumeLease: number;
  /** Drawn by the client when it began, so that its own connections are known from another's. */
  readonly instance: number;
  /** Which of its connections this is: one that it gave up may be heard after a later one. */
  readonly attempt: number;
}

/** A client's input for one frame; `entry` is copied into the frame byte for byte. */
export interface Input {
  readonly kind: typeof MessageKind.INPUT;
  readonly frame: number;
  readonly entry: Uint8Array;
}

export interface Ping {
  readonly kind: typeof MessageKind.PING;
  /** Opaque to the server, echoed. */
  readonly nonce: number;
}

/**
 * The client's state is not what the server proves: it wants what differs instead. Without hashes,
 * or where they do not tell, a SNAPSHOT comes.
 */
export interface Repair {
  readonly kind: typeof MessageKind.REPAIR;
  /** The frame at whose first tick the states differ. */
  readonly frame: number;
  /** `Core.proof` of the client's state there. */
  readonly proof: bigint;
  /** `Core.moverHashes` of that state; empty when there are none, or over `REPAIR_HASHES_MAX`. */
  readonly hashes: Uint32Array;
}

/**
 * First and only greeting of a second socket: it carries the same inputs as the first once more, so
 * that one lost segment does not hold them up on both, and the server says nothing on it.
 */
export interface Spare {
  readonly kind: typeof MessageKind.SPARE;
  /** `Welcome.epoch` of the account's session that the inputs are for. */
  readonly epoch: number;
}

export interface Welcome {
  readonly kind: typeof MessageKind.WELCOME;
  readonly protocol: number;
  readonly coreHash: bigint;
  readonly epoch: number;
  readonly entity: number;
  /** The frame of the first SNAPSHOT or FRAME that follows. */
  readonly nextFrame: number;
  /** True: frames follow and the client's state stands. False: a SNAPSHOT comes first. */
  readonly resumed: boolean;
  /**
   * Epoch of the lease under which the server writes the region: another one is another history,
   * for what was not durable is gone.
   */
  readonly lease: number;
}

/** State at a frame's first tick: all that is static. What moves enters with the frame itself. */
export interface Snapshot {
  readonly kind: typeof MessageKind.SNAPSHOT;
  readonly frame: number;
  /** For `Core.unpackSnapshot`. */
  readonly state: Uint8Array;
}

/** Who leaves and enters a client's bubble at a frame's first tick, before its commands. */
export interface BubbleChange {
  /** Entities that are the client's no longer. */
  readonly leaves: Uint32Array;
  /** Those who enter, for `Core.insertShrunk`; empty when nobody does. */
  readonly enter: Uint8Array;
}

/** One sequenced frame as it concerns the client's bubble, for its `BubbleReader`. */
export interface FrameMessage {
  readonly kind: typeof MessageKind.FRAME;
  /** The whole message. */
  readonly message: Uint8Array;
}

/** How early a client's inputs come; a part of some FRAMEs. */
export interface Timing {
  /** Newest frame for which an input of this client was sequenced. */
  readonly inputFrame: number;
  /** Least time between an input's arrival and its frame's sealing since it was last told, ms;
   *  negative when an input came late. −32768…32767. */
  readonly slackMs: number;
  /** Frames since then for which the server had to replace the input. */
  readonly replaced: number;
}

export const KeepingState = {
  /** What is played is durable within a moment. */
  SOUND: 0,
  /** The store is slow or away: the world goes on, and a crash now would take more of it. */
  BEHIND: 1,
  /** Too much is not durable: the world stands still until the store has taken it. */
  PAUSED: 2,
} as const;
export type KeepingState = (typeof KeepingState)[keyof typeof KeepingState];

/** How what is played is kept: first thing after WELCOME, and whenever the state changes. */
export interface Keeping {
  readonly kind: typeof MessageKind.KEEPING;
  readonly state: KeepingState;
  /** As `Welcome.lease`. */
  readonly lease: number;
  /** The first frame that was played under this lease; all before it are durable. */
  readonly began: number;
  /** Frames before this one are durable. */
  readonly kept: number;
}

export interface Pong {
  readonly kind: typeof MessageKind.PONG;
  readonly nonce: number;
}

export type Message =
  | Hello
  | Input
  | Ping
  | Repair
  | Spare
  | Welcome
  | Snapshot
  | FrameMessage
  | Keeping
  | Pong;

/** What `Core.decodeMessage` gives: the message, or the fault by number. */
export type Decoded =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly fault: WireFault };
