import { hashText } from '../../core-wasm/host/hash-text.ts';
import type { ReplayStage } from '../replay/frame.ts';

/** What a test in a browser may read of a recording; nothing here changes anything. */
export interface ReplayHook {
  /** Ticks of the film. */
  readonly time: number;
  readonly length: number;
  /** Whether what `time` is at is on show. */
  readonly isThere: boolean;
  /** The tick of the film that has been computed. */
  readonly shownTick: number;
  /** Of the world, as its server counted it, and the hash of its state. */
  readonly tick: number;
  readonly stateHash: string;
  readonly framesHeld: number;
  readonly fault: string | null;
  readonly players: number;
  readonly bodies: number;
  /** The eye, m. */
  readonly eye: readonly number[];
  readonly framesDrawn: number;
  readonly longestWorkMs: number;
}

/** Puts `globalThis.replay` there; called only for pages opened with `?debug`. */
export function exposeReplayHook(stage: ReplayStage): void {
  const { core, deck, head } = stage;
  const hook: ReplayHook = {
    get time() {
      return head.time;
    },
    get length() {
      return head.length;
    },
    get isThere() {
      return stage.isThere;
    },
    get shownTick() {
      return deck.tick;
    },
    get tick() {
      return core.tick;
    },
    get stateHash() {
      return hashText(core.stateHash());
    },
    get framesHeld() {
      return deck.framesHeld;
    },
    get fault() {
      return deck.fault?.kind ?? null;
    },
    get players() {
      return stage.players.count;
    },
    get bodies() {
      return stage.bodies.count;
    },
    get eye() {
      return [...stage.eye];
    },
    get framesDrawn() {
      return stage.framesDrawn;
    },
    get longestWorkMs() {
      return stage.longestWorkMs;
    },
  };
  Object.defineProperty(globalThis, 'replay', { value: Object.freeze(hook) });
}
