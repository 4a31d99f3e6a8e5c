import { ClockSync } from '../../client/net/clock-sync.ts';
import { Connection, type Delivered } from '../../client/net/connection.ts';
import type { Core } from '../../core-wasm/host/core.ts';
import { MessageKind, type Timing } from '../../core-wasm/host/messages.ts';
import { TICK_DURATION_MS, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { createInputReader, frameNumberOf, type InputReader, timingOf } from './frames.ts';
import { connectTapped } from './links.ts';
import type { Login } from './login.ts';
import type { SeenBoard } from './seen.ts';
import { createStopwatch } from './stopwatch.ts';
import type { Walk } from './walk.ts';

/** What a herd needs of a bot, light or full. All counts are since it was made. */
export interface Bot {
  /** Does what is due; returns when to be called again, ms. */
  advance(nowMs: number): number;
  readonly live: boolean;
  /** Why the bot is not live. */
  readonly reason: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Frames that came, inputs that were sent, and the time in the world for both, ms. */
  readonly frames: number;
  readonly inputs: number;
  liveMs(nowMs: number): number;
  /** When the server last showed that it used this bot's inputs, ms; −∞ before. */
  readonly ackedAtMs: number;
  /** What only a full bot finds out; null of a light one. */
  readonly proofs: ProofCounts | null;
  close(): void;
}

export interface ProofCounts {
  /** Hashes of the bubble that were compared and equal. */
  readonly confirmed: number;
  readonly desyncs: number;
  /** Repairs that were asked for. */
  readonly repairs: number;
  /** Frames with which something entered the bubble, and bodies that left it. */
  readonly enters: number;
  readonly leaves: number;
  /** How far it got from where it was first, m. */
  readonly strayM: number;
}

export interface BotOptions {
  readonly url: string;
  readonly login: Login;
  /** What the bot does; asked once its account is known. */
  readonly walk: (account: number) => Walk;
  readonly nowMs: () => number;
  /** Gets each desync of a full bot as a file. */
  readonly onIncident?: (file: Uint8Array) => void;
}

export interface LightBotOptions extends BotOptions {
  readonly codec: Core;
  readonly seen: SeenBoard;
  /** Decodes every frame for what the others did; else frames are only counted. */
  readonly isReader: boolean;
}

/** A bot further behind than this was held up and leaves the frames in between to the server. */
const FRAMES_BEHIND_MAX = 4;
/** How often a bot without anything to send is asked, ms. */
const IDLE_MS = 20;

/** Speaks the protocol in time but steps no world: thousands fit on a core. */
export class LightBot implements Bot {
  ackedAtMs = Number.NEGATIVE_INFINITY;
  frames = 0;
  inputs = 0;
  readonly proofs = null;

  readonly #options: LightBotOptions;
  readonly #clock = new ClockSync();
  readonly #connection: Connection;
  readonly #reader: InputReader | null;
  #walk: Walk | null = null;
  #entity = 0;
  #nextFrame = -1;
  #bornFrame = -1;
  #sentFrame = -1;
  #ackedFrame = -1;
  #frameBytes = 0;
  #gap: string | null = null;
  readonly #inWorld = createStopwatch();

  constructor(options: LightBotOptions) {
    const { url, login, codec, nowMs } = options;
    this.#options = options;
    this.#reader = options.isReader ? createInputReader(codec) : null;
    this.#connection = new Connection({
      url,
      ticket: login.ticket,
      codec,
      nowMs,
      connect: connectTapped(
        (bytes, atMs) => this.#onFrame(bytes, atMs),
        (atMs) => this.#connection.advance(atMs),
      ),
      random: Math.random,
      resumePoint: () => null,
      onRoundTrip: (rttMs) => this.#clock.onRoundTrip(rttMs),
      deliver: (message, atMs) => this.#deliver(message, atMs),
    });
  }

  get live(): boolean {
    return this.#connection.state === 'live';
  }

  get reason(): string {
    return this.#connection.reason;
  }

  get bytesIn(): number {
    return this.#connection.bytesIn + this.#frameBytes;
  }

  get bytesOut(): number {
    return this.#connection.bytesOut;
  }

  liveMs(nowMs: number): number {
    return this.#inWorld.totalMs(nowMs);
  }

  advance(nowMs: number): number {
    this.#connection.advance(nowMs);
    if (this.#gap !== null) this.#connection.rejoin(this.#gap, nowMs);
    this.#gap = null;
    if (!this.live) this.#inWorld.stop(nowMs);
    return this.live && this.#clock.running ? this.#sendDue(nowMs) : nowMs + IDLE_MS;
  }

  close(): void {
    this.#options.seen.forget(this.#entity);
    this.#inWorld.stop(this.#options.nowMs());
    this.#connection.close();
  }

  #deliver(message: Delivered, atMs: number): string | null {
    switch (message.kind) {
      case MessageKind.WELCOME:
        this.#entity = message.entity;
        this.#clock.restart();
        return null;
      case MessageKind.SNAPSHOT:
        this.#nextFrame = message.frame;
        if (this.#reader?.begin(message) === false) return 'the state is refused';
        this.#inWorld.start(atMs);
        return null;
      case MessageKind.KEEPING:
        return null;
      case MessageKind.FRAME:
        return 'a frame came the wrong way';
    }
  }

  #onFrame(bytes: Uint8Array, atMs: number): void {
    this.#frameBytes += bytes.length;
    if (!this.#inWorld.runs) return;
    const frame = this.#nextFrame++;
    this.frames++;
    this.#clock.onFrame(frame, atMs);
    if (frameNumberOf(bytes) !== (frame & 0xffff)) this.#gap = `another frame came than ${frame}`;
    const timing = timingOf(bytes);
    if (timing !== null) this.#onTiming(timing, atMs);
    if (this.#reader === null || this.#gap !== null) return;
    const inputs = this.#reader.read(bytes);
    if (inputs === null) this.#gap = `frame ${frame} cannot be read`;
    else this.#options.seen.read(inputs, frame, this.#entity, atMs);
  }

  #onTiming({ slackMs, inputFrame }: Timing, atMs: number): void {
    this.#clock.onTiming(slackMs, atMs);
    if (inputFrame > this.#ackedFrame) this.ackedAtMs = atMs;
    this.#ackedFrame = inputFrame;
  }

  /** Sends what is due and returns when the next input will be. */
  #sendDue(nowMs: number): number {
    const tick = this.#clock.tickAt(nowMs);
    const done = Math.floor(tick / TICKS_PER_FRAME) - 1;
    const heldUp = done - this.#sentFrame > FRAMES_BEHIND_MAX;
    if (heldUp || done < this.#sentFrame - FRAMES_BEHIND_MAX) this.#sentFrame = done - 1;
    while (this.#sentFrame < done) this.#send(++this.#sentFrame, nowMs);
    const nextTick = (this.#sentFrame + 2) * TICKS_PER_FRAME;
    return nowMs + (nextTick - tick) * TICK_DURATION_MS;
  }

  #send(frame: number, nowMs: number): void {
    const { codec, seen, walk, login } = this.#options;
    this.#walk ??= walk(login.account);
    if (this.#bornFrame < 0 || this.#bornFrame > frame) this.#bornFrame = frame;
    const entry = this.#walk.entryAt(frame - this.#bornFrame);
    this.#connection.send(codec.encodeInput(frame, entry));
    this.#clock.onInputSent(nowMs);
    this.inputs++;
    seen.noteSent(this.#entity, frame, nowMs, entry);
  }
}
