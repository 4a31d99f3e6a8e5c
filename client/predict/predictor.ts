import { type Core, NO_CHANGE } from '../../core-wasm/host/core.ts';
import type { BubbleChange } from '../../core-wasm/host/messages.ts';
import { type Intent, type Pose, TICKS_PER_FRAME, WireFault } from '../../core-wasm/host/types.ts';
import { ConfirmedHashes } from './confirmed-hashes.ts';
import { Effects } from './effects.ts';
import { History, HORIZON_TICKS, INPUT_FRAMES_AHEAD_MAX } from './history.ts';
import { OwnInputs } from './own-inputs.ts';
import { predictFrame, repredict, stepTick } from './rollback.ts';

/** The part of the core that prediction drives. */
export type PredictedCore = Pick<
  Core,
  | 'tick'
  | 'frame'
  | 'loadFrame'
  | 'step'
  | 'events'
  | 'proof'
  | 'proofOf'
  | 'removePart'
  | 'insertPart'
  | 'snapshot'
  | 'restore'
  | 'frameBegin'
  | 'addInput'
  | 'frameEnd'
  | 'readFrameHeader'
  | 'frameInputs'
  | 'sameFrame'
  | 'encodeEntry'
>;

/** Why the predicted world cannot be trusted any more; only a snapshot repairs it. */
export type PredictionFault =
  /**
   * Same inputs, other state, or a remembered state gone bad: `expected` is the server's proof at
   * the frame's first tick, 0 where it gave none.
   */
  | {
      readonly kind: 'desync';
      readonly frame: number;
      readonly expected: bigint;
      readonly got: bigint;
    }
  /** The core refused an authoritative frame, or who leaves or enters with it. */
  | { readonly kind: 'refused'; readonly frame: number; readonly wire: WireFault };

/** What this client did in one frame, ready to be sent. */
export interface OwnInput {
  readonly frame: number;
  readonly entry: Uint8Array;
}

interface AuthoritativeFrame extends BubbleChange {
  readonly frame: number;
  /** 0 in most frames. */
  readonly proof: bigint;
  readonly bytes: Uint8Array;
}

/**
 * Runs the core ahead of the server on guesses and makes good what was guessed wrong.
 *
 * The invariant that everything rests on: for every frame F from `nextFrame` to the one under
 * way, the history holds the state at F's first tick, and the state at `nextFrame` came out of
 * authoritative frames alone, or out of guesses that equalled them byte for byte. So the proof in
 * the server's frame F = `nextFrame` must equal ours *before* anybody leaves or enters and F is
 * compared or applied; a difference there is a desync and never a late input.
 *
 * The world is a bubble: of what moves it has what the server says. Who leaves or enters does so
 * at F's first tick, and what followed is resimulated.
 */
export class Predictor {
  /** Own player's entity, to which own entries are addressed. */
  entity = 0;
  /** Times that a guess had to be taken back. */
  rollbacks = 0;
  /** Ticks that were stepped a second time because of it. */
  resimulatedTicks = 0;
  /** Most ticks that one guess was taken back by. */
  deepestRollbackTicks = 0;
  desyncs = 0;
  readonly confirmed = new ConfirmedHashes();
  /** What ticks did, each thing once, however often a tick is computed. */
  readonly effects = new Effects();

  readonly #core: PredictedCore;
  readonly #history = new History();
  readonly #own: OwnInputs;
  readonly #onFault: (fault: PredictionFault) => void;
  #news: AuthoritativeFrame[] = [];
  #nextFrame = 0;
  #inputTick = 0;
  #confirmedFrame = -1;
  #started = false;
  #faulted = false;

  constructor(core: PredictedCore, onFault: (fault: PredictionFault) => void) {
    this.#core = core;
    this.#own = new OwnInputs(core);
    this.#onFault = onFault;
  }

  /** The frame that the server has to confirm next. */
  get nextFrame(): number {
    return this.#nextFrame;
  }

  /** The newest frame that was applied as the server had it; −1 before the first. */
  get confirmedFrame(): number {
    return this.#confirmedFrame;
  }

  /** The newest frame that came from the server, applied or not; −1 before the first. */
  get newestFrame(): number {
    return this.#nextFrame + this.#news.length - 1;
  }

  /** The tick for which an own intent is wanted next; the predicted world may wait behind it. */
  get inputTick(): number {
    return this.#inputTick;
  }

  /** Whether the next intent opens a frame, and so takes a pose. */
  get wantsPose(): boolean {
    return this.#inputTick % TICKS_PER_FRAME === 0;
  }

