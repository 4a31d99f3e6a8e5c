import { addDelay, type Delays, newDelays } from '../swarm/delays.ts';

/** Sent poses that are remembered for each bot: three quarters of a second. */
const KEPT = 15;

interface Sent {
  readonly atMs: number;
  readonly pose: Uint8Array;
}

/**
 * How long it takes from one bot's input until another bot holds it, where a server passes on the
 * bytes as they were sent. The counterpart of the swarm's `SeenBoard`, for streams without frames.
 */
export class Sightings {
  readonly #sent = new Map<string, Sent[]>();
  #delays: Delays = newDelays();
  #recording = false;

  begin(): void {
    this.#recording = true;
    this.#delays = newDelays();
  }

  end(): Delays {
    this.#recording = false;
    return this.#delays;
  }

  noteSent(sender: string, atMs: number, pose: Uint8Array): void {
    const kept = this.#sent.get(sender) ?? [];
    kept.push({ atMs, pose });
    if (kept.length > KEPT) kept.shift();
    this.#sent.set(sender, kept);
  }

  forget(sender: string): void {
    this.#sent.delete(sender);
  }

  /** Another bot holds `pose` of `sender` since `atMs`. What is no longer kept does not count. */
  read(sender: string, atMs: number, pose: Uint8Array): void {
    if (!this.#recording) return;
    const sent = this.#sent.get(sender)?.findLast((one) => sameBytes(one.pose, pose));
    if (sent !== undefined) addDelay(this.#delays, atMs - sent.atMs);
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
