import type { DeviceActions } from './actions.ts';
import { type Control, EYE_HEIGHT_M, type Part } from './control.ts';
import type { Held } from './held.ts';
import type { Sight } from './sight.ts';

/** How far a flat player can reach for a thing, m. */
export const REACH_MAX_M = 3.5;
const REACH_MIN_M = 0.45;
/** A hand without a target is stretched out so far. */
const STRETCH_M = 0.75;
/** The hand stops short of a surface: nearer than the core's grab distance, not touching. */
const STANDOFF_M = 0.12;
/** The core looks for something to take for 200 ms after the press; then it is pressed anew. */
const RETRY_MS = 250;
/** How long the grip stays open in between, so that a tick sees it. */
const OPEN_MS = 40;
/** The ray is cast as often as poses are sent. */
const CAST_INTERVAL_MS = 50;
/**
 * A hand leads what it holds by no more than this beyond their distance at the grab: the core
 * lets a load slip at 1.5 m, and a mouse can outrun any spring.
 */
const LEASH_M = 0.8;
/** Share of the way that a hand goes in a millisecond, outwards and back. */
const RATE_OUT = 0.04;
const RATE_BACK = 0.012;

/**
 * A hand of somebody who has none: a button reaches along the view to what stands there and
 * grips it, so that flat players use the same hand and grip as those in VR.
 */
export interface FlatHand {
  readonly rest: readonly [number, number, number];
  /** Along the view, m. */
  distance: number;
  phase: 'resting' | 'reaching' | 'gripping' | 'holding';
  phaseMs: number;
  /** From the hand to the middle of what it holds at the grab, m; negative until measured. */
  gap: number;
}

export interface FlatHands {
  readonly left: FlatHand;
  readonly right: FlatHand;
  /** What the view's ray meets within reach; 0 for nothing or the ground. */
  aimedEntity: number;
  aimedDistance: number;
  sinceCastMs: number;
}

function flatHand(x: number): FlatHand {
  return { rest: [x, 1.15, -0.36], distance: STRETCH_M, phase: 'resting', phaseMs: 0, gap: -1 };
}

export function createFlatHands(): FlatHands {
  return {
    left: flatHand(-0.3),
    right: flatHand(0.3),
    aimedEntity: 0,
    aimedDistance: STRETCH_M,
    sinceCastMs: CAST_INTERVAL_MS,
  };
}

/** Sees what is ahead; cheap enough to be called each frame, casts every `CAST_INTERVAL_MS`. */
export function aim(hands: FlatHands, sight: Sight, elapsedMs: number): void {
  hands.sinceCastMs += elapsedMs;
  if (hands.sinceCastMs < CAST_INTERVAL_MS) return;
  hands.sinceCastMs = 0;
  const hit = sight.cast(REACH_MAX_M);
  hands.aimedEntity = hit?.entity ?? 0;
  hands.aimedDistance = hit === null ? REACH_MAX_M : Math.min(REACH_MAX_M, hit.distance);
}

/**
 * Moves both hands and replaces the grips in `actions`: a held button reaches, and grips only
 * while there is something ahead, again and again, so that one may sweep over things to take one.
 */
export function reach(
  hands: FlatHands,
  control: Control,
  actions: DeviceActions,
  held: Held,
  sight: Sight,
  elapsedMs: number,
): void {
  actions.gripLeft = advance(hands, hands.left, actions.gripLeft, held.left, actions, elapsedMs);
  actions.gripRight = advance(
    hands,
    hands.right,
    actions.gripRight,
    held.right,
    actions,
    elapsedMs,
  );
  moveHand(hands.left, control, control.left, elapsedMs);
  moveHand(hands.right, control, control.right, elapsedMs);
  leash(hands.left, control.left, held.left, sight);
  leash(hands.right, control.right, held.right, sight);
  placeHead(control);
}