  /** Whether the server takes an input so far ahead. */
  get canSample(): boolean {
    const inputFrame = Math.floor(this.#inputTick / TICKS_PER_FRAME);
    return this.#started && inputFrame - this.#nextFrame < INPUT_FRAMES_AHEAD_MAX;
  }

  /** Whether the core stands at a frame's first tick. */
  get atFrameStart(): boolean {
    return this.#core.tick % TICKS_PER_FRAME === 0;
  }

  /** Ticks that may be predicted: not further ahead than a wrong guess may be taken back. */
  get roomTicks(): number {
    if (!this.#started) return 0;
    return this.#nextFrame * TICKS_PER_FRAME + HORIZON_TICKS - this.#core.tick;
  }

  get canPredict(): boolean {
    return this.roomTicks > 0;
  }

  /** Begins anew from an authoritative state at the first tick of `frame`. */
  start(frame: number, state: Uint8Array): WireFault {
    this.#own.clear();
    this.#inputTick = frame * TICKS_PER_FRAME;
    this.effects.clear();
    // A server that came back from a crash may have lost what it once confirmed.
    this.confirmed.dropFrom(0);
    this.#confirmedFrame = -1;
    return this.#rebase(frame, state);
  }

  /**
   * Takes a state that the server sent instead of frames that this client was too slow for. Own
   * inputs that are already on their way stay in the prediction.
   */
  resync(frame: number, state: Uint8Array): WireFault {
    const target = this.#core.tick;
    const ahead = target - frame * TICKS_PER_FRAME;
    const wire = this.#rebase(frame, state);
    if (wire === WireFault.NONE && ahead <= HORIZON_TICKS) this.#repredict(target);
    return wire;
  }

  /**
   * Queues the authoritative frame that comes next and who leaves and enters with it; the bytes
   * are kept. False when they are no frame or not that one: a gap, which the transport cannot make
   * and only a snapshot can fill.
   */
  receive(bytes: Uint8Array, { leaves, enter }: BubbleChange = NO_CHANGE): boolean {
    if (this.#faulted) return true;
    const header = this.#core.readFrameHeader(bytes);
    if (header?.frame !== this.#nextFrame + this.#news.length) return false;
    this.#news.push({ frame: header.frame, proof: header.stateHash, bytes, leaves, enter });
    return true;
  }

  /**
   * Applies all frames that were received. However many they are and however wrong the guesses
   * were, what follows them is resimulated once. True when the world at the current tick changed.
   */
  settle(): boolean {
    if (this.#news.length === 0 || this.#faulted || !this.#started) return false;
    const news = this.#news;
    this.#news = [];
    const target = this.#core.tick;
    const stateIsConfirmed = this.#applyAll(news);
    if (!stateIsConfirmed) return false;
    this.#repredict(target);
    return true;
  }

  /**
   * Takes the intent of the next input tick. `pose` counts only when it is wanted; null repeats the
   * last one. Returns the frame's own input when this was its last tick.
   */
  sample(intent: Intent, pose: Pose | null): OwnInput | null {
    const frame = Math.floor(this.#inputTick / TICKS_PER_FRAME);
    const phase = this.#inputTick - frame * TICKS_PER_FRAME;
    if (phase === 0) this.#own.begin(frame, pose);
    if (this.#own.frame !== frame) throw new Error(`frame ${frame} has no open entry`);
    const entry = this.#own.add(phase, intent);
    this.#inputTick++;
    return phase === TICKS_PER_FRAME - 1 ? { frame, entry } : null;
  }

  /**
   * Leaves a whole frame without an own input, which would come too late anyway: after joining, or
   * when the client was held up. Only at a frame's first tick.
   */
  skipInput(): void {
    if (!this.wantsPose) throw new Error('an entry is open');
    this.#own.skip(this.#inputTick / TICKS_PER_FRAME);
    this.#inputTick += TICKS_PER_FRAME;
  }

  /** Predicts one tick on what was sampled for it. */
  advance(): void {
    this.settle();
    const { frame } = this.#core;
    if (this.atFrameStart) this.#history.save(this.#core);
    predictFrame(this.#core, this.#history, this.entity, this.#own.entryOf(frame));
    stepTick(this.#core, this.effects);
  }

  /** `sample` and `advance`, where the world does not wait behind the inputs. */
  tick(intent: Intent, pose: Pose | null): OwnInput | null {
    this.settle();
    this.#inputTick = Math.max(this.#inputTick, this.#core.tick);
    const input = this.sample(intent, pose);
    this.advance();
    return input;
  }

  /** Predicts a whole frame at once; only from its first tick. */
  advanceFrame(): void {
    if (!this.atFrameStart) throw new Error('a frame is under way');
    this.#repredict(this.#core.tick + TICKS_PER_FRAME);
  }

  /** Where a broken connection may go on; null when only a snapshot will do. */
  resumePoint(): { frame: number; hash: bigint } | null {
    this.settle();
    const confirmed = this.confirmedState();
    const hash = confirmed === null ? null : this.#core.proofOf(confirmed.state);
    return confirmed === null || hash === null ? null : { frame: confirmed.frame, hash };
  }

  /** The state at the first tick of the newest frame that the server has decided all before. */
  confirmedState(): { frame: number; state: Uint8Array } | null {
    if (!this.#started || this.#faulted) return null;
    const frame = this.#nextFrame;
    const standing = this.#core.tick === frame * TICKS_PER_FRAME;
    return { frame, state: standing ? this.#core.snapshot() : this.#history.state(frame) };
  }

  #rebase(frame: number, state: Uint8Array): WireFault {
    const wire = this.#core.restore(state);
    this.#started = wire === WireFault.NONE && this.#core.tick === frame * TICKS_PER_FRAME;
    this.#faulted = false;
    this.#news = [];
    this.#nextFrame = frame;
    this.#inputTick = Math.max(this.#inputTick, frame * TICKS_PER_FRAME);
    this.#history.clear();
    this.confirmed.dropFrom(frame);
    this.#confirmedFrame = Math.min(this.#confirmedFrame, frame - 1);
    return this.#started || wire !== WireFault.NONE ? wire : WireFault.WRONG_FRAME;
  }

  /** True when the core stands in a confirmed state afterwards; false: on unbroken guesses. */
  #applyAll(news: readonly AuthoritativeFrame[]): boolean {
    const core = this.#core;
    let confirmed = false;
    for (const authoritative of news) {
      const { frame, bytes } = authoritative;
      const predictedTicks = confirmed ? 0 : core.tick - frame * TICKS_PER_FRAME;
      if (!this.#isProven(authoritative, predictedTicks, confirmed)) return confirmed;
      if (predictedTicks < TICKS_PER_FRAME || !this.#isGuessed(authoritative)) {
        if (predictedTicks > 0 && !this.#rollBack(frame, predictedTicks))
          return this.#failDesync(frame, 0n, 0n, confirmed);
        this.#noteReplacedInput(frame, bytes);
        const wire = this.#play(authoritative);
        confirmed = true;
        if (wire !== WireFault.NONE) return this.#fail({ kind: 'refused', frame, wire }, true);
      }
      this.#nextFrame = frame + 1;
      this.#confirmedFrame = frame;
    }
    return confirmed;
  }

  /** False, and the fault told, when the state at the frame's first tick is not the server's. */
  #isProven({ frame, proof }: AuthoritativeFrame, ticks: number, confirmed: boolean): boolean {
    if (proof === 0n) return true;
    const core = this.#core;
    const got = ticks === 0 ? core.proof() : core.proofOf(this.#history.state(frame));
    if (got === proof) this.confirmed.confirm(frame, proof);
    else this.#failDesync(frame, proof, got ?? 0n, confirmed);
    return got === proof;
  }

  #isGuessed({ frame, bytes, leaves, enter }: AuthoritativeFrame): boolean {
    const isSame = leaves.length === 0 && enter.length === 0;
    return isSame && this.#core.sameFrame(this.#history.predicted(frame), bytes);
  }

  #play({ bytes, leaves, enter }: AuthoritativeFrame): WireFault {
    const core = this.#core;
    if (leaves.length > 0 && !core.removePart(leaves)) return WireFault.OUT_OF_RANGE;
    const entered = enter.length > 0 ? core.insertPart(enter) : WireFault.NONE;
    if (entered !== WireFault.NONE) return entered;
    const loaded = core.loadFrame(bytes);
    if (loaded !== WireFault.NONE) return loaded;
    for (let k = 0; k < TICKS_PER_FRAME; k++) stepTick(core, this.effects);
    return loaded;
  }

  /** False when the remembered state is no state any more: memory went bad under it. */
  #rollBack(frame: number, ticks: number): boolean {
    this.rollbacks++;
    this.resimulatedTicks += ticks;
    this.deepestRollbackTicks = Math.max(this.deepestRollbackTicks, ticks);
    return this.#core.restore(this.#history.state(frame)) === WireFault.NONE;
  }

  #noteReplacedInput(frame: number, bytes: Uint8Array): void {
    const own = this.#own.entryOf(frame);
    if (own === null) return;
    const used = this.#core.frameInputs(bytes).find((input) => input.entity === this.entity);
    if (used === undefined || !sameBytes(used.entry, own)) this.#own.noteReplaced();
  }

  #failDesync(frame: number, expected: bigint, got: bigint, confirmed: boolean): boolean {
    this.desyncs++;
    return this.#fail({ kind: 'desync', frame, expected, got }, confirmed);
  }

  #fail(fault: PredictionFault, confirmed: boolean): boolean {
    this.#faulted = true;
    this.#onFault(fault);
    return confirmed;
  }

  #repredict(target: number): void {
    repredict(this.#core, this.#history, this.#own, this.entity, target, this.effects);
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
