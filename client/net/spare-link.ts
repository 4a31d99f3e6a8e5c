import { CloseCode } from '../../core-wasm/host/close-code.ts';
import type { ClientLink } from './socket.ts';

/**
 * Until the next try after a socket that broke or was refused; up to half of it more by chance, and
 * twice as long each time: a server that is too slow for all refuses most.
 */
export const SPARE_RETRY_MS = 30_000;
const RETRY_DOUBLINGS_MAX = 5;
/** One that takes so long to open is given up. */
const OPENING_MAX_MS = 10_000;
/** One that passes nothing on would only bring what is too old: two seconds of inputs. */
const BUFFERED_BYTES_MAX = 2048;

export interface SpareOptions {
  /** Opens a socket with the session's ticket; null while there is none. */
  readonly connect: () => ClientLink | null;
  /** SPARE for the session as it is now. */
  readonly greeting: () => Uint8Array;
  /** The door did not open: another ticket may be wanted. */
  readonly onRefused: () => void;
  /** 0 (inclusive) … 1 (exclusive). */
  readonly random: () => number;
}

/**
 * A second socket for a session's inputs, where the first is often held up.
 *
 * TCP holds back all that follows a lost segment, and when the repetition is lost as well, once in
 * some three minutes of 2 % loss, for longer than any lead covers: the server replaces inputs, and
 * the player is put back. Another connection loses other segments; what is sent on both is late
 * only where both are held up at once. Rejected: a longer lead, which delays all that everybody
 * sees of this player for a moment in three minutes, and datagrams (WebTransport, WebRTC), which
 * Bun does not serve.
 */
export class SpareLink {
  readonly #options: SpareOptions;
  #link: ClientLink | null = null;
  #wasOpen = false;
  #sinceMs = 0;
  #retryAtMs = 0;
  #failures = 0;

  constructor(options: SpareOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#wasOpen && this.#link?.state === 'open';
  }

  /**
   * Sends an input that left on the first socket too, or goes on opening. Only here does anything
   * happen: who plays nothing needs no second way. Returns the bytes that left.
   */
  send(input: Uint8Array, nowMs: number): number {
    const link = this.#link;
    if (link === null) {
      this.#open(nowMs);
      return 0;
    }
    if (link.state === 'connecting') {
      if (nowMs - this.#sinceMs > OPENING_MAX_MS) this.#giveUp(nowMs);
      return 0;
    }
    if (link.state === 'closed' || link.bufferedBytes > BUFFERED_BYTES_MAX) {
      if (!this.#wasOpen) this.#options.onRefused();
      this.#giveUp(nowMs);
      return 0;
    }
    const greeting = this.#wasOpen ? null : this.#options.greeting();
    this.#wasOpen = true;
    if (greeting !== null) link.send(greeting);
    link.send(input);
    return input.length + (greeting?.length ?? 0);
  }

  /** The session is over, or begins anew: the next input opens another one. */
  close(): void {
    // Not as a player who leaves: he stays, or his first socket says so.
    this.#link?.close(CloseCode.SUPERSEDED, 'no longer needed');
    this.#link = null;
    this.#retryAtMs = 0;
  }

  #open(nowMs: number): void {
    if (nowMs < this.#retryAtMs) return;
    this.#link = this.#options.connect();
    this.#wasOpen = false;
    this.#sinceMs = nowMs;
  }

  #giveUp(nowMs: number): void {
    this.close();
    const doublings = Math.min(this.#failures++, RETRY_DOUBLINGS_MAX);
    this.#retryAtMs = nowMs + SPARE_RETRY_MS * 2 ** doublings * (1 + this.#options.random() / 2);
  }
}
