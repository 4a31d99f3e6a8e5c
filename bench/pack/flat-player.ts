import { type DeviceActions, idleActions } from '../../client/input/actions.ts';
import {
  type Control,
  createControl,
  EYE_HEIGHT_M,
  look,
  steer,
} from '../../client/input/control.ts';
import { between, pick, type Random } from '../../core-wasm/test/random.ts';
import { type Aim, aimAt, aimed, aimNext, isAimDone } from './motion.ts';

/** A player at a screen: keys that are down or up, a mouse that moves in strokes. */
export interface FlatMover {
  readonly control: Control;
  readonly random: Random;
  readonly actions: DeviceActions;
  /** Yaw and pitch by the mouse, radians. */
  readonly view: Aim;
  /** False: nobody at the keys. */
  readonly present: boolean;
  keysForS: number;
  yaw: number;
  pitch: number;
}

const STRAFES = [-1, 0, 0, 0, 1] as const;
const AHEADS = [0, 0, 1, 1, 1, -1] as const;

export function createFlatMover(random: Random, present: boolean): FlatMover {
  const control = createControl();
  control.yaw = between(random, -3, 3);
  return {
    control,
    random,
    actions: idleActions(),
    view: aimAt([control.yaw, 0]),
    present,
    keysForS: 0,
    yaw: control.yaw,
    pitch: 0,
  };
}

export function advanceFlatMover(m: FlatMover, elapsedS: number): void {
  if (m.present) advanceKeys(m, elapsedS);
  const { view, actions, control } = m;
  if (m.present) advanceView(m, elapsedS);
  const [yaw, pitch] = [aimed(view, 0), aimed(view, 1)];
  actions.turn = yaw - m.yaw;
  actions.tilt = pitch - m.pitch;
  m.yaw = yaw;
  m.pitch = pitch;
  look(control, actions);
  steer(control, actions, 0);
  for (const part of [control.head, control.left, control.right]) {
    part.rotation[0] = Math.sin(control.pitch / 2);
    part.rotation[3] = Math.cos(control.pitch / 2);
  }
  control.head.position[1] = EYE_HEIGHT_M;
  control.posed = true;
}

function advanceKeys(m: FlatMover, elapsedS: number): void {
  m.keysForS -= elapsedS;
  if (m.keysForS > 0) return;
  const { random, actions } = m;
  m.keysForS = between(random, 0.3, 3);
  actions.moveX = pick(random, STRAFES);
  actions.moveZ = pick(random, AHEADS);
  actions.jump = random() < 0.1;
  actions.sprint = random() < 0.3;
}

function advanceView(m: FlatMover, elapsedS: number): void {
  const { view, random } = m;
  view.elapsedS += elapsedS;
  if (!isAimDone(view)) return;
  const yaw = (view.to[0] as number) + between(random, -1.2, 1.2) * random();
  const pitch = between(random, -0.5, 0.3) * random();
  aimNext(view, [yaw, pitch], between(random, 0.15, 0.8), between(random, 0, 1.5));
}
