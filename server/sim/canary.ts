import type { Core } from '../../core-wasm/host/core.ts';
import { MessageKind } from '../../core-wasm/host/messages.ts';
import { TICKS_PER_FRAME, WireFault } from '../../core-wasm/host/types.ts';
import type { Checker, Sim } from './sim.ts';
import { crashServer } from './storm.ts';

/** Checkers for which a fault can be planted. */
export const CANARIES = [
  'agreement',
  'bandwidth',
  'authority',
  'durability',
  'integrity',
  'liveness',
] as const satisfies readonly Checker[];
export type Canary = (typeof CANARIES)[number];

/** Plants a fault that exactly this checker must find. */
export function plant(sim: Sim, canary: Canary): void {
  switch (canary) {
    case 'agreement':
      corrupt(sim);
      return;
    case 'bandwidth':
      repeatPongs(sim);
      return;
    case 'authority':
      writeUnfenced(sim);
      return;
    case 'durability':
      crashServer(sim);
      sim.store.forget();
      return;
    case 'integrity':
      crashServer(sim);
      sim.store.weather.hidesDamage = true;
      sim.damageDue = 'flipped';
      return;
    case 'liveness':
      sim.clients[0]?.partition({ up: true, down: false });
      return;
  }
}

/**
 * One bit in what one client computes: in its next guess, and in the next frame that it steps as
 * the server has it, for a guess may be taken back.
 */
function corrupt(sim: Sim): void {
  const session = sim.clients[0]?.session;
  if (session === undefined) return;
  const { core, status } = session;
  const save = core.snapshot.bind(core);
  const guess = core.frameEnd.bind(core);
  const load = core.loadFrame.bind(core);
  let guessed: Uint8Array | null = null;
  const flip = () => flipBit(core, status.entity, save);
  core.snapshot = (into) => {
    core.snapshot = save;
    flip();
    return save(into);
  };
  core.frameEnd = () => {
    guessed = guess();
    return guessed;
  };
  core.loadFrame = (bytes) => {
    if (bytes !== guessed) {
      core.loadFrame = load;
      core.frameEnd = guess;
      afterFrame(core, flip);
    }
    return load(bytes);
  };
}

function afterFrame(core: Core, run: () => void): void {
  const step = core.step.bind(core);
  core.step = () => {
    const faults = step();
    if (core.tick % TICKS_PER_FRAME !== 0) return faults;
    core.step = step;
    run();
    return faults;
  };
}

const place = new Float32Array(3);

/** In the second byte of a float, half a millimetre at ten metres: the least bit rounds away. */
const FLIPPED = 16;

/** In the place of an entity. */
function flipBit(core: Core, entity: number, save: () => Uint8Array): void {
  if (!core.bodyPosition(entity, place)) throw new Error('who is to be corrupted is not there');
  const state = save();
  const bytes = new Uint8Array(place.buffer);
  const at = Buffer.from(state.buffer, state.byteOffset, state.length).indexOf(bytes);
  state[at + 1] = (state[at + 1] as number) ^ FLIPPED;
  if (core.restore(state) !== WireFault.NONE) throw new Error('one bit made it no state');
}

const REPETITIONS = 100;

/** Answers to one client's pings go out so often that they flood him; he takes no harm. */
function repeatPongs(sim: Sim): void {
  const session = [...(sim.server?.room.sessions.values() ?? [])][0];
  if (session === undefined) return;
  const { link } = session;
  const send = link.send.bind(link);
  link.send = (bytes) => {
    if (bytes[0] !== MessageKind.PONG) return send(bytes);
    for (let i = 0; i < REPETITIONS; i++) send(bytes);
    return send(bytes);
  };
}

/** The journal's last group once more, by an epoch that has the region no longer. */
function writeUnfenced({ store }: Sim): void {
  const group = store.journal.at(-1);
  if (group === undefined) return;
  store.weather.fenceless = true;
  void store.appendGroup({ region: 1, epoch: 0 }, group, { players: [] });
}
