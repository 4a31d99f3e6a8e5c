import { emptyBodies, emptyPlayers } from '../../core-wasm/host/core.ts';
import type { BodyColumns, PlayerColumns } from '../../core-wasm/host/types.ts';
import { EYE_HEIGHT_M } from '../input/control.ts';
import { type FlatPlayer, readFlatPlayer } from '../input/flat-player.ts';
import { createGrabEdge, type GrabEdge, noticeGrab } from '../input/grab-edge.ts';
import { type Held, readHeld, rowOfPlayer } from '../input/held.ts';
import { createSight, type Shown, type Sight } from '../input/sight.ts';
import { interpolateBodies, interpolatePlayers } from '../interpolate/interpolate.ts';
import { reserveOwnRow, standAsGhost } from '../interpolate/own-ghost.ts';
import type { WorldSession } from '../net/session.ts';
import { readVrPlayer } from '../xr/vr-player.ts';
import { drawAvatars, partInWorld } from './avatars.ts';
import { drawBlink, startBlink } from './blink.ts';
import { drawBodies } from './bodies.ts';
import { drawNotice } from './notice.ts';
import { beginFrame, ELAPSED_MS_MAX, holdFrameRate, type Pace } from './pace.ts';
import { type Picture, standAt } from './picture.ts';
import { drawGround, drawLight } from './scene.ts';
import { skyAt } from './sky.ts';

const GRAB_PULSE_STRENGTH = 0.6;
const GRAB_PULSE_MS = 40;
/** Share of a new frame interval in the average that the debug overlay shows. */
const AVERAGE_SHARE = 0.05;

/** Everything that a drawn frame touches. */
export interface Stage extends Picture {
  readonly session: WorldSession;
  readonly flat: FlatPlayer;
  readonly held: Held;
}

/** A stage and what the loop remembers from frame to frame. */
export interface FrameLoop extends Shown, Pace {
  readonly stage: Stage;
  /** The world between the last two ticks. */
  readonly bodies: BodyColumns;
  readonly players: PlayerColumns;
  /** Row of the own player in `players`, −1 while there is none. */
  ownRow: number;
  /** Own head in the world, m, and its rotation. */
  readonly eye: Float32Array;
  readonly eyeRotation: Float32Array;
  readonly sight: Sight;
  readonly leftGrab: GrabEdge;
  readonly rightGrab: GrabEdge;
  /** What a player in VR must be told; empty while all is well. */
  trouble: string;
  /** Average time between drawn frames. */
  frameMs: number;
}

export function createFrameLoop(stage: Stage): FrameLoop {
  const shown = {
    bodies: emptyBodies(),
    players: emptyPlayers(),
    ownRow: -1,
    eye: new Float32Array([0, EYE_HEIGHT_M, 0]),
  };
  return Object.assign(shown, {
    stage,
    eyeRotation: new Float32Array(4),
    sight: createSight(shown, stage.session, stage.control),
    leftGrab: createGrabEdge(),
    rightGrab: createGrabEdge(),
    trouble: '',
    lastMs: 0,
    framesDrawn: 0,
    frameMs: 0,
  });
}

/** One drawn frame, at the display's rate. Inputs go in first, so that they count at once. */
export function drawFrame(loop: FrameLoop, nowMs: number, xrFrame: XRFrame | undefined): void {
  const { session, renderer, world, blink } = loop.stage;
  const elapsedMs = beginFrame(loop, nowMs);
  loop.frameMs += (elapsedMs - loop.frameMs) * AVERAGE_SHARE;
  readInputs(loop, xrFrame, Math.min(elapsedMs, ELAPSED_MS_MAX));
  const alpha = session.update(nowMs);
  readWorld(loop, alpha);
  session.ghosts.show(session.core.tick - 1 + alpha, loop.players);
  if (loop.ownRow < 0) loop.ownRow = rowOfOwnGhost(loop);
  standWithPlayer(loop);
  skyAt(loop.stage.skyTick ?? session.core.tick - 1 + alpha, world.sky);
  drawTerrain(loop);
  drawLight(world, loop.eye, renderer.getPixelRatio());
  drawBodies(world.bodies, loop.bodies);
  const { ghosts, status } = session;
  drawAvatars(world.avatars, loop.players, ghosts.shown, status.entity, loop.stage.control);
  drawBlink(blink, loop.eye, elapsedMs);
  drawTrouble(loop, elapsedMs);
  pulseGrabs(loop, nowMs);
  renderer.render(world.scene, world.camera);
  holdFrameRate(loop.stage, elapsedMs);
}

function readInputs(loop: FrameLoop, xrFrame: XRFrame | undefined, elapsedMs: number): void {
  const { vr, flat, control, held, settings, blink } = loop.stage;
  if (vr.running === null) {
    readFlatPlayer(flat, control, loop.sight, held, elapsedMs);
  } else if (xrFrame !== undefined) {
    const snapped = readVrPlayer(vr, control, xrFrame, elapsedMs, settings);
    if (snapped) startBlink(blink);
  }
}

function readWorld(loop: FrameLoop, alpha: number): void {
  const { session, held } = loop.stage;
  interpolateBodies(session.bodies.previous, session.bodies.current, alpha, loop.bodies);
  reserveOwnRow(loop.players, session.players.current.count);
  interpolatePlayers(session.players.previous, session.players.current, alpha, loop.players);
  loop.ownRow = rowOfPlayer(loop.players, session.status.entity);
  leadOwnFoot(loop);
  readHeld(loop.players, loop.ownRow, held);
}

function rowOfOwnGhost({ stage, players }: FrameLoop): number {
  const { session, control } = stage;
  const [x = 0, , z = 0] = control.head.position;
  return standAsGhost(session.status.entity, session.ghosts.shown, players, x, z, control.yaw);
}

function leadOwnFoot({ stage, players, ownRow }: FrameLoop): void {
  const { ownLead } = stage.session;
  if (ownRow < 0) return;
  for (let axis = 0; axis < 3; axis++) {
    const at = ownRow * 3 + axis;
    players.feet[at] = (players.feet[at] as number) + (ownLead[axis] as number);
  }
}

function standWithPlayer({ stage, players, ownRow, eye, eyeRotation }: FrameLoop): void {
  const { control } = stage;
  if (ownRow < 0) return;
  standAt(stage, players.feet, ownRow * 3);
  partInWorld(control.head, control.yaw, players.feet, ownRow * 3, eye, eyeRotation);
}

/** Nothing before the own player is there: until then the core's terrain is any seed's. */
function drawTerrain(loop: FrameLoop): void {
  const { world, session } = loop.stage;
  if (loop.ownRow >= 0) drawGround(world, session.core, loop.eye);
}

/** The page says it already, but nobody sees a page from inside a headset. */
function drawTrouble(loop: FrameLoop, elapsedMs: number): void {
  const { vr, control, notice } = loop.stage;
  const text = vr.running === null ? '' : loop.trouble;
  drawNotice(notice, text, loop.eye, control.yaw + vr.head.heading, elapsedMs);
}

function pulseGrabs(loop: FrameLoop, nowMs: number): void {
  const { held, vr } = loop.stage;
  if (noticeGrab(loop.leftGrab, held.left, nowMs)) {
    vr.controllers.pulse('left', GRAB_PULSE_STRENGTH, GRAB_PULSE_MS);
  }
  if (noticeGrab(loop.rightGrab, held.right, nowMs)) {
    vr.controllers.pulse('right', GRAB_PULSE_STRENGTH, GRAB_PULSE_MS);
  }
}
