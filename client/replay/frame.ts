import { type Core, emptyBodies, emptyPlayers } from '../../core-wasm/host/core.ts';
import type { BodyColumns, PlayerColumns } from '../../core-wasm/host/types.ts';
import { Button } from '../../core-wasm/host/types.ts';
import { type DeviceActions, mergeActions } from '../input/actions.ts';
import { EYE_HEIGHT_M, look } from '../input/control.ts';
import type { FlatPlayer } from '../input/flat-player.ts';
import { interpolateBodies, interpolatePlayers } from '../interpolate/interpolate.ts';
import type { ShownWorld } from '../interpolate/shown-world.ts';
import { drawAvatars } from '../view/avatars.ts';
import { drawBlink, startBlink } from '../view/blink.ts';
import { drawBodies } from '../view/bodies.ts';
import { drawNotice } from '../view/notice.ts';
import { beginFrame, ELAPSED_MS_MAX, holdFrameRate, type Pace } from '../view/pace.ts';
import { type Picture, standAt } from '../view/picture.ts';
import { drawGround, drawLight } from '../view/scene.ts';
import { skyAt } from '../view/sky.ts';
import { readVrPlayer } from '../xr/vr-player.ts';
import type { Deck } from './deck.ts';
import { type Camera, fly, flyInVr, follow } from './fly.ts';
import { advance, clockText, type Playhead, shownAt, togglePlay } from './playhead.ts';

/** What a picture may spend on computing the world that it shows. */
const BUDGET_MS = 5;

/** Everything that a drawn picture of a recording touches. */
export interface ReplayStage extends Picture, Pace {
  readonly flat: Pick<FlatPlayer, 'devices' | 'actions'>;
  readonly core: Core;
  readonly deck: Deck;
  readonly shown: ShownWorld;
  readonly head: Playhead;
  readonly camera: Camera;
  readonly bodies: BodyColumns;
  readonly players: PlayerColumns;
  /** Players beyond the recording: nobody. */
  readonly nobody: PlayerColumns;
  readonly eye: Float32Array;
  /** Whether what the playhead is at is on show. */
  isThere: boolean;
  /** The grip was closed in the picture before: a squeeze counts once. */
  wasGripped: boolean;
  /** The longest time that the world was computed for one picture, ms. */
  longestWorkMs: number;
}

export function nothingDrawn() {
  return {
    bodies: emptyBodies(),
    players: emptyPlayers(),
    nobody: emptyPlayers(),
    eye: new Float32Array(3),
    isThere: false,
    wasGripped: false,
    lastMs: 0,
    framesDrawn: 0,
    longestWorkMs: 0,
  };
}

/** One picture of a recording, at the display's rate. */
export function drawReplay(stage: ReplayStage, nowMs: number, xrFrame: XRFrame | undefined): void {
  const { renderer, world, head, blink } = stage;
  const elapsedMs = beginFrame(stage, nowMs);
  const passedMs = Math.min(elapsedMs, ELAPSED_MS_MAX);
  advance(head, passedMs, stage.isThere);
  readFilm(stage);
  moveCamera(stage, xrFrame, passedMs);
  if (stage.deck.tick >= 0) drawWorld(stage);
  drawBlink(blink, stage.eye, elapsedMs);
  drawSaid(stage, elapsedMs);
  renderer.render(world.scene, world.camera);
  holdFrameRate(stage, elapsedMs);
}

/** Brings the world to where the playhead is, as far as a picture's time goes. */
function readFilm(stage: ReplayStage): void {
  const { deck, head, shown } = stage;
  const { tick, alpha } = shownAt(head);
  const beganMs = performance.now();
  stage.isThere = deck.work(tick, BUDGET_MS);
  stage.longestWorkMs = Math.max(stage.longestWorkMs, performance.now() - beganMs);
  const share = stage.isThere ? alpha : 1;
  interpolateBodies(shown.bodies.previous, shown.bodies.current, share, stage.bodies);
  interpolatePlayers(shown.players.previous, shown.players.current, share, stage.players);
}

function moveCamera(stage: ReplayStage, xrFrame: XRFrame | undefined, elapsedMs: number): void {
  const { vr, flat, camera, eye } = stage;
  if (vr.running === null) moveFlat(stage, flat.devices, flat.actions, elapsedMs);
  else if (xrFrame !== undefined) moveInVr(stage, xrFrame, elapsedMs);
  standAt(stage, camera.foot, 0);
  eye.set(camera.foot);
  eye[1] = (eye[1] as number) + EYE_HEIGHT_M;
}

function moveFlat(
  { control, camera, players }: ReplayStage,
  devices: FlatPlayer['devices'],
  actions: DeviceActions,
  elapsedMs: number,
): void {
  for (const device of devices) device.read(elapsedMs);
  mergeActions(devices, actions);
  look(control, actions);
  if (!follow(camera, control, players)) fly(camera, control, actions, elapsedMs);
}

/**
 * The sticks fly and turn, A and X climb, either grip plays and stops. Nobody is followed: a view
 * that moves without its owner makes him sick.
 */
function moveInVr(stage: ReplayStage, xrFrame: XRFrame, elapsedMs: number): void {
  const { vr, control, settings, blink, camera, head } = stage;
  if (readVrPlayer(vr, control, xrFrame, elapsedMs, settings)) startBlink(blink);
  const isGripped = (control.held & (Button.GRIP_LEFT | Button.GRIP_RIGHT)) !== 0;
  if (isGripped && !stage.wasGripped) togglePlay(head);
  stage.wasGripped = isGripped;
  const climb =
    Number((control.held & Button.JUMP) !== 0) - Number((control.held & Button.SPRINT) !== 0);
  flyInVr(camera, control, climb, elapsedMs);
}

function drawWorld(stage: ReplayStage): void {
  const { world, core, head, renderer, eye, bodies, players, nobody, control } = stage;
  // The sky is that of the world's own time, which goes on where the film does.
  skyAt(stage.skyTick ?? core.tick - (Math.ceil(head.time) - head.time), world.sky);
  drawGround(world, core, eye);
  drawLight(world, eye, renderer.getPixelRatio());
  drawBodies(world.bodies, bodies);
  drawAvatars(world.avatars, players, nobody, 0, control);
}

/** Nobody sees a page from inside a headset. */
function drawSaid({ vr, head, notice, eye, control }: ReplayStage, elapsedMs: number): void {
  const isSaid = vr.running !== null && !head.playing;
  const text = isSaid ? `Paused at ${clockText(head.time)}. Squeeze to play` : '';
  drawNotice(notice, text, eye, control.yaw + vr.head.heading, elapsedMs);
}
