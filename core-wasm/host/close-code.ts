/**
 * Numbers that a closed socket carries. 1000–1015 belong to RFC 6455; 4000–4999 are ours.
 * The client decides by number whether coming back makes sense (`mayReturn`).
 */
export const CloseCode = {
  /** The player left. */
  NORMAL: 1000,
  /** The server drains; come back in a moment. */
  GOING_AWAY: 1001,
  /** More messages or bytes a second than a player can need. */
  FLOOD: 1008,
  /** A message over the size limit. */
  TOO_BIG: 1009,
  /** The message did not decode; the reason names the wire fault. */
  MALFORMED: 4000,
  /** A well-formed message that this state of the session does not allow. */
  OUT_OF_ORDER: 4001,
  /** Client and server speak different protocol versions or run different cores. */
  VERSION_MISMATCH: 4002,
  /** A newer socket of the same player took the session over. */
  SUPERSEDED: 4003,
  /** The receive buffer stayed full past the hard limit. */
  TOO_SLOW: 4004,
  /** Nothing was heard for the heartbeat's limit. */
  SILENT: 4005,
  /** No HELLO came in time. */
  NO_HELLO: 4006,
  /** The region holds as many players as it can. */
  REGION_FULL: 4007,
  /** The ticket is missing, expired, forged or revoked. */
  UNAUTHORIZED: 4008,
  /** The server cannot go on with this world just now. */
  UNAVAILABLE: 4009,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];

const FINAL: ReadonlySet<number> = new Set([
  CloseCode.NORMAL,
  CloseCode.VERSION_MISMATCH,
  CloseCode.SUPERSEDED,
]);

/** Whether a client should reconnect by itself after this code. */
export function mayReturn(code: number): boolean {
  return !FINAL.has(code);
}
