import { type Keeping, KeepingState } from '../../core-wasm/host/messages.ts';

/**
 * `durable`: no crash of the server can take the frame away any more. `lost`: the server went away
 * before it said so; what happened in the frame may be undone.
 */
export type Durable = 'durable' | 'lost';

export interface KeepingStatus {
  readonly state: KeepingState;
  /** For how long the state has not been `SOUND`, ms. */
  readonly unsoundMs: number;
  /** Newest frame that no crash of the server can take away, −1 before the first. */
  readonly durableFrame: number;
}

interface Wait {
  readonly frame: number;
  readonly settle: (outcome: Durable) => void;
}

/** What the server has said of the keeping of what is played. It is never ahead of the store. */
export class Durability {
  state: KeepingState = KeepingState.SOUND;

  /** Since when the state is not `SOUND`; null while it is. */
  #unsoundSinceMs: number | null = null;
  #lease = 0;
  /** Frames before this one are durable. */
  #kept = 0;
  #waits: Wait[] = [];
  #ended = false;

  statusAt(nowMs: number): KeepingStatus {
    const sinceMs = this.#unsoundSinceMs ?? nowMs;
    return { state: this.state, unsoundMs: nowMs - sinceMs, durableFrame: this.#kept - 1 };
  }

  /**
   * Settles once it is known what became of the frame: for what a player must not be told to have
   * before it cannot be taken from him. At most half a second after the frame while all is well.
   */
  when(frame: number): Promise<Durable> {
    if (frame < this.#kept) return Promise.resolve('durable');
    if (this.#ended) return Promise.resolve('lost');
    return new Promise((settle) => this.#waits.push({ frame, settle }));
  }

  /** The connection is another: how the world is kept will be said. */
  restart(): void {
    this.#turn(KeepingState.SOUND, 0);
  }

  onKeeping({ state, lease, began, kept }: Keeping, atMs: number): void {
    if (lease !== this.#lease) this.#begin(lease, began);
    this.#turn(state, atMs);
    this.#keep(kept);
  }

  /** A frame came that says how many up to it are not durable. */
  onFrame(frame: number, undurable: number | null): void {
    if (undurable !== null) this.#keep(frame + 1 - undurable);
  }

  /** Nothing more will be heard. */
  end(): void {
    this.#ended = true;
    this.#settle(() => 'lost');
  }

  /** Another server, or another life of it: what it found is durable, the rest never was. */
  #begin(lease: number, began: number): void {
    const isNext = lease === this.#lease + 1;
    // Between more than one server frames may have been lost that were played anew since.
    if (this.#lease !== 0) this.#settle((frame) => (isNext && frame < began ? 'durable' : 'lost'));
    this.#lease = lease;
    this.#kept = began;
  }

  #turn(state: KeepingState, atMs: number): void {
    this.state = state;
    if (state === KeepingState.SOUND) this.#unsoundSinceMs = null;
    else this.#unsoundSinceMs ??= atMs;
  }

  #keep(kept: number): void {
    if (kept <= this.#kept) return;
    this.#kept = kept;
    const due = this.#waits.filter(({ frame }) => frame < kept);
    if (due.length === 0) return;
    this.#waits = this.#waits.filter(({ frame }) => frame >= kept);
    for (const { settle } of due) settle('durable');
  }

  #settle(outcome: (frame: number) => Durable): void {
    for (const { frame, settle } of this.#waits.splice(0)) settle(outcome(frame));
  }
}
