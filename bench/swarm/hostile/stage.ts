import type { Codec } from '../../../core-wasm/host/core.ts';
import type { CoreModule } from '../../../core-wasm/host/load-core.ts';
import { MessageKind, NO_RESUME, PROTOCOL_VERSION } from '../../../core-wasm/host/messages.ts';
import type { Intent } from '../../../core-wasm/host/types.ts';
import { offeredProtocols } from '../../../server/net/door.ts';
import { isFrame } from '../frames.ts';
import { createLogin } from '../login.ts';
import { type Attacker, type Ending, openAttacker } from './attacker.ts';

/** What came of a cheat. */
export type Outcome =
  | Ending
  /** The connection stands, and nothing was gained by it. */
  | 'harmless'
  /** The server let it pass. */
  | `harmful: ${string}`;

/** Something that a modified client tries. */
export interface Cheat {
  readonly name: string;
  /** The only outcomes that are right. */
  readonly expected: Outcome | readonly Outcome[];
  /** Tries it once; whatever happens is an outcome. */
  run(stage: Stage): Promise<Outcome>;
}

/** Where cheats are tried. */
export interface Stage {
  readonly url: string;
  readonly codec: Codec & { readonly module: CoreModule };
  readonly module: CoreModule;
}

export const STILL: Intent = { moveX: 0, moveZ: 0, yaw: 0, pitch: 0, buttons: 0 };

export async function takeTicket({ url }: Stage): Promise<string> {
  return createLogin(url).ticket();
}

/** Through the door with a good ticket; nothing was said yet. */
export async function enter(stage: Stage, ticket?: string): Promise<Attacker> {
  return knock(stage, offeredProtocols(ticket ?? (await takeTicket(stage))).join(', '));
}

export function knock({ url }: Stage, offer: string | null): Promise<Attacker> {
  return openAttacker(url, offer);
}

export function hello({ codec }: Stage, change: Partial<Hello> = {}): Uint8Array {
  return codec.encodeHello({
    protocol: PROTOCOL_VERSION,
    coreHash: codec.module.hash64,
    ...NO_RESUME,
    instance: 1,
    attempt: 1,
    ...change,
  });
}

type Hello = Parameters<Codec['encodeHello']>[0];

/** An attacker in the world, who knows which frame it is. */
export interface Intruder extends Attacker {
  /** The newest frame that came; −1 before the first. Reads what came in. */
  frame(): number;
  /** Counts of what came in until now. */
  readonly heard: { snapshots: number; pongs: number; frames: number };
}

const JOIN_MAX_MS = 15_000;
const LOOK_INTERVAL_MS = 10;

/** All the way into the world, with a HELLO as `change` wants it. */
export async function join(stage: Stage, change: Partial<Hello> = {}): Promise<Intruder> {
  const attacker = await enter(stage);
  attacker.send(hello(stage, change));
  const intruder = watchFrames(stage, attacker);
  await waitFor(() => intruder.frame() >= 0 || !intruder.isOpen, JOIN_MAX_MS);
  return intruder;
}

function watchFrames({ codec }: Stage, attacker: Attacker): Intruder {
  const heard = { snapshots: 0, pongs: 0, frames: 0 };
  let frame = -1;
  return Object.assign(Object.create(attacker) as Attacker, {
    heard,
    frame() {
      for (const message of attacker.take()) {
        if (message[0] === MessageKind.PONG) heard.pongs++;
        if (isFrame(message)) {
          heard.frames++;
          frame++;
        }
        if (message[0] !== MessageKind.SNAPSHOT) continue;
        heard.snapshots++;
        const state = codec.decodeMessage(message);
        if (state.ok && state.message.kind === MessageKind.SNAPSHOT)
          frame = state.message.frame - 1;
      }
      return frame;
    },
  });
}

export function inputFor({ codec }: Stage, frame: number, intent: Intent = STILL): Uint8Array {
  return codec.encodeInput(
    frame,
    codec.encodeEntry({ intents: [intent, intent, intent], pose: null }),
  );
}

export async function waitFor(done: () => boolean, limitMs: number): Promise<boolean> {
  const endMs = performance.now() + limitMs;
  while (!done() && performance.now() < endMs) await Bun.sleep(LOOK_INTERVAL_MS);
  return done();
}

/** How it ended, or `harmful` when it still stands after `limitMs`. */
export async function endingOf(attacker: Attacker, limitMs: number): Promise<Outcome> {
  const stands = Bun.sleep(limitMs).then((): Outcome => `harmful: open after ${limitMs} ms`);
  const ending = await Promise.race([attacker.ended, stands]);
  attacker.leave();
  return ending;
}

/** Whether the server still answers a ping and sends frames; then the cheat was no use. */
export async function harmlessIf(
  stage: Stage,
  intruder: Intruder,
  complaint: () => string | null,
): Promise<Outcome> {
  const { pongs, frames } = intruder.heard;
  intruder.send(stage.codec.encodePing(77));
  const answered = () => {
    intruder.frame();
    return intruder.heard.pongs > pongs && intruder.heard.frames > frames;
  };
  await waitFor(() => answered() || !intruder.isOpen, 5_000);
  if (!intruder.isOpen) return intruder.ended;
  const problem = complaint();
  intruder.leave();
  if (problem !== null) return `harmful: ${problem}`;
  return intruder.heard.pongs > pongs ? 'harmless' : 'harmful: no answer any more';
}
