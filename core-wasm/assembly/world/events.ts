import { EVENT_BYTES, EVENTS } from '../layout';
import { EVENT_CAPACITY } from '../limits';
import { raiseFault, StepFault } from './fault';

/**
 * What a tick did that its host must hear of, in the order in which the tick came to it. Events are
 * no state: they follow from it, and a tick that is computed again has the same ones.
 */
export const enum EventKind {
  /** `entity` is the sensor, `other` whom it overlaps from this tick on. */
  SENSOR_BEGIN = 1,
  /** `other` is out of the sensor, or one of them is gone. */
  SENSOR_END = 2,
  /** `entity` went mad, or out of the region: it was stopped. `other` is 0. */
  QUARANTINED = 3,
}

@unmanaged
@final
class TickEvent {
  kind: u32;
  entity: u32;
  other: u32;
}

assert(offsetof<TickEvent>() == EVENT_BYTES);

let count: i32 = 0;

export function eventCount(): i32 {
  return count;
}

/** At the tick's beginning those of the one before are forgotten. */
export function beginEvents(): void {
  count = 0;
}

export function noteEvent(kind: EventKind, entity: u32, other: u32): void {
  if (count == EVENT_CAPACITY) {
    raiseFault(StepFault.EVENTS_FULL);
    return;
  }
  const event = changetype<TickEvent>(EVENTS + <usize>count * EVENT_BYTES);
  event.kind = kind;
  event.entity = entity;
  event.other = other;
  count++;
}
