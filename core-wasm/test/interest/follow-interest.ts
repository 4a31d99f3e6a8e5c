import { type BubbleFrame, BubbleReader } from '../../host/bubble-reader.ts';
import { type Core, NO_CHANGE } from '../../host/core.ts';
import { sectionsOf } from '../../host/state-sections.ts';
import { WireFault } from '../../host/types.ts';
import { build, compare, expectTaken, moversOf, shuffled, stepWhole } from '../partial/bubble.ts';
import { createWhole, type Whole } from '../partial/whole.ts';
import { between, integer, pick, type Random, seeded } from '../random.ts';

export interface FollowReport {
  /** What differed first; empty when nothing did. */
  readonly difference: string;
  readonly entered: number;
  readonly left: number;
  readonly compared: number;
  /** Frames in which the observer's own group found no room, and in which others did not. */
  readonly overfull: number;
  readonly rimmed: number;
  /** Members that the client had got wrong and was given again. */
  readonly again: number;
}

const OBSERVER = 3;

/**
 * A client that has of a random world what interest gives it, frame after frame: after every tick
 * it must be the whole world's, bit for bit, and it must have exactly its members.
 */
export function followInterest(
  [wholeCore, part]: readonly [Core, Core],
  seed: number,
  frames: number,
): FollowReport {
  const random = seeded(seed);
  const whole = createWhole(wholeCore, random, integer(random, 20, 250));
  const { interest } = whole.core;
  interest.forget(OBSERVER);
  interest.set({
    nearestPlayers: integer(random, 1, 8),
    members: integer(random, 1, random() < 0.3 ? 15 : 300),
    playerRadius: between(random, 2, 40),
    bodyRadius: between(random, 1, 12),
    keepShare: between(random, 0.5, 1),
    lookInterval: integer(random, 1, 6),
  });
  expectTaken(part.restore(whole.core.snapshot()));
  const reader = new BubbleReader(part);
  reader.begin(part.frame);
  removeAll(part);
  const mischief = seeded(seed ^ 0x5eed);
  const budget = pick(mischief, [0, 0, 200, 1000, 5000]);
  const sums = { difference: '', entered: 0, left: 0, compared: 0 };
  const rest = { overfull: 0, rimmed: 0, again: 0 };
  for (let frame = 0; frame < frames && sums.difference === ''; frame++) {
    const { start, states, events, forced } = stepWhole(whole);
    lookAround(whole, frame, budget);
    if (random() < 0.005) {
      interest.forget(OBSERVER);
      removeAll(part);
      reader.begin(part.frame);
      lookAround(whole, 0, budget);
    }
    if (mischief() < 0.1 && spoil(part, mischief)) {
      rest.again++;
      if (!interest.again(OBSERVER, [...spoilt])) throw new Error('nobody comes again');
    }
    const told = tell(whole.core, start, forced, reader);
    // Nobody is left around whom to look: then he has been forgotten as well.
    if (told === null) reader.begin(part.frame + 1);
    const { leaves, enter } = told ?? NO_CHANGE;
    const bytes = told?.bytes ?? build(part, events, () => false);
    const [entering, leaving] = [interest.enters(OBSERVER), interest.leaves(OBSERVER)];
    if (String(leaves) !== String(leaving))
      sums.difference ||= 'others leave than the message says';
    if (!part.removePart(shuffled(random, [...leaves]))) throw new Error('the leaving are cut');
    if (enter.length > 0) expectTaken(part.insertShrunk(enter));
    expectTaken(part.loadFrame(bytes));
    for (const state of states) {
      part.step();
      const has = moversOf(part).map(({ id }) => id);
      sums.compared += has.length;
      sums.difference ||= compare(whole.core, state, part, has);
    }
    const has = moversOf(part).map(({ id }) => id);
    if (String(has) !== String([...interest.members(OBSERVER)]))
      sums.difference ||= 'others than the members';
    if (sums.difference !== '') sums.difference = `frame ${frame}: ${sums.difference}`;
    sums.entered += entering.length;
    sums.left += leaving.length;
    rest.overfull += interest.isOverfull(OBSERVER) ? 1 : 0;
    rest.rimmed += interest.rim(OBSERVER).length > 0 ? 1 : 0;
  }
  return { ...sums, ...rest };
}

/** Who was spoilt last. */
const spoilt = new Set<number>();

/** Moves one body of the client's by a hair; false when that makes it no state, or it has none. */
function spoil(part: Core, random: Random): boolean {
  spoilt.clear();
  const state = part.snapshot();
  const movers = sectionsOf(state)?.find(({ name }) => name === 'movers');
  if (movers === undefined || movers.at === movers.end) return false;
  const count = (movers.end - movers.at) / movers.recordBytes;
  const at = movers.at + integer(random, 0, count - 1) * movers.recordBytes;
  state[at] = (state[at] as number) ^ 1;
  spoilt.add(new DataView(state.buffer, state.byteOffset + at + 96, 4).getUint32(0, true));
  return part.restore(state) === WireFault.NONE;
}

/** The frame that was just stepped, by way of its message. */
function tell(
  core: Core,
  start: Uint8Array,
  forced: Uint16Array,
  reader: BubbleReader,
): BubbleFrame | null {
  if (!core.openSnapshot(start)) throw new Error('a state is none');
  core.bubbles.order(OBSERVER, null, 0n);
  if (!core.bubbles.write(forced)) throw new Error('interest was not computed');
  const message = core.bubbles.message(OBSERVER);
  if (message === null) return null;
  const read = reader.read(message.slice());
  if (!read.ok) throw new Error(`a message cannot be read: ${read.fault}`);
  return read.frame;
}

/** Around a player, now and then around another, and around a body where there is no player. */
function lookAround(
  { core, players, loose, random }: Whole,
  frame: number,
  bytesPerSecond: number,
): void {
  const entity = core.interest.entityOf(OBSERVER);
  if (frame > 0 && core.hasEntity(entity) && random() > 0.01) return;
  const one = players.length > 0 ? pick(random, players).entity : (loose[0] ?? 0);
  core.interest.observe(OBSERVER, one, 100, bytesPerSecond);
}

function removeAll(part: Core): void {
  if (!part.removePart(moversOf(part).map(({ id }) => id))) throw new Error('all are closed');
}
