import type { SessionStatus } from '../net/session.ts';
import { type ConnectionText, connectionText } from './connection-text.ts';
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
  /** What is wrong with the connection, in plain words; empty while it is live. */
  trouble: string;
  /** Call now and then; shows what the view's ray meets. */
  refresh(nowMs: number, aim: 'none' | 'thing' | 'held'): void;
  /** The headset was taken off. */
  leaveVr(): void;
}

export function openOverlay(options: OverlayOptions): Overlay {
  const { page, status } = options;
  const coarse = matchMedia('(pointer: coarse)').matches;
  let refreshedMs = Number.NEGATIVE_INFINITY;
  const overlay: Overlay = {
    playing: false,
    trouble: '',
    refresh(nowMs, aim) {
      if (nowMs - refreshedMs < REFRESH_MS && page.crosshair.dataset.aim === aim) return;
      refreshedMs = nowMs;
      page.crosshair.dataset.aim = aim;
      const { mood, text, reload } = connectionText(status);
      overlay.trouble = mood === 'live' ? '' : text;
      showConnection(page, mood, text);
      if (reload && page.notice.textContent !== text) askToReload(page, text, setPlaying);
    },
    leaveVr: () => setPlaying(false),
  };
  const setPlaying: SetPlaying = (playing) => {
    overlay.playing = playing;
    page.card.hidden = playing;
    page.crosshair.hidden = !playing;
    page.touch.hidden = !playing || !coarse;
    document.body.classList.toggle('playing', playing);
    page.enter.textContent = playing ? 'Walk in' : 'Go on';
    if (!playing) {
      if (document.pointerLockElement !== null) document.exitPointerLock();
      page.enter.focus({ preventScroll: true });
    }
    options.onPlaying(playing);
  };
  page.enter.addEventListener('click', () => void walkIn(page, coarse, setPlaying));
  page.enterVr.addEventListener('click', () => void putOnHeadset(options, setPlaying));
  page.touchMenu.addEventListener('click', () => setPlaying(false));
  leaveOnEscape(page, overlay, setPlaying);
  offerVr(page, options.vrSupported);
  return overlay;
}

/** Shows the world alone, or the card over it. */
type SetPlaying = (playing: boolean) => void;

async function walkIn(page: Page, coarse: boolean, setPlaying: SetPlaying): Promise<void> {
  setPlaying(true);
  if (coarse) return;
  page.hint.textContent = 'WASD walk · mouse look · hold left button to grab · Esc menu';
  page.hint.hidden = false;
  setTimeout(() => {
    page.hint.hidden = true;
  }, HINT_MS);
  // Refused without harm: then dragging with the right button looks.
  await Promise.resolve(page.canvas.requestPointerLock()).catch(() => {});
}

async function putOnHeadset(options: OverlayOptions, setPlaying: SetPlaying): Promise<void> {
  const { page } = options;
  page.notice.textContent = '';
  const refusal = await options.enterVr();
  if (refusal !== null) {
    page.notice.textContent = refusal;
    return;
  }
  setPlaying(true);
  page.crosshair.hidden = true;
}

function askToReload(page: Page, why: string, setPlaying: SetPlaying): void {
  setPlaying(false);
  page.notice.textContent = why;
  page.enter.textContent = 'Reload';
  page.enter.disabled = false;
  page.enter.addEventListener('click', () => location.reload(), { once: true });
}

/** Escape opens the card, also where the browser takes that key to unlock the pointer. */
function leaveOnEscape(page: Page, overlay: Overlay, setPlaying: SetPlaying): void {
  let wasLocked = false;
  document.addEventListener('pointerlockchange', () => {
    const locked = document.pointerLockElement === page.canvas;
    if (wasLocked && !locked && overlay.playing) setPlaying(false);
    wasLocked = locked;
  });
  window.addEventListener('keydown', (event) => {
    if (event.code === 'Escape' && overlay.playing) setPlaying(false);
  });
}

/** Shows the VR button when there is a headset, also one that is plugged in later. */
function offerVr(page: Page, supported: () => Promise<boolean>): void {
  const look = async (): Promise<void> => {
    page.enterVr.hidden = !(await supported());
  };
  void look();
  navigator.xr?.addEventListener('devicechange', () => void look());
}

function showConnection(page: Page, mood: ConnectionText['mood'], text: string): void {
  if (page.connection.dataset.mood !== mood) page.connection.dataset.mood = mood;
  // Written only when it differs: screen readers read every write aloud.
  if (page.connectionText.textContent !== text) page.connectionText.textContent = text;
  if (mood === 'live') page.enter.disabled = false;
}
