/** Sent inputs that are remembered for each bot: three seconds. */
const FRAMES_MAX = 64;

interface Sent {
  readonly frame: number;
  readonly atMs: number;
  readonly entry: Uint8Array;
}

/**
 * Measures how long it takes from one bot's input until another bot holds the sequenced frame with
 * exactly that input in it. Replaced inputs do not count: nobody saw what the bot did.
 */
export class SeenBoard {
  readonly #sent = new Map<number, Array<Sent | undefined>>();
  #delaysMs: number[] = [];
  #recording = false;

  /** From now on delays are kept. */
  begin(): void {
    this.#recording = true;
    this.#delaysMs = [];
  }

  end(): number[] {
    this.#recording = false;
    return this.#delaysMs;
  }

  noteSent(entity: number, frame: number, atMs: number, entry: Uint8Array): void {
    const ring = this.#sent.get(entity) ?? new Array<Sent | undefined>(FRAMES_MAX);
    ring[frame % FRAMES_MAX] = { frame, atMs, entry };
    this.#sent.set(entity, ring);
  }

  forget(entity: number): void {
    this.#sent.delete(entity);
  }

  /** The bot of entity `own` holds `frame` with these inputs since `atMs`. */
  read(
    inputs: ReadonlyArray<{ readonly entity: number; readonly entry: Uint8Array }>,
    frame: number,
    own: number,
    atMs: number,
  ): void {
    if (!this.#recording) return;
    for (const { entity, entry } of inputs) {
      if (entity === own) continue;
      const sent = this.#sent.get(entity)?.[frame % FRAMES_MAX];
      if (sent?.frame !== frame || !sameBytes(sent.entry, entry)) continue;
      this.#delaysMs.push(atMs - sent.atMs);
    }
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
