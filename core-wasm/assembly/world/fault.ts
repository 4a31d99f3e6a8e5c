/** Bits that `step` returns; the same numbers as `StepFault` of the host. */
export const enum StepFault {
  BODIES_FULL = 1,
  PLAYERS_FULL = 2,
  PAIRS_FULL = 4,
  CONTACTS_FULL = 8,
  QUARANTINED = 16,
  COMMAND_SKIPPED = 32,
  STATICS_FULL = 64,
  JOINTS_FULL = 128,
  DEFINITIONS_FULL = 256,
  EVENTS_FULL = 512,
}

let raised: i32 = 0;

export function raiseFault(fault: StepFault): void {
  raised |= fault;
}

/** The faults since the last call. */
export function takeFaults(): i32 {
  const faults = raised;
  raised = 0;
  return faults;
}
