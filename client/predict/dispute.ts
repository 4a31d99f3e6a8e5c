import type { IncidentFrame, IncidentHead } from '../../core-wasm/host/incident-file.ts';
import type { WireFault } from '../../core-wasm/host/types.ts';

/** Why the predicted world is not what the server has. */
export type PredictionFault =
  /**
   * Same inputs, other state: at the frame's first tick the server proves `expected`. The player
   * plays on while what differs is sent again. `hashes`: `Core.moverHashes` of the own state there,
   * none where they cannot tell.
   */
  | {
      readonly kind: 'differs';
      readonly frame: number;
      readonly expected: bigint;
      readonly got: bigint;
      readonly hashes: Uint32Array;
    }
  /** The core refused an authoritative frame, or who leaves or enters with it: state comes anew. */
  | { readonly kind: 'refused'; readonly frame: number; readonly wire: WireFault }
  /** A remembered state is no state any more: memory went bad under it. */
  | { readonly kind: 'unsound'; readonly frame: number }
  /** The core trapped: what it holds is void. */
  | { readonly kind: 'trapped'; readonly frame: number };

/** What is filed of a desync; see `IncidentHead`. */
export interface DisputeReport {
  readonly head: Pick<IncidentHead, 'frame' | 'expected' | 'got' | 'fault' | 'isProven'>;
  readonly frames: readonly IncidentFrame[];
}

/** The desync at hand, from its discovery until both ends agree again. */
export class Disputes {
  /** Since the beginning. */
  count = 0;
  readonly #onFault: (fault: PredictionFault) => void;
  readonly #onDispute: (report: DisputeReport) => void;
  #first: PredictionFault | null = null;
  #filed = false;

  constructor(
    onFault: (fault: PredictionFault) => void,
    onDispute: (report: DisputeReport) => void,
  ) {
    this.#onFault = onFault;
    this.#onDispute = onDispute;
  }

  get isOpen(): boolean {
    return this.#first !== null;
  }

  get isUnfiled(): boolean {
    return this.isOpen && !this.#filed;
  }

  tell(fault: PredictionFault): void {
    if (!this.isOpen) this.count++;
    this.#first ??= fault;
    this.#onFault(fault);
  }

  /** Once for each desync. */
  file(frames: readonly IncidentFrame[], isProven: boolean): void {
    if (this.#first === null || this.#filed) return;
    this.#filed = true;
    const { kind, frame } = this.#first;
    const proofs = this.#first.kind === 'differs' ? this.#first : { expected: 0n, got: 0n };
    const expected = proofs.expected.toString(16);
    const got = proofs.got.toString(16);
    this.#onDispute({ head: { frame, expected, got, fault: kind, isProven }, frames });
  }

  close(): void {
    this.#first = null;
    this.#filed = false;
  }
}
