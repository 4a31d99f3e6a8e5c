import type { Abi } from './abi.ts';
import type { Memory } from './memory.ts';

export const EventKind = {
  /** `other` overlaps the sensor `entity` from this tick on. */
  SENSOR_BEGIN: 1,
  /** `other` is out of the sensor `entity`, or one of them is gone. */
  SENSOR_END: 2,
  /** `entity` became NaN, or met the rim of the region, and was stopped. `other` is 0. */
  QUARANTINED: 3,
} as const;
export type EventKind = (typeof EventKind)[keyof typeof EventKind];

/** What a tick did that its host must hear of. A tick computed again tells the same again. */
export interface TickEvent {
  readonly kind: EventKind;
  readonly entity: number;
  readonly other: number;
}

const EVENT_WORDS = 3;

export function takeEvents({ u32 }: Memory, abi: Abi): TickEvent[] {
  const first = (abi.eventsAddress.value as number) >>> 2;
  return Array.from({ length: abi.eventsOfTick() }, (_, i) => {
    const at = first + i * EVENT_WORDS;
    return {
      kind: u32[at] as EventKind,
      entity: u32[at + 1] as number,
      other: u32[at + 2] as number,
    };
  });
}