/** Next phase of a hand; true while it grips. */
function advance(
  hands: FlatHands,
  hand: FlatHand,
  pressed: boolean,
  held: number,
  actions: DeviceActions,
  elapsedMs: number,
): boolean {
  hand.phaseMs += elapsedMs;
  if (!pressed) enter(hand, 'resting');
  else if (hand.phase === 'resting') enter(hand, 'reaching');
  else if (hand.phase === 'reaching') {
    if (hand.phaseMs >= OPEN_MS && hands.aimedEntity !== 0) enter(hand, 'gripping');
  } else if (hand.phase === 'gripping') {
    if (held !== 0) enter(hand, 'holding');
    else if (hand.phaseMs >= RETRY_MS) enter(hand, 'reaching');
  } else if (held === 0) enter(hand, 'reaching');

  if (hand.phase === 'reaching' || hand.phase === 'gripping') hand.distance = distanceAhead(hands);
  if (hand.phase === 'holding') {
    hand.distance = clamp(hand.distance + actions.reach, REACH_MIN_M, REACH_MAX_M);
  }
  return hand.phase === 'gripping' || hand.phase === 'holding';
}

function enter(hand: FlatHand, phase: FlatHand['phase']): void {
  if (hand.phase === phase) return;
  hand.phase = phase;
  hand.phaseMs = 0;
  hand.gap = -1;
}

function distanceAhead(hands: FlatHands): number {
  if (hands.aimedEntity === 0) return STRETCH_M;
  return clamp(hands.aimedDistance - STANDOFF_M, REACH_MIN_M, REACH_MAX_M);
}

/** Brings a hand towards its place: at rest by the hip, else along the view from the eye. */
function moveHand(hand: FlatHand, control: Control, part: Part, elapsedMs: number): void {
  const out = hand.phase !== 'resting';
  const ahead = out ? hand.distance : 0;
  const x = out ? 0 : hand.rest[0];
  const y = out ? EYE_HEIGHT_M + Math.sin(control.pitch) * ahead : hand.rest[1];
  const z = out ? -Math.cos(control.pitch) * ahead : hand.rest[2];
  // While holding it must be exact: a lagging hand would swing what it holds.
  const share =
    hand.phase === 'holding' ? 1 : 1 - Math.exp(-(out ? RATE_OUT : RATE_BACK) * elapsedMs);
  const { position } = part;
  position[0] = (position[0] ?? 0) + (x - (position[0] ?? 0)) * share;
  position[1] = (position[1] ?? 0) + (y - (position[1] ?? 0)) * share;
  position[2] = (position[2] ?? 0) + (z - (position[2] ?? 0)) * share;
  writePitch(part, control.pitch);
}

const load = new Float32Array(3);

function leash(hand: FlatHand, part: Part, held: number, sight: Sight): void {
  if (hand.phase !== 'holding' || !sight.locate(held, load)) return;
  const { position } = part;
  const x = load[0] ?? 0;
  const y = load[1] ?? 0;
  const z = load[2] ?? 0;
  const distance = Math.hypot(
    (position[0] ?? 0) - x,
    (position[1] ?? 0) - y,
    (position[2] ?? 0) - z,
  );
  if (hand.gap < 0) hand.gap = distance;
  const share = (hand.gap + LEASH_M) / distance;
  if (share >= 1) return;
  position[0] = x + ((position[0] ?? 0) - x) * share;
  position[1] = y + ((position[1] ?? 0) - y) * share;
  position[2] = z + ((position[2] ?? 0) - z) * share;
}

function placeHead(control: Control): void {
  control.head.position[0] = 0;
  control.head.position[1] = EYE_HEIGHT_M;
  control.head.position[2] = 0;
  writePitch(control.head, control.pitch);
  control.posed = true;
}

function writePitch(part: Part, pitch: number): void {
  part.rotation[0] = Math.sin(pitch / 2);
  part.rotation[1] = 0;
  part.rotation[2] = 0;
  part.rotation[3] = Math.cos(pitch / 2);
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
