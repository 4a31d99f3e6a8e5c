import { type Decoder, decode, Reflection } from '@colyseus/schema';
import { type Intent, TICKS_PER_FRAME } from '../../../core-wasm/host/types.ts';
import type { Walk } from '../../swarm/walk.ts';
import { packInput, poseOf, poseOfAvatar } from '../avatar.ts';
import { type Crowd, type CrowdOptions, createMetronome, type NetBot, READERS } from '../crowd.ts';
import { Sightings } from '../sightings.ts';
import type { Walkers } from '../walkers.ts';
import { type ArenaState, INPUT, ROOM } from './state.ts';

/** First byte of a message, less its modifiers (Protocol.ts of @colyseus/shared-types). */
const Code = { JOIN_ROOM: 10, ROOM_STATE: 14, ROOM_STATE_PATCH: 15, ROOM_DATA_BYTES: 17 } as const;
const CODE_MASK = 0x1f;

interface SeatReservation {
  readonly processId: string;
  readonly roomId: string;
  readonly sessionId: string;
}

/**
 * Speaks Colyseus's protocol as its SDK does: seat by HTTP, handshake with the reflected schema,
 * acknowledged; then inputs up and patches down. A few decode them with Colyseus's own decoder.
 */
export function openColyseusCrowd({ url }: CrowdOptions, { walk }: Walkers): Crowd {
  const seen = new Sightings();
  let joined = 0;
  return {
    join() {
      const number = joined++;
      return new ColyseusBot(url, walk(number, number), number < READERS, seen);
    },
    beginSeen: () => seen.begin(),
    endSeen: () => seen.end(),
  };
}

class ColyseusBot implements NetBot {
  live = false;
  reason = '';
  bytesIn = 0;
  bytesOut = 0;
  framesIn = 0;

  readonly #walk: Walk;
  readonly #isReader: boolean;
  readonly #seen: Sightings;
  readonly #metronome = createMetronome(performance.now());
  #socket: WebSocket | null = null;
  #sessionId = '';
  #decoder: Decoder<ArenaState> | null = null;
  readonly #last = new Map<string, Uint8Array>();

  constructor(url: string, walk: Walk, isReader: boolean, seen: Sightings) {
    this.#walk = walk;
    this.#isReader = isReader;
    this.#seen = seen;
    this.#join(url).catch((error: unknown) => {
      this.reason = String(error);
    });
  }

  advance(nowMs: number): number {
    for (const frame of this.#metronome.due(nowMs)) if (this.live) this.#send(frame, nowMs);
    return this.#metronome.nextMs();
  }

  close(): void {
    this.#seen.forget(this.#sessionId);
    this.live = false;
    this.#socket?.close();
  }

  async #join(url: string): Promise<void> {
    const response = await fetch(`${url.replace('ws:', 'http:')}/matchmake/joinOrCreate/${ROOM}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    if (!response.ok) throw new Error(`no seat: ${response.status} ${await response.text()}`);
    const { processId, roomId, sessionId } = (await response.json()) as SeatReservation;
    this.#sessionId = sessionId;
    const socket = new WebSocket(`${url}/${processId}/${roomId}?sessionId=${sessionId}`);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => this.#take(new Uint8Array(data));
    socket.onclose = ({ code, reason }) => {
      this.live = false;
      this.reason = `closed with ${code} ${reason}`;
    };
    this.#socket = socket;
  }

  #take(bytes: Uint8Array): void {
    this.bytesIn += bytes.length;
    const code = (bytes[0] as number) & CODE_MASK;
    if (code === Code.JOIN_ROOM) {
      if (this.#isReader) this.#decoder = decoderIn(bytes);
      this.#socket?.send(Uint8Array.of(Code.JOIN_ROOM));
    } else if (code === Code.ROOM_STATE) {
      this.#decoder?.decode(bytes, { offset: 1 });
      this.live = true;
    } else if (code === Code.ROOM_STATE_PATCH) {
      this.framesIn++;
      if (this.#decoder === null) return;
      this.#decoder.decode(bytes, { offset: 1 });
      this.#look(this.#decoder.state, performance.now());
    }
  }

  #look({ avatars }: ArenaState, atMs: number): void {
    for (const [sessionId, { packed }] of avatars.entries()) {
      if (sessionId === this.#sessionId || this.#last.get(sessionId) === packed) continue;
      this.#last.set(sessionId, packed);
      this.#seen.read(sessionId, atMs, poseOfAvatar(packed));
    }
  }

  #send(frame: number, nowMs: number): void {
    const tick = frame * TICKS_PER_FRAME;
    const walk = this.#walk;
    const pose = walk.poseAt(frame);
    if (pose === null) throw new Error('a bot without a headset');
    const intents = [tick, tick + 1, tick + 2].map((at) => walk.intentAt(at));
    const input = packInput(intents as [Intent, Intent, Intent], pose, frame);
    const message = new Uint8Array(2 + input.length);
    message[0] = Code.ROOM_DATA_BYTES;
    message[1] = INPUT;
    message.set(input, 2);
    this.#socket?.send(message);
    this.bytesOut += message.length;
    this.#seen.noteSent(this.#sessionId, nowMs, poseOf(input));
  }
}

/** Code, reconnection token and serializer's name, each with its length, then the reflection. */
function decoderIn(handshake: Uint8Array): Decoder<ArenaState> {
  const it = { offset: 1 };
  for (let text = 0; text < 2; text++) it.offset += 1 + (handshake[it.offset] as number);
  const length = decode.number(handshake, it);
  return Reflection.decode<ArenaState>(handshake.subarray(0, it.offset + length), it);
}
