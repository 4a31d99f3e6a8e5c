import type { Core } from '../../core-wasm/host/core.ts';
import type { BubbleChange } from '../../core-wasm/host/messages.ts';

/** The part of the core that prediction drives. */
export type PredictedCore = Pick<
  Core,
  | 'tick'
  | 'frame'
  | 'loadFrame'
  | 'step'
  | 'events'
  | 'proof'
  | 'proofOf'
  | 'provenMovers'
  | 'moverHashes'
  | 'movingHash'
  | 'movingHashOf'
  | 'reopen'
  | 'removePart'
  | 'insertShrunk'
  | 'snapshot'
  | 'restore'
  | 'frameBegin'
  | 'addInput'
  | 'frameEnd'
  | 'readFrameHeader'
  | 'frameInputs'
  | 'sameFrame'
  | 'encodeEntry'
  | 'islands'
  | 'beginPart'
  | 'markChanged'
  | 'stepPart'
  | 'computedCount'
  | 'wasComputed'
  | 'playerCount'
>;

/** What this client did in one frame, ready to be sent. */
export interface OwnInput {
  readonly frame: number;
  readonly entry: Uint8Array;
}

/** A frame as it came from the server. */
export interface AuthoritativeFrame extends BubbleChange {
  readonly frame: number;
  /** 0 in most frames. */
  readonly proof: bigint;
  readonly bytes: Uint8Array;
}

/** False when the core trapped: then it must be opened anew. */
export function isWithoutTrap(run: () => void): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    return false;
  }
}
