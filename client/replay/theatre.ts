import type { Core } from '../../core-wasm/host/core.ts';
import { hashText } from '../../core-wasm/host/hash-text.ts';
import type { PlayFault } from '../../core-wasm/host/recording/play.ts';
import { type RecordingReader, refusalText } from '../../core-wasm/host/recording/recording.ts';
import type { PlayerColumns } from '../../core-wasm/host/types.ts';
import { idleActions } from '../input/actions.ts';
import { openGamepad } from '../input/gamepad.ts';
import { openKeyboard } from '../input/keyboard.ts';
import { loadSettings } from '../input/settings.ts';
import { openTouch } from '../input/touch.ts';
import { ShownWorld } from '../interpolate/shown-world.ts';
import type { KeptTexts } from '../storage.ts';
import { type Page, showFault } from '../ui/page.ts';
import { enterHeadset, followWindow, openPicture } from '../view/picture.ts';
import { isVrSupported } from '../xr/session.ts';
import { type Followable, openReplayBar, type ReplayStatus } from './bar.ts';
import { Deck } from './deck.ts';
import { openDragLook } from './drag.ts';
import { Film } from './film.ts';
import { createCamera } from './fly.ts';
import { drawReplay, nothingDrawn, type ReplayStage } from './frame.ts';
import { createPlayhead, seekTo } from './playhead.ts';

export interface Showing {
  readonly page: Page;
  /** Its own: the deck is the only one to step it. */
  readonly core: Core;
  readonly reader: RecordingReader;
  /** What it is called. */
  readonly name: string;
  readonly storage: KeptTexts;
  readonly query: URLSearchParams;
}

/** Shows a recording until the page goes: the same view as of a world, driven by what was. */
export function openTheatre(showing: Showing): ReplayStage {
  const { page, reader, name } = showing;
  const film = new Film(reader);
  const stage = createStage(showing, film);
  const { head, deck, camera } = stage;
  camera.follows = reader.head.entity;
  document.body.classList.add('replaying');
  page.card.hidden = true;
  page.connection.hidden = true;
  page.touch.hidden = !matchMedia('(pointer: coarse)').matches;
  page.touchMenu.hidden = true;
  page.touchJump.textContent = 'Up';
  page.touchGrab.hidden = true;
  const bar = openReplayBar({
    ...{ head, name },
    onSeek: (tick) => seekTo(head, tick),
    onFollow: (entity) => {
      camera.follows = entity;
    },
    vrSupported: isVrSupported,
    enterVr: () => putOnHeadset(stage),
  });
  followPage(page, stage);
  let isPlaced = false;
  stage.renderer.setAnimationLoop((_time, xrFrame) => {
    const nowMs = performance.now();
    drawReplay(stage, nowMs, xrFrame);
    if (!isPlaced) isPlaced = standSomewhere(stage);
    bar.refresh(
      nowMs,
      () => statusOf(stage, film, deck),
      () => seen(stage.players),
    );
  });
  return stage;
}

/** Where something happens: behind the first player, until somebody chooses otherwise. */
function standSomewhere({ camera, players, isThere }: ReplayStage): boolean {
  if (!isThere || players.count === 0) return false;
  if (camera.follows === 0) camera.follows = players.ids[0] ?? 0;
  return true;
}

function seen({ count, ids, accounts }: PlayerColumns): Followable[] {
  return Array.from({ length: count }, (_, row) => ({
    entity: ids[row] ?? 0,
    account: accounts[row] ?? 0,
  }));
}

/** Keys belong to the view unless a field has them. */
function keysAreFree(): boolean {
  const { activeElement } = document;
  return !(activeElement instanceof HTMLInputElement || activeElement instanceof HTMLSelectElement);
}

function createStage(showing: Showing, film: Film): ReplayStage {
  const { page, core, storage, query } = showing;
  const settings = loadSettings(storage);
  const held = { left: 0, right: 0 };
  const shown = new ShownWorld();
  const touch = {
    surface: page.canvas,
    stick: page.stick,
    knob: page.knob,
    grab: page.touchGrab,
    jump: page.touchJump,
  };
  const devices = [
    openKeyboard(window, keysAreFree),
    openDragLook(page.canvas, settings),
    openGamepad(settings, () => true),
    openTouch(touch, settings, () => true),
  ];
  return {
    ...openPicture({ canvas: page.canvas, settings, held, query }),
    ...nothingDrawn(),
    ...{ core, shown },
    flat: { devices, actions: idleActions() },
    deck: new Deck(core, film, shown, () => performance.now()),
    head: createPlayhead(film.length),
    camera: createCamera(),
  };
}

function statusOf(stage: ReplayStage, film: Film, deck: Deck): ReplayStatus {
  const { fault, framesHeld, disputed } = deck;
  const but = disputed === 0 ? '' : `; ${disputed} times not as its server proved it`;
  return {
    tick: stage.core.tick,
    isThere: stage.isThere,
    mood: fault === null ? 'live' : 'lost',
    text: fault === null ? `${framesHeld} frames as recorded${but}` : faultText(fault),
    follows: stage.camera.follows,
    keys: [...film.starts, ...deck.keptTicks],
  };
}

function faultText(fault: PlayFault): string {
  switch (fault.kind) {
    case 'diverged': {
      const { frame, expected, got } = fault;
      return `Differs from frame ${frame} on: ${hashText(got)}, recorded ${hashText(expected)}`;
    }
    case 'refused':
      return `The core refuses frame ${fault.frame} (${fault.wire})`;
    case 'trapped':
      return `The core stops in frame ${fault.frame}`;
    case 'unreadable':
      return `The file goes bad at frame ${fault.frame}: ${refusalText(fault.refusal)}`;
  }
}

/** Null when it is on, else why not. Nobody is followed in there: only its owner moves the view. */
async function putOnHeadset(stage: ReplayStage): Promise<string | null> {
  const refusal = await enterHeadset(stage);
  if (refusal === null) stage.camera.follows = 0;
  return refusal;
}

function followPage(page: Page, stage: ReplayStage): void {
  const { devices } = stage.flat;
  followWindow(stage, {
    onBlur() {
      for (const device of devices) device.release();
    },
    onContextLost: () =>
      showFault(page, {
        title: 'The graphics stopped',
        advice: 'The graphics driver was reset. Try again to see the recording.',
      }),
    onPageHide() {
      for (const device of devices) device.dispose();
    },
  });
}
