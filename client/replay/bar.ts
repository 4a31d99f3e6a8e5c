import { byId } from '../ui/page.ts';
import { clockText, type Playhead, SPEEDS, stepFrame, togglePlay } from './playhead.ts';

const REFRESH_MS = 100;
/** What the slider's whole length is divided into, for the trough behind it. */
const TROUGH_STEPS = 200;
const SKIP_TICKS = 300;
/** Long enough to be read, and then in nobody's way. */
const HINT_MS = 15_000;

/** What is told of a recording while it plays. */
export interface ReplayStatus {
  /** Tick of the world, as its server counted it. */
  readonly tick: number;
  readonly isThere: boolean;
  readonly mood: 'live' | 'lost';
  /** Whether all was as recorded so far, in plain words. */
  readonly text: string;
  /** Entity that the camera follows, 0 for nobody. */
  readonly follows: number;
  /** Ticks of the film from which it can be played at once. */
  readonly keys: readonly number[];
}

/** Somebody who can be followed. */
export interface Followable {
  readonly entity: number;
  readonly account: number;
}

export interface ReplayBarOptions {
  readonly head: Playhead;
  readonly name: string;
  readonly onSeek: (tick: number) => void;
  readonly onFollow: (entity: number) => void;
  readonly vrSupported: () => Promise<boolean>;
  /** Enters the headset; a text says why not. */
  readonly enterVr: () => Promise<string | null>;
}

export interface ReplayBar {
  /** Call with each picture; asks now and then. */
  refresh(nowMs: number, status: () => ReplayStatus, players: () => readonly Followable[]): void;
}

/** The strip under a recording: a slider, and what a projectionist does. */
export function openReplayBar(options: ReplayBarOptions): ReplayBar {
  const { head } = options;
  const bar = findBar();
  for (const speed of SPEEDS) bar.speed.append(new Option(`${speed} ×`, String(speed)));
  bar.speed.value = '1';
  bar.time.max = String(head.length);
  bar.name.textContent = options.name;
  bar.root.hidden = false;
  bar.keys.hidden = false;
  setTimeout(() => {
    bar.keys.hidden = true;
  }, HINT_MS);
  listen(bar, options);
  let refreshedMs = Number.NEGATIVE_INFINITY;
  return {
    refresh(nowMs, status, players) {
      if (nowMs - refreshedMs < REFRESH_MS) return;
      refreshedMs = nowMs;
      const now = status();
      write(bar, head, now);
      listPlayers(bar.follow, players(), String(now.follows));
    },
  };
}

interface Bar {
  readonly root: HTMLElement;
  readonly name: HTMLElement;
  readonly play: HTMLButtonElement;
  readonly back: HTMLButtonElement;
  readonly step: HTMLButtonElement;
  readonly trough: HTMLElement;
  readonly time: HTMLInputElement;
  readonly clock: HTMLElement;
  readonly speed: HTMLSelectElement;
  readonly follow: HTMLSelectElement;
  readonly vr: HTMLButtonElement;
  readonly state: HTMLElement;
  readonly keys: HTMLElement;
}

function findBar(): Bar {
  return {
    root: byId('replay', HTMLElement),
    name: byId('replay-name', HTMLElement),
    play: byId('replay-play', HTMLButtonElement),
    back: byId('replay-back', HTMLButtonElement),
    step: byId('replay-step', HTMLButtonElement),
    trough: byId('replay-trough', HTMLElement),
    time: byId('replay-time', HTMLInputElement),
    clock: byId('replay-clock', HTMLElement),
    speed: byId('replay-speed', HTMLSelectElement),
    follow: byId('replay-follow', HTMLSelectElement),
    vr: byId('replay-vr', HTMLButtonElement),
    state: byId('replay-state', HTMLElement),
    keys: byId('replay-keys', HTMLElement),
  };
}

function listen(
  bar: Bar,
  { head, onSeek, onFollow, vrSupported, enterVr }: ReplayBarOptions,
): void {
  bar.play.addEventListener('click', () => togglePlay(head));
  bar.back.addEventListener('click', () => stepFrame(head, -1));
  bar.step.addEventListener('click', () => stepFrame(head, 1));
  bar.time.addEventListener('input', () => onSeek(Number(bar.time.value)));
  // Else the arrow keys would go on moving the slider instead of the view.
  bar.time.addEventListener('change', () => bar.time.blur());
  bar.speed.addEventListener('change', () => {
    head.speed = Number(bar.speed.value);
    bar.speed.blur();
  });
  bar.follow.addEventListener('change', () => {
    onFollow(Number(bar.follow.value));
    bar.follow.blur();
  });
  bar.vr.addEventListener('click', async () => {
    const refusal = await enterVr();
    if (refusal !== null) bar.state.textContent = refusal;
  });
  void vrSupported().then((supported) => {
    bar.vr.hidden = !supported;
  });
  window.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.code === 'KeyK') togglePlay(head);
    if (event.code === 'KeyJ') onSeek(head.time - SKIP_TICKS);
    if (event.code === 'KeyL') onSeek(head.time + SKIP_TICKS);
    if (event.code === 'Comma') stepFrame(head, -1);
    if (event.code === 'Period') stepFrame(head, 1);
  });
}

function write(bar: Bar, head: Playhead, status: ReplayStatus): void {
  setText(bar.play, head.playing ? 'Pause' : 'Play');
  if (document.activeElement !== bar.time) bar.time.value = String(Math.round(head.time));
  const clock = `${clockText(head.time)} / ${clockText(head.length)}`;
  setText(bar.clock, `${clock}  tick ${status.tick}`);
  bar.time.ariaValueText = clock;
  setText(bar.state, status.isThere ? status.text : `Going there. ${status.text}`);
  if (bar.state.dataset.mood !== status.mood) bar.state.dataset.mood = status.mood;
  const trough = troughOf(status.keys, head.length);
  if (bar.trough.style.getPropertyValue('--keys') !== trough) {
    bar.trough.style.setProperty('--keys', trough);
  }
}

/** A mark at each place from which it can be played at once. */
function troughOf(keys: readonly number[], length: number): string {
  const marks = new Set(
    keys.map((tick) => Math.round((tick / Math.max(1, length)) * TROUGH_STEPS)),
  );
  const stops = [...marks]
    .sort((a, b) => a - b)
    .map((mark) => {
      const at = (mark / TROUGH_STEPS) * 100;
      return `transparent ${at}%, var(--dim) ${at}% ${at + 0.3}%, transparent ${at + 0.3}%`;
    });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

function listPlayers(
  select: HTMLSelectElement,
  players: readonly Followable[],
  chosen: string,
): void {
  const wanted = ['0', ...players.map(({ entity }) => String(entity))];
  const listed = [...select.options].map(({ value }) => value);
  const isSame = wanted.length === listed.length && wanted.every((value, i) => value === listed[i]);
  // A list that somebody has open must not change under him.
  if (document.activeElement === select) return;
  if (isSame) {
    if (select.value !== chosen && wanted.includes(chosen)) select.value = chosen;
    return;
  }
  const options = players.map(
    ({ entity, account }) => new Option(`Follow player ${account}`, String(entity)),
  );
  select.replaceChildren(new Option('Free camera', '0'), ...options);
  select.value = wanted.includes(chosen) ? chosen : '0';
}

function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
