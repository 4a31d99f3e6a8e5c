import { nextFrame, type Probed, say, stance, type Visitor } from './visitor.ts';

/** A point of the ground, m. */
export type Spot = readonly [x: number, z: number];

const WALK_TIMEOUT_MS = 60_000;
/** The client's own scale, at the default look speed. */
const RADIANS_PER_PIXEL = 0.0024;
/** The client takes larger moves for a warped pointer. */
const PIXELS_MAX = 250;
const AIMED_RADIANS = 0.01;
/** Further off course than this a walker turns on the spot. */
const ASTRAY_RADIANS = 0.5;

const pointers = new WeakMap<Visitor, { x: number; y: number }>();

/** Moves the mouse by what is left to `yaw` and `pitch`; returns how far off the yaw was. */
async function turnTowards(visitor: Visitor, yaw: number, pitch: number): Promise<number> {
  const now = await stance(visitor);
  const left = wrapAngle(yaw - now.yaw);
  const dx = clampPixels(-left / RADIANS_PER_PIXEL);
  const dy = clampPixels(-(pitch - now.pitch) / RADIANS_PER_PIXEL);
  if (dx === 0 && dy === 0) return left;
  const pointer = pointers.get(visitor) ?? { x: 0, y: 0 };
  pointers.set(visitor, pointer);
  pointer.x += dx;
  pointer.y += dy;
  await visitor.page.mouse.move(pointer.x, pointer.y);
  return left;
}

/** Points a flat player's view, which holds the pointer, with the mouse. Radians. */
export async function lookWithMouse(visitor: Visitor, yaw: number, pitch: number): Promise<void> {
  await visitor.page.mouse.move(0, 0);
  pointers.set(visitor, { x: 0, y: 0 });
  await nextFrame(visitor);
  await repeat(visitor, 'looks where it should', async () => {
    const left = await turnTowards(visitor, yaw, pitch);
    const { pitch: now } = await stance(visitor);
    return Math.abs(left) < AIMED_RADIANS && Math.abs(pitch - now) < AIMED_RADIANS;
  });
}

export interface KeyWalk {
  /** m. */
  readonly within: number;
  readonly run?: boolean;
  /** Where the view points up or down meanwhile, radians. */
  readonly pitch?: number;
}

/** Walks a flat player with mouse and keyboard from spot to spot. */
export async function walkWithKeys(
  visitor: Visitor,
  spots: readonly Spot[],
  { within, run = false, pitch = 0 }: KeyWalk,
): Promise<void> {
  const { keyboard } = visitor.page;
  if (run) await keyboard.down('ShiftLeft');
  for (const spot of spots) {
    await repeat(visitor, `walks to ${spot}`, async () => {
      const { position } = await stance(visitor);
      const [dx, dz] = [spot[0] - position[0], spot[1] - position[2]];
      if (Math.hypot(dx, dz) < within) return true;
      const left = await turnTowards(visitor, yawTowards(dx, dz), pitch);
      await (Math.abs(left) < ASTRAY_RADIANS ? keyboard.down('KeyW') : keyboard.up('KeyW'));
      return false;
    });
  }
  await keyboard.up('KeyW');
  if (run) await keyboard.up('ShiftLeft');
}

/** Walks a flat player straight ahead until `done`. */
export async function walkAhead(visitor: Visitor, done: () => Promise<boolean>): Promise<void> {
  await visitor.page.keyboard.down('KeyW');
  await repeat(visitor, 'walks ahead', done);
  await visitor.page.keyboard.up('KeyW');
}

/** Walks a player in VR with the left stick, without turning. */
export async function walkWithStick(visitor: Visitor, spot: Spot, within: number): Promise<void> {
  await repeat(visitor, `walks to ${spot}`, async () => {
    const { position, yaw } = await stance(visitor);
    const [dx, dz] = [spot[0] - position[0], spot[1] - position[2]];
    const distance = Math.hypot(dx, dz);
    if (distance < within) return true;
    const speed = Math.min(1, 0.18 + distance * 0.35) / distance;
    const right = dx * Math.cos(yaw) - dz * Math.sin(yaw);
    const ahead = -dx * Math.sin(yaw) - dz * Math.cos(yaw);
    await pushStick(visitor, 'left', right * speed, -ahead * speed);
    return false;
  });
  await pushStick(visitor, 'left', 0, 0);
}

/** Pushes a thumbstick: −1…1, right and towards the player are positive. */
export async function pushStick(
  { page }: Visitor,
  hand: 'left' | 'right',
  x: number,
  y: number,
): Promise<void> {
  await page.evaluate(
    ([hand, x, y]) => {
      const { headset } = globalThis as unknown as Probed;
      headset.controllers[hand]?.updateAxes('thumbstick', x, y);
    },
    [hand, x, y] as const,
  );
}

/** Flicks the right thumbstick to a side until the view turns: held for longer it turns again. */
export async function flickTurn({ page }: Visitor, x: -1 | 1): Promise<void> {
  await page.evaluate(async (x) => {
    const { headset, spacetime } = globalThis as unknown as Probed;
    const { yaw } = spacetime;
    headset.controllers.right?.updateAxes('thumbstick', x, 0);
    while (spacetime.yaw === yaw) await new Promise((drawn) => requestAnimationFrame(drawn));
    headset.controllers.right?.updateAxes('thumbstick', 0, 0);
  }, x);
}

/** Pulls (1) or lets go (0) the squeeze of a controller. */
export async function squeeze({ page }: Visitor, hand: 'left' | 'right', value: number) {
  await page.evaluate(
    ([hand, value]) => {
      const { headset } = globalThis as unknown as Probed;
      headset.controllers[hand]?.updateButtonValue('squeeze', value);
    },
    [hand, value] as const,
  );
}

/**
 * Puts a controller at a place given from the player's foot in the world's axes, m. The emulated
 * head must stand over the foot, as it does until somebody moves it.
 */
export async function reachWith(
  { page }: Visitor,
  hand: 'left' | 'right',
  [x, y, z]: readonly [number, number, number],
): Promise<void> {
  await page.evaluate(
    ([hand, x, y, z]) => {
      const { headset, spacetime } = globalThis as unknown as Probed;
      const sin = Math.sin(spacetime.yaw);
      const cos = Math.cos(spacetime.yaw);
      headset.controllers[hand]?.position.set(x * cos - z * sin, y, x * sin + z * cos);
    },
    [hand, x, y, z] as const,
  );
}

/** Calls `step` once per drawn frame until it says that it is done. */
async function repeat(visitor: Visitor, what: string, step: () => Promise<boolean>): Promise<void> {
  const giveUpMs = performance.now() + WALK_TIMEOUT_MS;
  while (!(await step())) {
    if (performance.now() > giveUpMs) {
      const limit = `${WALK_TIMEOUT_MS} ms`;
      throw new Error(`${visitor.name}: not within ${limit}: ${what}\n${await say(visitor)}`);
    }
    await nextFrame(visitor);
  }
}

/** A yaw of 0 looks along −z and grows counter-clockwise. */
export function yawTowards(dx: number, dz: number): number {
  return Math.atan2(-dx, -dz);
}

function wrapAngle(radians: number): number {
  return radians - 2 * Math.PI * Math.round(radians / (2 * Math.PI));
}

function clampPixels(pixels: number): number {
  return Math.round(Math.max(-PIXELS_MAX, Math.min(PIXELS_MAX, pixels)));
}
