import { GENESIS_CHAIN, nextChain } from '../persist/chain.ts';
import { createCoreShelf } from '../persist/core-shelf.ts';
import { replayJournal } from '../persist/replay.ts';
import type { JournalGroup } from '../ports.ts';
import type { MemoryStore } from './memory-store.ts';
import { type Sim, violate } from './sim.ts';

/** What becomes of something that lies in the store between a crash and the next start. */
const KINDS = ['flipped', 'torn', 'missing', 'checkpoint'] as const;
export type DamageKind = (typeof KINDS)[number];

/** What recovery must do about it. */
export interface Damage {
  readonly kind: DamageKind;
  /** Where the journal must be cut; null where nothing may be lost. */
  readonly frame: number | null;
}

/** What the next start will find, by chance or by plan. */
export function drawDamage({ random, scenario }: Sim): DamageKind | null {
  if (random() >= scenario.damageRate) return null;
  return KINDS[Math.floor(random() * KINDS.length)] as DamageKind;
}

/**
 * Damages what the next start will read, and sees whether a walk over the journal names the place.
 * Null when there is nothing yet that could be damaged.
 */
export async function damageStore(sim: Sim, kind: DamageKind): Promise<Damage | null> {
  const { store, random } = sim;
  if (kind === 'checkpoint') {
    if (store.checkpointFrames.length < 2) return null;
    store.alterCheckpoint(random);
    sim.damages++;
    return { kind, frame: null };
  }
  const group = pick(sim);
  if (group === null) return null;
  store.alterGroup(group.firstFrame, (payload) => altered(kind, payload, random));
  sim.damages++;
  const damage = { kind, frame: group.firstFrame };
  await expectFound(sim, damage);
  return damage;
}

/** One of the groups that recovery reads; not the last, whose absence nobody could notice. */
function pick({ store, random }: Sim): JournalGroup | null {
  const newest = store.checkpointFrames.at(-1);
  if (newest === undefined) return null;
  const read = store.journal.filter(({ firstFrame }) => firstFrame >= newest).slice(0, -1);
  return read[Math.floor(random() * read.length)] ?? null;
}

function altered(kind: DamageKind, payload: Uint8Array, random: () => number): Uint8Array | null {
  if (kind === 'missing') return null;
  if (kind === 'torn') return payload.slice(0, Math.floor(random() * payload.length));
  const flipped = payload.slice();
  const at = Math.floor(random() * flipped.length);
  flipped[at] = (flipped[at] as number) ^ (1 << Math.floor(random() * 8));
  return flipped;
}

/** What an operator does: play the journal and see where it is damaged. Nothing is changed. */
async function expectFound(sim: Sim, { kind, frame }: Damage): Promise<void> {
  const cores = createCoreShelf(sim.judge.core, sim.store);
  const { damaged } = await replayJournal(sim.store.atRest, 1, cores, sim.clock);
  if (damaged?.frame === frame) return;
  const found = damaged === null ? 'nothing' : `frame ${damaged.frame}`;
  violate(sim, 'integrity', `a group ${kind} at frame ${frame}, and a replay names ${found}`);
}

/**
 * After a start: recovery has cut the journal exactly where it was damaged, or not at all, and what
 * is left is one chain from the world's beginning. What is wrong, or null.
 */
export function checkIntegrity(store: MemoryStore, damage: Damage | null): string | null {
  const cutAt = store.takeCut();
  const frame = damage?.frame ?? null;
  if (cutAt !== frame) {
    const what = damage === null ? 'nothing was damaged' : `${damage.kind} at frame ${frame}`;
    return `${what}, and recovery cut ${cutAt === null ? 'nothing' : `at frame ${cutAt}`}`;
  }
  let chain: Uint8Array = GENESIS_CHAIN;
  let next = 0;
  for (const group of store.journal) {
    if (group.firstFrame !== next) return `frame ${group.firstFrame} stands behind ${next - 1}`;
    chain = nextChain(chain, group.payload);
    if (Buffer.compare(chain, group.chain) !== 0) return `the chain breaks at frame ${next}`;
    next = group.lastFrame + 1;
  }
  return null;
}
