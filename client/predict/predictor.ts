import { NO_CHANGE, REPAIR_HASHES_MAX } from '../../core-wasm/host/core.ts';
import type { BubbleChange } from '../../core-wasm/host/messages.ts';
import { type Intent, type Pose, TICKS_PER_FRAME, WireFault } from '../../core-wasm/host/types.ts';
import { ConfirmedHashes } from './confirmed-hashes.ts';
import { type DisputeReport, Disputes, type PredictionFault } from './dispute.ts';
import { Effects } from './effects.ts';
import { type FlightRecorder, type Recorded, recordedUpTo } from './flight-recorder.ts';
import { History, HORIZON_TICKS, INPUT_FRAMES_AHEAD_MAX } from './history.ts';
import { OwnInputs } from './own-inputs.ts';
import {
  type AuthoritativeFrame,
  isWithoutTrap,
  type OwnInput,
  type PredictedCore,
} from './predicted-core.ts';
import { applyFrame, type Prediction, predictFrame, repredict, stepTick } from './rollback.ts';
import { Timeline } from './timeline.ts';
import { Trail } from './trail.ts';

const NOBODY = new Uint32Array(0);

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
 *
 * A desync does not stop the play: frames are applied on, until the server has put in anew what
 * differs and its proof says so. Only a state that no frame can be applied to waits for another.
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
  /** Guesses that trapped the core; each is taken back with the next frame. */
  traps = 0;
  readonly confirmed = new ConfirmedHashes();
  /** What ticks did, each thing once, however often a tick is computed. */
  readonly effects = new Effects();

  readonly #core: PredictedCore;
  readonly #history = new History();
  readonly #trail = new Trail();
  readonly #timeline = new Timeline();
  readonly #own: OwnInputs;
  readonly #prediction: Prediction;
  #news: AuthoritativeFrame[] = [];
  #nextFrame = 0;
  #confirmedFrame = -1;
  #started = false;
  /** No frame can be applied: a state must come. */
  #faulted = false;
  /** Where the play is when a guess trapped: what the core holds is old. −1 while it is not. */
  #voidTick = -1;
  /** The core's own memory, not only a state, may have gone bad. */
  #isSuspect = false;
  readonly #disputes: Disputes;
  readonly #recorder: FlightRecorder | null;

  /**
   * `onDispute` gets what is to be filed of a desync once it is settled, to be used at once.
   * `recorder` keeps what is confirmed.
   */
  constructor(
    core: PredictedCore,
    onFault: (fault: PredictionFault) => void,
    onDispute: (report: DisputeReport) => void = () => {},
    recorder: FlightRecorder | null = null,
  ) {
    this.#core = core;
    this.#recorder = recorder;
    this.#own = new OwnInputs(core);
    this.#prediction = {
      core,
      own: this.#own,
      history: this.#history,
      trail: this.#trail,
      timeline: this.#timeline,
      effects: this.effects,
    };
    this.#disputes = new Disputes(onFault, onDispute);
  }

  /** Ticks of rollbacks of which only what news touched was computed. */
  get partTicks(): number {
    return this.#timeline.partTicks;
  }

  /** Times that client and server were found to differ, each until they agreed again. */
  get desyncs(): number {
    return this.#disputes.count;
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
    return this.#own.tick;
  }

  /** Whether the next intent opens a frame, and so takes a pose. */
  get wantsPose(): boolean {
    return this.#own.wantsPose;
  }

  /** Whether the server takes an input so far ahead. */
  get canSample(): boolean {
    const inputFrame = Math.floor(this.#own.tick / TICKS_PER_FRAME);
    return this.#started && inputFrame - this.#nextFrame < INPUT_FRAMES_AHEAD_MAX;
  }

  /** Whether the core stands at a frame's first tick. */
  get atFrameStart(): boolean {
    return this.#core.tick % TICKS_PER_FRAME === 0;
  }

  /**
   * Ticks that may be predicted: not further ahead than a wrong guess may be taken back. Where a
   * state must come nothing is taken back any more, and the play goes on as far as inputs do.
   */
  get roomTicks(): number {
    if (!this.#started || this.#voidTick >= 0) return 0;
    const horizonTicks = this.#faulted ? INPUT_FRAMES_AHEAD_MAX * TICKS_PER_FRAME : HORIZON_TICKS;
    return this.#nextFrame * TICKS_PER_FRAME + horizonTicks - this.#core.tick;
  }

  get canPredict(): boolean {
    return this.roomTicks > 0;
  }

  /** Begins anew from an authoritative state at the first tick of `frame`. */
  start(frame: number, state: Uint8Array): WireFault {
    this.#endDispute();
    this.#own.clear(frame * TICKS_PER_FRAME);
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
    if (this.#disputes.isOpen) this.settle();
    this.#endDispute();
    const target = this.#tick;
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
    const target = this.#tick;
    if (this.#voidTick >= 0 && !this.#takeBack()) return false;
    if (!this.#applyAll(news)) return false;
    this.#repredict(target);
    return true;
  }

  /** The core stands at the newest confirmed state then; false when that is none any more. */
  #takeBack(): boolean {
    this.#voidTick = -1;
    if (this.#rollBack(this.#nextFrame, 0)) return true;
    this.#fail({ kind: 'unsound', frame: this.#nextFrame });
    return false;
  }

  /** See `OwnInputs.sample`. */
  sample(intent: Intent, pose: Pose | null): OwnInput | null {
    return this.#own.sample(intent, pose);
  }

  /**
   * Leaves a whole frame without an own input, which would come too late anyway: after joining, or
   * when the client was held up. Only at a frame's first tick.
   */
  skipInput(): void {
    this.#own.skip();
  }

  /** Predicts one tick on what was sampled for it; only while it may. */
  advance(): void {
    this.settle();
    // What was received last may have left nothing to guess from.
    if (!this.canPredict) return;
    this.#guess(this.#core.tick + 1, () => {
      if (this.atFrameStart) this.#history.save(this.#core);
      predictFrame(this.#prediction, this.entity);
      stepTick(this.#prediction);
    });
  }

  /** `sample` and `advance`, where the world does not wait behind the inputs. */
  tick(intent: Intent, pose: Pose | null): OwnInput | null {
    this.settle();
    this.#own.goOnFrom(this.#tick);
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
    const confirmed = !this.#disputes.isOpen ? this.confirmedState() : null;
    const hash = confirmed === null ? null : this.#core.proofOf(confirmed.state);
    return confirmed === null || hash === null ? null : { frame: confirmed.frame, hash };
  }

  /** The state at the first tick of the newest frame that the server has decided all before. */
  confirmedState(): { frame: number; state: Uint8Array } | null {
    if (!this.#started || this.#faulted) return null;
    const frame = this.#nextFrame;
    const standing = this.#voidTick < 0 && this.#core.tick === frame * TICKS_PER_FRAME;
    return { frame, state: standing ? this.#core.snapshot() : this.#history.state(frame) };
  }

  /** What the recorder has, and where it ends; null without one, and before the first frame. */
  recorded(): Recorded | null {
    if (this.#recorder === null) return null;
    this.settle();
    this.#noteHash();
    return recordedUpTo(this.#recorder, this.#core, this.confirmedState(), this.#trail.newestState);
  }

  #rebase(frame: number, state: Uint8Array): WireFault {
    if (this.#isSuspect) this.#core.reopen();
    this.#isSuspect = false;
    const wire = this.#core.restore(state);
    this.#started = wire === WireFault.NONE && this.#core.tick === frame * TICKS_PER_FRAME;
    this.#faulted = false;
    this.#voidTick = -1;
    this.#news = [];
    this.#nextFrame = frame;
    this.#own.goOnFrom(frame * TICKS_PER_FRAME);
    this.#history.clear();
    this.#noteHash();
    this.#recorder?.cut();
    this.#trail.clear();
    this.#timeline.clear();
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
      const state = predictedTicks === 0 ? null : this.#history.state(frame);
      this.#compare(authoritative, state);
      this.#note(authoritative, state);
      if (predictedTicks < TICKS_PER_FRAME || !this.#isGuessed(authoritative)) {
        if (predictedTicks > 0 && !this.#rollBack(frame, predictedTicks)) {
          this.#fail({ kind: 'unsound', frame });
          return confirmed;
        }
        this.#own.noteUsed(frame, this.#core.frameInputs(bytes), this.entity);
        const wire = this.#play(authoritative);
        if (wire === null) return false;
        confirmed = true;
        if (wire !== WireFault.NONE) {
          this.#fail({ kind: 'refused', frame, wire });
          return true;
        }
      }
      this.#nextFrame = frame + 1;
      this.#confirmedFrame = frame;
    }
    return confirmed;
  }

  /** Tells when the state at the frame's first tick, the present one for null, is not theirs. */
  #compare({ frame, proof: expected }: AuthoritativeFrame, state: Uint8Array | null): void {
    if (expected === 0n) return;
    const core = this.#core;
    const got = state === null ? core.proof() : core.proofOf(state);
    if (got === expected) {
      this.confirmed.confirm(frame, expected);
      this.#endDispute();
      this.#isSuspect = false;
      this.#trail.agree(frame);
      return;
    }
    const ids = got ? core.provenMovers() : NOBODY;
    const hashes = core.moverHashes(ids.length > REPAIR_HASHES_MAX ? NOBODY : ids);
    this.#tell({ kind: 'differs', frame, expected, got: got ?? 0n, hashes });
  }

  #note({ frame, bytes, leaves, enter }: AuthoritativeFrame, state: Uint8Array | null): void {
    if (this.#trail.isFull) this.#fileDispute();
    this.#noteHash();
    this.#trail.note(this.#core, frame, bytes, { leaves, enter }, state);
    this.#recorder?.note(frame, bytes, { leaves, enter }, this.#trail.newestState);
  }

  /** What the frame that was recorded last was computed from: known since its first tick. */
  #noteHash(): void {
    const frame = (this.#recorder?.nextFrame ?? -1) - 1;
    if (frame >= 0) this.#recorder?.noteHash(this.#trail.hashOf(frame * TICKS_PER_FRAME));
  }

  #isGuessed({ frame, bytes, leaves, enter }: AuthoritativeFrame): boolean {
    const isSame = leaves.length === 0 && enter.length === 0;
    return isSame && this.#core.sameFrame(this.#history.predicted(frame), bytes);
  }

  /** Null, and the fault told, when the core trapped. */
  #play(authoritative: AuthoritativeFrame): WireFault | null {
    let wire: WireFault | null = null;
    const held = isWithoutTrap(() => {
      wire = applyFrame(this.#prediction, authoritative);
    });
    if (held) return wire;
    this.#started = false;
    this.#revive();
    this.#fail({ kind: 'trapped', frame: authoritative.frame });
    return null;
  }

  /** False when the remembered state is no state any more: memory went bad under it. */
  #rollBack(frame: number, ticks: number): boolean {
    this.rollbacks++;
    this.resimulatedTicks += ticks;
    this.deepestRollbackTicks = Math.max(this.deepestRollbackTicks, ticks);
    const state = this.#history.state(frame);
    if (this.#core.restore(state) !== WireFault.NONE) return false;
    this.#timeline.begin(this.#core, state);
    return true;
  }

  /** The tick that the player is at. */
  get #tick(): number {
    return this.#voidTick >= 0 ? this.#voidTick : this.#core.tick;
  }

  #guess(tick: number, run: () => void): void {
    if (isWithoutTrap(run)) return;
    this.traps++;
    this.#voidTick = tick;
    this.#revive();
  }

  /** The instance is dead: another shows the newest confirmed state until more is known. */
  #revive(): void {
    this.#core.reopen();
    this.#core.restore(this.#trail.newestState);
    this.#timeline.clear();
  }

  #fail(fault: PredictionFault): void {
    this.#faulted = true;
    this.#tell(fault);
  }

  #tell(fault: PredictionFault): void {
    this.#isSuspect = true;
    this.#disputes.tell(fault);
  }

  #endDispute(): void {
    this.#fileDispute();
    this.#disputes.close();
  }

  #fileDispute(): void {
    if (!this.#disputes.isUnfiled) return;
    const state = this.confirmedState()?.state ?? null;
    this.#disputes.file(this.#trail.frames(this.#nextFrame, state), this.#trail.isProven);
  }

  #repredict(target: number): void {
    this.#guess(target, () => repredict(this.#prediction, this.entity, target));
  }
}
