import type { SessionStatus } from '../net/session.ts';
import { connectionText } from './connection-text.ts';
import type { Page } from './page.ts';

const REFRESH_MS = 250;
const HINT_MS = 12_000;

export interface OverlayOptions {
  readonly page: Page;
  readonly status: SessionStatus;
  /** Enters the headset; a text says why not. */
  readonly enterVr: () => Promise<string | null>;
  readonly vrSupported: () => Promise<boolean>;
  /** Keys, mouse and touch go to the world, or stop doing so. */
  readonly onPlaying: (playing: boolean) => void;
}

/** The DOM around the world: the card before it, and the little that stays while playing. */
export interface Overlay {
  /** True while keys and mouse belong to the world. */
  playing: boolean;
  /** Call now and then; shows what the view's ray meets. */
  refresh(nowMs: number, aim: 'none' | 'thing' | 'held'): void;
  /** The headset was taken off. */
  leaveVr(): void;
}

export function openOverlay(options: OverlayOptions): Overlay {
  const { page, status } = options;
  const coarse = matchMedia('(pointer: coarse)').matches;
  let refreshedMs = Number.NEGATIVE_INFINITY;
  let hintUntilMs = 0;
  let wasLocked = false;

  const overlay: Overlay = {
    playing: false,
    refresh(nowMs, aim) {
      if (nowMs - refreshedMs < REFRESH_MS && page.crosshair.dataset.aim === aim) return;
      refreshedMs = nowMs;
      page.crosshair.dataset.aim = aim;
      page.hint.hidden = !overlay.playing || coarse || nowMs > hintUntilMs;
      showConnection(page, status);
    },
    leaveVr() {
      setPlaying(false);
    },
  };

  function setPlaying(playing: boolean): void {
    overlay.playing = playing;
    page.card.hidden = playing;
    page.crosshair.hidden = !playing;
    page.touch.hidden = !playing || !coarse;
    document.body.classList.toggle('playing', playing);
    page.title.textContent = 'SpaceTime';
    page.enter.textContent = playing ? 'Walk in' : 'Go on';
    if (!playing) page.enter.focus({ preventScroll: true });
    options.onPlaying(playing);
  }

  async function walkIn(): Promise<void> {
    hintUntilMs = performance.now() + HINT_MS;
    setPlaying(true);
    if (coarse) return;
    // Refused without harm: then dragging with the right button looks.
    await Promise.resolve(page.canvas.requestPointerLock()).catch(() => {});
  }

  async function putOnHeadset(): Promise<void> {
    page.notice.textContent = '';
    const refusal = await options.enterVr();
    if (refusal === null) {
      setPlaying(true);
      page.crosshair.hidden = true;
    } else page.notice.textContent = refusal;
  }

  function onLockChange(): void {
    const locked = document.pointerLockElement === page.canvas;
    if (wasLocked && !locked && overlay.playing) setPlaying(false);
    wasLocked = locked;
  }

  page.hint.textContent = 'WASD walk · mouse look · hold left button to grab · Esc menu';
  page.enter.addEventListener('click', () => void walkIn());
  page.enterVr.addEventListener('click', () => void putOnHeadset());
  page.touchMenu.addEventListener('click', () => setPlaying(false));
  document.addEventListener('pointerlockchange', onLockChange);
  window.addEventListener('keydown', (event) => {
    if (event.code === 'Escape' && overlay.playing) setPlaying(false);
  });
  offerVr(page, options.vrSupported);
  return overlay;
}

/** Shows the VR button when there is a headset, also one that is plugged in later. */
function offerVr(page: Page, supported: () => Promise<boolean>): void {
  const look = async (): Promise<void> => {
    page.enterVr.hidden = !(await supported());
  };
  void look();
  navigator.xr?.addEventListener('devicechange', () => void look());
}

function showConnection(page: Page, status: SessionStatus): void {
  const { mood, text, reload } = connectionText(status);
  if (page.connection.dataset.mood !== mood) page.connection.dataset.mood = mood;
  // Written only when it differs: screen readers read every write aloud.
  if (page.connectionText.textContent !== text) page.connectionText.textContent = text;
  if (mood === 'live') page.enter.disabled = false;
  if (!reload || page.notice.textContent === text) return;
  page.notice.textContent = text;
  page.enter.textContent = 'Reload';
  page.enter.disabled = false;
  page.enter.addEventListener('click', () => location.reload(), { once: true });
}
