import { INTEREST_DEFAULTS } from '../../host/interest.ts';
import { integer, pick } from '../random.ts';
import { anyId, type Caller, type FacadeCalls } from './caller.ts';
import { anyNumber, mildNumber } from './chance.ts';

const OBSERVERS = 6;

function anyObserver({ core, random }: Caller): number {
  if (random() < 0.9) return integer(random, 0, OBSERVERS);
  return random() < 0.5 ? core.interest.capacity - 1 : anyNumber(random);
}

function someone(c: Caller): number {
  const players = c.core.playerAccounts();
  return players.length > 0 && c.random() < 0.7 ? pick(c.random, players).entity : anyId(c);
}

/** Nobody has the id 0. */
function lookAtAll({ core: { interest } }: Caller): number {
  let sum = 0;
  for (let observer = 0; observer <= OBSERVERS; observer++) {
    const all = [interest.members(observer), interest.enters(observer), interest.leaves(observer)];
    for (const ids of all) {
      if (ids.some((id) => id === 0)) throw new Error('nobody is a member');
    }
    sum += interest.ghosts(observer).length + interest.rim(observer).length;
  }
  return sum;
}

/** A whole frame, so that there is something to compute. */
function stepAndRun(c: Caller): boolean {
  const { core, random } = c;
  core.frameBegin(core.frame, 0n);
  core.stepFrame(core.frameEnd());
  const forced = random() < 0.2 ? [anyId(c), anyId(c)] : [];
  return core.interest.run(forced);
}

/** What cannot be is refused by a RangeError. */
function setSome({ core, random }: Caller): void {
  const given = {
    nearestPlayers: mildNumber(random, 1, 64),
    members: mildNumber(random, 1, 512),
    playerRadius: mildNumber(random, 0, INTEREST_DEFAULTS.ghostRadius),
    bodyRadius: mildNumber(random, 0, INTEREST_DEFAULTS.ghostRadius),
    keepShare: mildNumber(random, 0.1, 1),
    lookInterval: integer(random, 1, 20),
  };
  try {
    core.interest.set(given);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
}

export const INTEREST_CALLS: FacadeCalls = {
  set: { looks: true, share: 0.05, call: setSome },
  observe: {
    looks: true,
    share: 0.3,
    call: (c) =>
      c.core.interest.observe(anyObserver(c), someone(c), anyNumber(c.random), anyNumber(c.random)),
  },
  forget: { looks: true, share: 0.05, call: (c) => c.core.interest.forget(anyObserver(c)) },
  again: {
    looks: true,
    share: 0.1,
    call: (c) => {
      const observer = anyObserver(c);
      const ids = [...c.core.interest.members(observer).slice(0, 3), anyId(c)];
      return c.core.interest.again(observer, ids);
    },
  },
  'interest.run': { looks: true, share: 0.2, call: ({ core }) => core.interest.run() },
  'a frame and interest': { share: 0.3, call: stepAndRun },
  members: { looks: true, share: 0.2, call: lookAtAll },
  entityOf: { looks: true, share: 0.1, call: (c) => c.core.interest.entityOf(anyObserver(c)) },
  hasChanged: { looks: true, share: 0.1, call: (c) => c.core.interest.hasChanged(anyObserver(c)) },
  enters: { looks: true, share: 0.1, call: (c) => c.core.interest.enters(anyObserver(c)) },
  leaves: { looks: true, share: 0.1, call: (c) => c.core.interest.leaves(anyObserver(c)) },
  ghosts: { looks: true, share: 0.1, call: (c) => c.core.interest.ghosts(anyObserver(c)) },
  rim: { looks: true, share: 0.1, call: (c) => c.core.interest.rim(anyObserver(c)) },
  isOverfull: { looks: true, share: 0.1, call: (c) => c.core.interest.isOverfull(anyObserver(c)) },
  missesForced: {
    looks: true,
    share: 0.1,
    call: (c) => c.core.interest.missesForced(anyObserver(c)),
  },
};
