import type { Delays } from '../swarm/delays.ts';

/** One bot, whatever server it speaks to. Counters never go back. */
export interface NetBot {
  /** Does what is due; returns when to be called again, ms. */
  advance(nowMs: number): number;
  /** In the world now. */
  readonly live: boolean;
  /** Why it is not. */
  readonly reason: string;
  /** Payloads of messages: what the transport adds to each is the same for all. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Messages that told what the others did. */
  readonly framesIn: number;
  close(): void;
}

/** Bots of one kind, in one thread. */
export interface Crowd {
  join(): NetBot;
  /** From now on it is kept how long inputs take to be seen. */
  beginSeen(): void;
  /** Delays since `beginSeen`. */
  endSeen(): Delays;
}

export interface CrowdOptions {
  readonly url: string;
  readonly players: number;
  /** Half side of the square over which the server spreads newcomers, m. */
  readonly spreadM: number;
  /** Payload of one message each way, for bots that have nothing to say. */
  readonly upBytes: number;
  readonly downBytes: number;
}

/** Bots that decode what they get: if all did, they would be the load. */
export const READERS = 12;

/** An input each frame, for bots whose server does not tell them when it is wanted. */
export interface Metronome {
  /** Frames that are due and were not yet given out. */
  due(nowMs: number): readonly number[];
  /** When the next one will be. */
  nextMs(): number;
}

export const FRAME_MS = 50;
/** Who is further behind was held up and leaves the frames in between. */
const FRAMES_BEHIND_MAX = 4;

/** Ticks from `startMs` on: bots keep the phase at which they came, as players do. */
export function createMetronome(startMs: number): Metronome {
  let given = -1;
  return {
    due(nowMs) {
      const now = Math.floor((nowMs - startMs) / FRAME_MS);
      if (now - given > FRAMES_BEHIND_MAX) given = now - 1;
      const frames: number[] = [];
      while (given < now) frames.push(++given);
      return frames;
    },
    nextMs: () => startMs + (given + 1) * FRAME_MS,
  };
}
