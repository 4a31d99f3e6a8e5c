import type { Core } from '../../core-wasm/host/core.ts';
import type { Incident, IncidentFrame } from '../../core-wasm/host/incident-file.ts';
import { readField } from '../../core-wasm/host/state-fields.ts';
import { sectionsOf } from '../../core-wasm/host/state-sections.ts';
import { TICKS_PER_FRAME, WireFault } from '../../core-wasm/host/types.ts';
import { type Difference, differencesOf, fieldAt, moversOf } from './difference.ts';

/** What is found out about a desync. */
export type Explanation =
  /**
   * The client's memory or computation: from its first state its frames make something else.
   * `first` is right at `tick` when `isExact`: either both states of that tick are known, or that
   * bit is the only one that explains the hash which the client noted. Else it is the first that
   * differs at the next tick of which the state is known, `seenAtTick`.
   */
  | {
      readonly kind: 'client';
      readonly tick: number;
      readonly seenAtTick: number;
      readonly isExact: boolean;
      readonly first: Difference;
      /** Fields that differ then, `first` among them. */
      readonly count: number;
    }
  /** Client and replay agree, the server's state is another. */
  | {
      readonly kind: 'server';
      readonly tick: number;
      readonly first: Difference;
      readonly count: number;
    }
  /** The client was given another input of `entity` than the server sealed. */
  | { readonly kind: 'stream'; readonly tick: number; readonly entity: number }
  /** The core takes a state or frame of the file for malformed, as the client's did. */
  | { readonly kind: 'refused'; readonly tick: number; readonly wire: number }
  /** Everything follows from the first state, as far as the file goes. */
  | { readonly kind: 'clean'; readonly tick: number; readonly isProven: boolean };

/** Plays an incident on `core`, which must be the one that the incident names. */
export function explainIncident(core: Core, incident: Incident): Explanation {
  const { frames, head } = incident;
  const first = frames[0] as IncidentFrame;
  const firstTick = first.frame * TICKS_PER_FRAME;
  const restored = core.restore(first.state);
  if (restored !== WireFault.NONE) return { kind: 'refused', tick: firstTick, wire: restored };
  const fromStream = readStream(core, incident);
  let atRepair: Uint8Array | null = null;
  for (const [index, one] of frames.entries()) {
    const tick = one.frame * TICKS_PER_FRAME;
    const right = core.snapshot();
    if (one.frame === incident.server?.note.frame) atRepair = right;
    const wrong = index === 0 ? null : compareStates(right, one.state, tick);
    if (wrong !== null) return wrong;
    if (one.bytes.length === 0) break;
    const found = playFrame(core, one, frames[index + 1] ?? null);
    if (found !== null) return found;
  }
  if (fromStream !== null) return fromStream;
  const fromServer = compareServer(incident, atRepair);
  return fromServer ?? { kind: 'clean', tick: core.tick, isProven: head.isProven };
}

function compareStates(right: Uint8Array, got: Uint8Array, tick: number): Explanation | null {
  const found = differencesOf(right, got);
  const [first] = found ?? [NO_FORM];
  if (first === undefined) return null;
  const count = found?.length ?? 1;
  return { kind: 'client', tick, seenAtTick: tick, isExact: true, first, count };
}

/** Nothing differs any more where the state is known. */
export const HEALED_FIELD = 'healed';
const HEALED: Difference = {
  section: 'header',
  entity: 0,
  other: 0,
  field: HEALED_FIELD,
  expected: null,
  got: null,
  bit: -1,
};

/** A state whose very form is gone. */
const NO_FORM: Difference = {
  section: 'header',
  entity: 0,
  other: 0,
  field: 'form',
  expected: null,
  got: null,
  bit: -1,
};

function playFrame(core: Core, one: IncidentFrame, next: IncidentFrame | null): Explanation | null {
  const tick = one.frame * TICKS_PER_FRAME;
  const { leaves, enter, bytes } = one;
  const isGone = leaves.length === 0 || core.removePart(leaves);
  if (!isGone) return { kind: 'refused', tick, wire: WireFault.OUT_OF_RANGE };
  const entered = enter.length === 0 ? WireFault.NONE : core.insertShrunk(enter);
  if (entered !== WireFault.NONE) return { kind: 'refused', tick, wire: entered };
  const wire = core.loadFrame(bytes);
  if (wire !== WireFault.NONE) return { kind: 'refused', tick, wire };
  for (let i = 0; i < TICKS_PER_FRAME; i++) {
    const noted = one.hashes[i] ?? 0n;
    if (noted !== 0n && core.movingHash() !== noted) return locate(core, noted, next);
    core.step();
  }
  return null;
}

