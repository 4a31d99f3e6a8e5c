import { ClockSync } from '../../client/net/clock-sync.ts';
import { Connection, type Delivered } from '../../client/net/connection.ts';
import { openSession, type WorldSession } from '../../client/net/session.ts';
import { connectWebSocket } from '../../client/net/socket.ts';
import { BubbleReader, frameNumberOf, timingOf } from '../../core-wasm/host/bubble-reader.ts';
import type { Core } from '../../core-wasm/host/core.ts';
import { MessageKind, type Timing } from '../../core-wasm/host/messages.ts';
import { TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import type { SeenBoard } from './seen.ts';
import type { Wanderer } from './wander.ts';

/** What a herd needs of a bot, light or full. */
export interface Bot {
  /** Does what is due. */
  advance(nowMs: number): void;
  readonly live: boolean;
  /** Why the bot is not live. */
  readonly reason: string;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** When the server last showed that it used this bot's inputs, ms; −∞ before. */
  readonly ackedAtMs: number;
  readonly desyncs: number;
  close(): void;
}

export interface BotOptions {
  readonly url: string;
  readonly ticket: () => Promise<string>;
  readonly wanderer: Wanderer;
  readonly nowMs: () => number;
  /** Number of the bot among those that share a `SeenBoard`, and how many they are. */
  readonly index: number;
  readonly count: number;
  readonly seen: SeenBoard;
}

/** Bots that unpack what others did: if all did, they would be the load. */
const READERS = 8;
/** A bot further behind than this was held up and leaves the frames in between to the server. */
const FRAMES_BEHIND_MAX = 4;

/** Speaks the protocol in time but steps no world: hundreds fit where the server leaves room. */
export class LightBot implements Bot {
  ackedAtMs = Number.NEGATIVE_INFINITY;
  readonly desyncs = 0;

  readonly #options: BotOptions;
  readonly #codec: Core;
  readonly #clock = new ClockSync();
  readonly #connection: Connection;
  readonly #reader: BubbleReader | null;
  #entity = 0;
  #nextFrame = -1;
  #sentFrame = -1;
  #ackedFrame = -1;

  constructor(options: BotOptions, codec: Core) {
    this.#options = options;
    this.#codec = codec;
    this.#reader = options.index < READERS ? new BubbleReader(codec) : null;
    this.#connection = new Connection({
      url: options.url,
      ticket: options.ticket,
      codec,
      nowMs: options.nowMs,
      connect: connectWebSocket,
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
    return this.#connection.bytesIn;
  }

  get bytesOut(): number {
    return this.#connection.bytesOut;
  }

  advance(nowMs: number): void {
    this.#connection.advance(nowMs);
    if (this.live && this.#clock.running) this.#sendDue(nowMs);
  }

  close(): void {
    this.#options.seen.forget(this.#entity);
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
        this.#reader?.begin(message.frame);
        return null;
      case MessageKind.FRAME:
        return this.#onFrame(message.message, atMs);
    }
  }

  #onFrame(message: Uint8Array, atMs: number): string | null {
    const frame = this.#nextFrame;
    if (frameNumberOf(message) !== (frame & 0xffff)) return `another frame came than ${frame}`;
    this.#nextFrame++;
    this.#clock.onFrame(frame, atMs);
    const timing = timingOf(message);
    if (timing !== null) this.#onTiming(timing, atMs);
    if (this.#reader === null) return null;
    const read = this.#reader.read(message);
    if (!read.ok) return `frame ${frame} cannot be read: ${read.fault}`;
    const { bytes } = read.frame;
    this.#options.seen.read(this.#codec.frameInputs(bytes), frame, this.#entity, atMs);
    return null;
  }

  #onTiming({ slackMs, inputFrame }: Timing, atMs: number): void {
    this.#clock.onTiming(slackMs, atMs);
    if (inputFrame > this.#ackedFrame) this.ackedAtMs = atMs;
    this.#ackedFrame = inputFrame;
  }

  #sendDue(nowMs: number): void {
    const { wanderer, seen } = this.#options;
    const done = Math.floor(this.#clock.tickAt(nowMs) / TICKS_PER_FRAME) - 1;
    const heldUp = done - this.#sentFrame > FRAMES_BEHIND_MAX;
    if (heldUp || done < this.#sentFrame - FRAMES_BEHIND_MAX) this.#sentFrame = done - 1;
    while (this.#sentFrame < done) {
      const frame = ++this.#sentFrame;
      const tick = frame * TICKS_PER_FRAME;
      const entry = this.#codec.encodeEntry({
        intents: [
          wanderer.intentAt(tick),
          wanderer.intentAt(tick + 1),
          wanderer.intentAt(tick + 2),
        ],
        pose: wanderer.poseAt(tick),
      });
      this.#connection.send(this.#codec.encodeInput(frame, entry));
      this.#clock.onInputSent(nowMs);
      seen.noteSent(this.#entity, frame, nowMs, entry);
    }
  }
}

/** The whole client but for the picture: predicts, rolls back, checks the hash of each frame. */
export class FullBot implements Bot {
  ackedAtMs = Number.NEGATIVE_INFINITY;
  readonly #session: WorldSession;
  #confirmedFrame = -1;

  constructor({ url, ticket, nowMs, wanderer }: BotOptions, core: Core) {
    this.#session = openSession({
      url,
      ticket,
      core,
      nowMs,
      sampleIntent: () => wanderer.intentAt(core.tick),
      samplePose: () => wanderer.poseAt(core.tick),
    });
  }

  get live(): boolean {
    return this.#session.status.connection === 'live';
  }

  get reason(): string {
    return this.#session.status.reason;
  }

  get bytesIn(): number {
    return this.#session.status.bytesIn;
  }

  get bytesOut(): number {
    return this.#session.status.bytesOut;
  }

  get desyncs(): number {
    return this.#session.status.desyncs;
  }

  advance(nowMs: number): void {
    this.#session.update(nowMs);
    const { confirmedFrame } = this.#session.status;
    if (confirmedFrame !== this.#confirmedFrame) this.ackedAtMs = nowMs;
    this.#confirmedFrame = confirmedFrame;
  }

  close(): void {
    this.#session.close();
  }
}
