import {
  BodyKind,
  BodyRole,
  FRAME_DURATION_MS,
  type Intent,
  type Pose,
} from '../core-wasm/host/types.ts';
import { openDebugOverlay } from './debug/overlay.ts';
import { exposeTestHook } from './debug/test-hook.ts';
import type { Control } from './input/control.ts';
import { takeFacing } from './input/facing.ts';
import { createFlatPlayer, releaseFlatPlayer } from './input/flat-player.ts';
import { openGamepad } from './input/gamepad.ts';
import { rowOfBody } from './input/held.ts';
import { openKeyboard } from './input/keyboard.ts';
import { openMouse } from './input/mouse.ts';
import { sampleIntent, samplePose } from './input/sample.ts';
import { loadSettings, type Settings } from './input/settings.ts';
import { type SteadyParts, steady } from './input/steady.ts';
import { openTouch } from './input/touch.ts';
import type { WorldSession } from './net/session.ts';
import type { EventLog } from './report/event-log.ts';
import type { KeptTexts } from './storage.ts';
import { type Overlay, openOverlay } from './ui/overlay.ts';
import { type Page, showFault } from './ui/page.ts';
import { bindSettings } from './ui/settings-form.ts';
import { createFrameLoop, drawFrame, type FrameLoop, type Stage } from './view/frame.ts';
import { enterHeadset, followWindow, openPicture } from './view/picture.ts';
import { isVrSupported } from './xr/session.ts';

/** Opens the session that is played in, given where it takes inputs from. */
export type OpenSession = (sampler: {
  readonly sampleIntent: () => Intent;
  readonly samplePose: () => Pose | null;
}) => WorldSession;

/**
 * Joins page, devices, session and picture, and draws until the page goes. Of the address's
 * `query` it knows `debug`, `quality` and `hour`; `log` hears how the connection fares.
 */
export function play(
  page: Page,
  open: OpenSession,
  storage: KeptTexts,
  query: URLSearchParams,
  log: EventLog,
): void {
  const debug = query.has('debug');
  const stage = createStage(page, open, storage, query);
  const loop = createFrameLoop(stage);
  const overlay = openOverlay({
    page,
    status: stage.session.status,
    vrSupported: isVrSupported,
    enterVr: () => putOnHeadset(stage, () => overlay.leaveVr()),
    onPlaying(playing) {
      stage.listening.flat = playing;
      if (!playing) releaseFlatPlayer(stage.flat, stage.control);
    },
  });
  const debugOverlay = openDebugOverlay(loop, debug);
  if (debug) exposeTestHook(loop);
  followPage(page, stage);
  stage.renderer.setAnimationLoop((_time, xrFrame) => {
    const nowMs = performance.now();
    drawFrame(loop, nowMs, xrFrame);
    overlay.refresh(nowMs, aimOf(loop));
    loop.trouble = overlay.trouble;
    log.noteConnection(stage.session.status.connection, stage.session.status.reason);
    debugOverlay.refresh(nowMs);
  });
}

/** What the devices may be listened to for; the card on the page takes the keys for itself. */
interface Listening {
  flat: boolean;
}

/** A stage and what may be heard on it. */
interface PlayStage extends Stage {
  readonly listening: Listening;
}

function createStage(
  page: Page,
  open: OpenSession,
  storage: KeptTexts,
  query: URLSearchParams,
): PlayStage {
  const settings = loadSettings(storage);
  bindSettings(page.settings, settings, storage);
  const held = { left: 0, right: 0 };
  const picture = openPicture({ canvas: page.canvas, settings, held, query });
  const { control } = picture;
  const listening = { flat: false };
  const facing = { entity: 0 };
  const stage: PlayStage = {
    ...picture,
    held,
    listening,
    flat: createFlatPlayer(openDevices(page, settings, listening)),
    session: open({
      sampleIntent: () => {
        takeFacing(facing, stage.session, control);
        return sampleIntent(control);
      },
      samplePose: () => samplePose(partsToSend(stage)),
    }),
  };
  return stage;
}

/** Once a frame: head and hands, in a headset without its trackers' noise. */
function partsToSend({ vr, control }: Stage): Control | SteadyParts {
  if (vr.running === null) return control;
  steady(vr.sent, control, FRAME_DURATION_MS);
  return vr.sent;
}

function openDevices(page: Page, settings: Settings, listening: Listening) {
  const active = (): boolean => listening.flat;
  return [
    openKeyboard(window, active),
    openMouse(page.canvas, settings, active),
    openGamepad(settings, active),
    openTouch(
      {
        surface: page.canvas,
        stick: page.stick,
        knob: page.knob,
        grab: page.touchGrab,
        jump: page.touchJump,
      },
      settings,
      active,
    ),
  ];
}

/** Null when it is on, else why not, for the page. */
async function putOnHeadset(stage: Stage, onEnd: () => void): Promise<string | null> {
  const refusal = await enterHeadset(stage, onEnd);
  if (refusal === null) releaseFlatPlayer(stage.flat, stage.control);
  return refusal;
}

/** Follows the window's size and attention, and cleans up when the page goes. */
function followPage(page: Page, stage: Stage): void {
  const { flat, control, session } = stage;
  const letGo = (): void => releaseFlatPlayer(flat, control);
  followWindow(stage, {
    onBlur: letGo,
    onContextLost: () =>
      showFault(page, {
        title: 'The graphics stopped',
        advice: 'The graphics driver was reset. The world goes on; try again to see it.',
      }),
    onPageHide() {
      session.close();
      for (const device of flat.devices) device.dispose();
    },
  });
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) letGo();
  });
}

/** What the crosshair says: only what can be taken is a thing. */
function aimOf({ stage, bodies }: FrameLoop): Parameters<Overlay['refresh']>[1] {
  const { held, flat } = stage;
  if (held.left !== 0 || held.right !== 0) return 'held';
  const { aimedEntity } = flat.hands;
  if (aimedEntity === 0) return 'none';
  const row = rowOfBody(bodies, aimedEntity);
  const takeable = bodies.kinds[row] === BodyKind.DYNAMIC && bodies.roles[row] === BodyRole.LOOSE;
  return takeable ? 'thing' : 'none';
}
