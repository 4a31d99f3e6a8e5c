import { integer, pick } from '../random.ts';
import { anyId, anyInput, type Caller, type FacadeCalls } from './caller.ts';
import { damaged } from './chance.ts';

/** Two ticks, and the same again by parts with another input of one player: as if whole. */
function rollBackPart(c: Caller): void {
  const { core, random } = c;
  const players = core.playerAccounts();
  const changed = players.length === 0 ? 0 : pick(random, players).entity;
  const inputs = players.map(() => core.encodeEntry(anyInput(random)));
  const news = core.encodeEntry(anyInput(random));
  const start = core.snapshot();
  const begin = (isNew: boolean): void => {
    core.restore(start);
    core.frameBegin(core.frame, 0n);
    for (const [i, { entity }] of players.entries()) {
      core.addInput(entity, isNew && entity === changed ? news : (inputs[i] as Uint8Array));
    }
    core.loadFrame(core.frameEnd());
  };
  begin(false);
  const old = [0, 1].map(() => {
    core.step();
    return { next: core.snapshot(), islands: core.islands() };
  });
  begin(true);
  core.step();
  core.step();
  const whole = core.stateHash();
  begin(true);
  core.beginPart();
  for (const { next, islands } of old) {
    core.markChanged(changed);
    if (core.stepPart(next, islands) === null) throw new Error('the parts were refused');
  }
  if (core.stateHash() !== whole) throw new Error('the parts went another way than the whole');
}

/** With a timeline that is none: what comes of it is void, but nothing may trap. */
function stepVoid(c: Caller): void {
  const { core, random, state } = c;
  const start = core.snapshot();
  const next = random() < 0.5 ? state : random() < 0.5 ? start : damaged(random, start);
  const islands = core.islands();
  for (let i = 0; i < islands.length; i++) {
    if (random() < 0.1) islands[i] = integer(random, 0, 0xffff);
  }
  core.beginPart();
  for (let i = integer(random, 0, 5); i > 0; i--) core.markChanged(anyId(c));
  core.stepPart(next, random() < 0.9 ? islands : islands.subarray(1));
  core.restore(start);
}

/** Partial rollbacks. */
export const PART_CALLS: FacadeCalls = {
  'a partial rollback': { share: 0.3, call: rollBackPart },
  stepPart: { share: 0.2, call: stepVoid },
  beginPart: { looks: true, share: 0.1, call: ({ core }) => core.beginPart() },
  markChanged: { looks: true, share: 0.3, call: (c) => c.core.markChanged(anyId(c)) },
};
