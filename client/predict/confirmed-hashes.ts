/** Frames for which proofs are kept: ten seconds. */
export const CONFIRMED_HASHES_MAX = 200;

/** Proofs on which server and client agreed, by frame. */
export class ConfirmedHashes {
  readonly #frames = new Float64Array(CONFIRMED_HASHES_MAX).fill(-1);
  readonly #hashes = new BigUint64Array(CONFIRMED_HASHES_MAX);
  #newest = -1;

  /** Newest confirmed frame, −1 before the first. */
  get newestFrame(): number {
    return this.#newest;
  }

  get newestHash(): bigint {
    return this.#newest < 0 ? 0n : (this.at(this.#newest) ?? 0n);
  }

  confirm(frame: number, hash: bigint): void {
    const slot = frame % CONFIRMED_HASHES_MAX;
    this.#frames[slot] = frame;
    this.#hashes[slot] = hash;
    this.#newest = frame;
  }

  at(frame: number): bigint | null {
    const slot = frame % CONFIRMED_HASHES_MAX;
    return this.#frames[slot] === frame ? (this.#hashes[slot] ?? null) : null;
  }

  /** Forgets `frame` and what came after: a restarted server goes on from before it. */
  dropFrom(frame: number): void {
    for (let slot = 0; slot < CONFIRMED_HASHES_MAX; slot++) {
      if ((this.#frames[slot] ?? -1) >= frame) this.#frames[slot] = -1;
    }
    this.#newest = Math.min(this.#newest, frame - 1);
    if (this.#newest >= 0 && this.at(this.#newest) === null) this.#newest = -1;
  }
}
