import { PULLS } from '../layout';

/**
 * What accelerates a body through the coming tick apart from what it touches: gravity, buoyancy,
 * thrust; m/s². Spread over the tick's substeps: as one push at its start it would let what floats
 * and hovers creep.
 */

export function pullOf(slot: i32): v128 {
  return v128.load(PULLS + ((<usize>slot) << 4));
}

export function setPull(slot: i32, pull: v128): void {
  v128.store(PULLS + ((<usize>slot) << 4), pull);
}
