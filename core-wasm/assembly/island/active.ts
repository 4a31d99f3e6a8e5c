import { Body, BodyKind, body, Role } from '../body/body';
import { invalidateDormantGrid } from '../broadphase/dormant-grid';
import { ACTIVE, IS_ACTIVE } from '../layout';
import { dot3 } from '../math/vec3';
import { header } from '../world/header';

/**
 * The movers that a tick computes, as ascending slots. The others are dormant: they sleep, or the
 * tick computes only a part of the world; either way the tick does not touch them.
 */

let count: i32 = 0;

export function activeCount(): i32 {
  return count;
}

export function activeSlot(index: i32): i32 {
  return <i32>load<u16>(ACTIVE + ((<usize>index) << 1));
}

export function isActive(slot: i32): bool {
  return load<u8>(IS_ACTIVE + <usize>slot) != 0;
}

export function clearActive(): void {
  count = 0;
  memory.fill(IS_ACTIVE, 0, header().moverCount);
}

/** Adds a dormant mover, and wakes it. */
export function activate(slot: i32): void {
  if (isActive(slot)) return;
  store<u8>(IS_ACTIVE + <usize>slot, 1);
  store<u16>(ACTIVE + ((<usize>count) << 1), <u16>slot);
  count++;
  wake(body(slot));
}

/** Those added by the flood came in the order in which they were met. */
export function sortActive(): void {
  const movers = header().moverCount;
  count = 0;
  for (let slot = 0; slot < movers; slot++) {
    if (!isActive(slot)) continue;
    store<u16>(ACTIVE + ((<usize>count) << 1), <u16>slot);
    count++;
  }
}

/** A body that something happens to is not asleep. */
export function wake(b: Body): void {
  if (b.asleep == 0) return;
  b.asleep = 0;
  b.stillTicks = 0;
  invalidateDormantGrid();
}

/** Whether a body may come to rest for good; what a player drives or a lift carries may not. */
export function canRest(b: Body): bool {
  if (b.role != Role.LOOSE) return false;
  if (b.kind == BodyKind.DYNAMIC) return true;
  return dot3(b.linearVelocity, b.linearVelocity) + dot3(b.angularVelocity, b.angularVelocity) == 0;
}
