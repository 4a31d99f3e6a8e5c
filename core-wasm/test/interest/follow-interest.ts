import type { Core } from '../../host/core.ts';
import { build, compare, expectTaken, moversOf, shuffled, stepWhole } from '../partial/bubble.ts';
import { createWhole, type Whole } from '../partial/whole.ts';
import { between, integer, pick, seeded } from '../random.ts';

export interface FollowReport {
  /** What differed first; empty when nothing did. */
  readonly difference: string;
  readonly entered: number;
  readonly left: number;
  readonly compared: number;
  /** Frames in which the observer's own group found no room, and in which others did not. */
  readonly overfull: number;
  readonly rimmed: number;
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
  });
  expectTaken(part.restore(whole.core.snapshot()));
  const sums = { difference: '', entered: 0, left: 0, compared: 0, overfull: 0, rimmed: 0 };
  for (let frame = 0; frame < frames && sums.difference === ''; frame++) {
    const { start, states, events, groups } = stepWhole(whole);
    lookAround(whole, frame);
    if (random() < 0.005) {
      interest.forget(OBSERVER);
      removeAll(part);
      lookAround(whole, 0);
    }
    const forced = events.commands.flatMap(({ subjects, concernsStatics }) =>
      concernsStatics ? subjects : [],
    );
    if (!interest.run(forced)) throw new Error('interest was not computed');
    const [enters, leaves] = [interest.enters(OBSERVER), interest.leaves(OBSERVER)];
    if (!part.removePart(shuffled(random, [...leaves]))) throw new Error('the leaving are cut');
    const chunk = whole.core.exportPart(start, enters);
    if (chunk === null) throw new Error('the entering are cut');
    expectTaken(part.insertPart(chunk));
    const members = interest.members(OBSERVER).slice();
    const chosen = new Set([...members, ...enters].map((id) => groups[id & 0xffff]));
    expectTaken(part.loadFrame(build(part, events, (id) => chosen.has(groups[id & 0xffff]))));
    for (const state of states) {
      part.step();
      const has = moversOf(part).map(({ id }) => id);
      sums.compared += has.length;
      sums.difference ||= compare(whole.core, state, part, has);
    }
    const has = moversOf(part).map(({ id }) => id);
    if (String(has) !== String([...members])) sums.difference ||= 'others than the members';
    if (sums.difference !== '') sums.difference = `frame ${frame}: ${sums.difference}`;
    sums.entered += enters.length;
    sums.left += leaves.length;
    sums.overfull += interest.isOverfull(OBSERVER) ? 1 : 0;
    sums.rimmed += interest.rim(OBSERVER).length > 0 ? 1 : 0;
  }
  return sums;
}

/** Around a player, now and then around another, and around a body where there is no player. */
function lookAround({ core, players, loose, random }: Whole, frame: number): void {
  const entity = core.interest.entityOf(OBSERVER);
  if (frame > 0 && core.hasEntity(entity) && random() > 0.01) return;
  const one = players.length > 0 ? pick(random, players).entity : (loose[0] ?? 0);
  core.interest.observe(OBSERVER, one, 100);
}

function removeAll(part: Core): void {
  if (!part.removePart(moversOf(part).map(({ id }) => id))) throw new Error('all are closed');
}