/**
 * The client noted another hash at the core's tick. One bit that makes the right state have it is
 * the fault: looked for first in those in whom the next known states differ.
 */
function locate(core: Core, noted: bigint, next: IncidentFrame | null): Explanation {
  const { tick } = core;
  const right = core.snapshot();
  while (core.step() >= 0 && core.tick % TICKS_PER_FRAME !== 0);
  const seenAtTick = core.tick;
  const later = next === null ? [] : (differencesOf(core.snapshot(), next.state) ?? []);
  const bit = findBit(core, right, noted, new Set(later.map(({ entity }) => entity)));
  if (bit !== null) {
    const first = describeBit(right, bit);
    return { kind: 'client', tick, seenAtTick: tick, isExact: true, first, count: 1 };
  }
  const [first = HEALED] = later;
  const count = Math.max(1, later.length);
  return { kind: 'client', tick, seenAtTick, isExact: false, first, count };
}

/** Of a flipped state: number of the bit, counted from the state's beginning. */
function findBit(
  core: Core,
  right: Uint8Array,
  noted: bigint,
  suspects: ReadonlySet<number>,
): number | null {
  const state = right.slice();
  const records = (sectionsOf(right) ?? [])
    .filter(({ name }) => MOVING.has(name))
    .flatMap(({ at, end, recordBytes }) =>
      Array.from({ length: (end - at) / recordBytes }, (_, i) => ({
        at: at + i * recordBytes,
        bytes: recordBytes,
      })),
    );
  const isSuspect = ({ at }: { at: number }): boolean => {
    const owner = fieldAt(right, at);
    return owner !== null && (suspects.has(owner.entity) || suspects.has(owner.other));
  };
  const ordered = [...records.filter(isSuspect), ...records.filter((one) => !isSuspect(one))];
  for (const { at, bytes } of ordered) {
    for (let bit = at * 8; bit < (at + bytes) * 8; bit++) {
      const mask = 1 << (bit & 7);
      state[bit >> 3] = (state[bit >> 3] as number) ^ mask;
      if (core.movingHashOf(state) === noted) return bit;
      state[bit >> 3] = (state[bit >> 3] as number) ^ mask;
    }
  }
  return null;
}

const MOVING: ReadonlySet<string> = new Set(['movers', 'players', 'joints', 'contacts']);

function describeBit(right: Uint8Array, bit: number): Difference {
  const place = fieldAt(right, bit >> 3);
  if (place === null) return NO_FORM;
  const { section, entity, other, field, recordAt } = place;
  const flipped = right.slice();
  flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
  const expected = readField(right, recordAt, field);
  const got = readField(flipped, recordAt, field);
  const inField = bit - (recordAt + field.at) * 8;
  return { section, entity, other, field: field.name, expected, got, bit: inField };
}

/** The first input that the client was given and the server did not seal like that. */
function readStream(core: Core, { frames, server }: Incident): Explanation | null {
  if (server === null) return null;
  const sealed = new Map(server.frames.map((bytes) => [core.readFrameHeader(bytes)?.frame, bytes]));
  for (const { frame, bytes } of frames) {
    const whole = sealed.get(frame);
    if (whole === undefined || bytes.length === 0) continue;
    const right = new Map(
      core.frameInputs(whole).map(({ entity, entry }) => [entity, entry.join()]),
    );
    const wrong = core
      .frameInputs(bytes)
      .find(({ entity, entry }) => right.get(entity) !== entry.join());
    const tick = frame * TICKS_PER_FRAME;
    if (wrong !== undefined) return { kind: 'stream', tick, entity: wrong.entity };
  }
  return null;
}

/** The client's half follows from its frames: whether the server's does too. */
function compareServer({ server }: Incident, atRepair: Uint8Array | null): Explanation | null {
  if (server === null || atRepair === null) return null;
  const theirs = new Set(moversOf(server.part));
  const both = new Set(moversOf(atRepair).filter((id) => theirs.has(id)));
  const found = differencesOf(server.part, atRepair, both);
  const [first] = found ?? [];
  if (first === undefined) return null;
  const tick = server.note.frame * TICKS_PER_FRAME;
  return { kind: 'server', tick, first, count: found?.length ?? 1 };
}
