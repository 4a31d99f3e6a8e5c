import type { Object3D, Vector3, WebGLRenderer, XRHandSpace } from 'three';
import { clearActions, type Device, type DeviceActions, idleActions } from '../input/actions.ts';
import type { Held } from '../input/held.ts';
import type { Settings } from '../input/settings.ts';
import { type AirStick, createAirStick, moveAirStick, releaseAirStick } from './air-stick.ts';
import { createTurn, type TurnState, turnBy } from './snap-turn.ts';

/** Finger tips this near are a pinch, */
const PINCH_M = 0.018;
/** and one until they are this far: tracking noise is about 3 mm. */
const UNPINCH_M = 0.035;

/** One bare hand. */
export interface TrackedHand {
  space: XRHandSpace | null;
  pinching: boolean;
  readonly stick: AirStick;
}

export interface XrHands extends Device {
  readonly left: TrackedHand;
  readonly right: TrackedHand;
}

/**
 * Bare hands: a pinch grips. A pinch of nothing is a stick in the air: pulled from where it
 * closed, the left one walks and the right one turns, so that no controller is needed. A hand
 * that holds something, by `held`, does not steer.
 *
 * Call before a session starts: three wires only groups that were asked for.
 */
export function openXrHands(
  renderer: WebGLRenderer,
  rig: Object3D,
  settings: Settings,
  held: Held,
): XrHands {
  const actions = idleActions();
  const left: TrackedHand = { space: null, pinching: false, stick: createAirStick() };
  const right: TrackedHand = { space: null, pinching: false, stick: createAirStick() };
  const turn = createTurn();
  const wired = [0, 1].map((index) => wire(renderer, rig, index, left, right));
  return {
    actions,
    left,
    right,
    read: (elapsedMs) => readHands(left, right, held, turn, actions, elapsedMs, settings),
    release() {
      letGo(left);
      letGo(right);
      clearActions(actions);
    },
    dispose() {
      for (const unwire of wired) unwire();
    },
  };
}

function wire(
  renderer: WebGLRenderer,
  rig: Object3D,
  index: number,
  left: TrackedHand,
  right: TrackedHand,
): () => void {
  const space = renderer.xr.getHand(index);
  rig.add(space);
  const connect = ({ data }: { data: XRInputSource }): void => {
    if (!data.hand) return;
    (data.handedness === 'left' ? left : right).space = space;
  };
  const disconnect = (): void => {
    for (const hand of [left, right]) {
      if (hand.space !== space) continue;
      hand.space = null;
      letGo(hand);
    }
  };
  space.addEventListener('connected', connect);
  space.addEventListener('disconnected', disconnect);
  return () => {
    space.removeEventListener('connected', connect);
    space.removeEventListener('disconnected', disconnect);
    space.removeFromParent();
  };
}

function letGo(hand: TrackedHand): void {
  hand.pinching = false;
  releaseAirStick(hand.stick);
}

function readHands(
  left: TrackedHand,
  right: TrackedHand,
  held: Held,
  turn: TurnState,
  actions: DeviceActions,
  elapsedMs: number,
  settings: Settings,
): void {
  clearActions(actions);
  actions.gripLeft = readPinch(left);
  actions.gripRight = readPinch(right);
  steerBy(left, held.left, elapsedMs);
  steerBy(right, held.right, elapsedMs);
  actions.moveX = left.stick.x;
  actions.moveZ = left.stick.z;
  if (right.space !== null) actions.turn = turnBy(turn, right.stick.x, elapsedMs, settings);
}

function readPinch(hand: TrackedHand): boolean {
  const index = jointAt(hand, 'index-finger-tip');
  const thumb = jointAt(hand, 'thumb-tip');
  // Out of sight: as it was. Dropping things whenever a hand leaves the view would be worse.
  if (index === null || thumb === null) return hand.pinching;
  const apart = index.distanceTo(thumb);
  hand.pinching = apart < (hand.pinching ? UNPINCH_M : PINCH_M);
  return hand.pinching;
}

function steerBy(hand: TrackedHand, held: number, elapsedMs: number): void {
  const palm = jointAt(hand, 'wrist');
  if (palm === null || !hand.pinching || held !== 0) releaseAirStick(hand.stick);
  else moveAirStick(hand.stick, palm.x, palm.z, elapsedMs);
}

/** Position of a joint in the rig; null while it is not tracked. */
function jointAt(hand: TrackedHand, name: XRHandJoint): Vector3 | null {
  const joint = hand.space?.joints[name];
  return joint?.visible ? joint.position : null;
}
