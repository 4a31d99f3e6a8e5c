import { BubbleReader } from '../../host/bubble-reader.ts';
import type { Core } from '../../host/core.ts';
import { TICKS_PER_FRAME, WireFault } from '../../host/types.ts';
import { integer, pick } from '../random.ts';
import { anyId, anyInput, type Caller, type FacadeCalls } from './caller.ts';
import { anyBytes, damaged, hugeBytes } from './chance.ts';

const groupsRoom = new Uint16Array(64);

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

/** Some of the ids, mostly whole groups. */
function someIds(c: Caller): number[] {
  const { core, random, ids } = c;
  const groups = core.groups();
  const chosen = groups[anyId(c) & 0xffff];
  const listed = ids.filter((id) =>
    random() < 0.98 ? groups[id & 0xffff] === chosen && core.hasEntity(id) : random() < 0.5,
  );
  return [...new Set(listed)];
}

/** Bodies out and in again are no change. */
function takeOutAndIn(c: Caller): void {
  const { core, random } = c;
  const before = core.stateHash();
  const ids = someIds(c);
  const part = core.exportPart(core.snapshot(), ids);
  const removed = core.removePart(ids);
  if (removed && part === null) throw new Error('what can be removed can be exported');
  if (part === null || !removed) return;
  if (random() < 0.5) core.insertPart(damaged(random, part));
  else if (core.insertPart(part) !== 0) throw new Error('what was taken out is not taken in');
  else if (core.stateHash() !== before) throw new Error('another world after out and in');
}

/** The same part by both ways, and the same proof of all that moves. */
function prove(c: Caller): void {
  const { core } = c;
  const ids = someIds(c);
  const snapshot = core.snapshot();
  const part = core.exportPart(snapshot, ids);
  if (!core.openSnapshot(snapshot)) throw new Error('a snapshot is none');
  if (Buffer.compare(core.takePart(ids) ?? NONE, part ?? NONE) !== 0) {
    throw new Error('another part of an open snapshot');
  }
  const proof = core.proofOfPart(ids);
  const movers = new Set(core.provenMovers());
  if (part !== null && proof === null && ids.every((id) => movers.has(id))) {
    throw new Error('a part without a proof');
  }
  if (core.proofOf(snapshot) !== core.proof()) throw new Error('two proofs of one world');
}

const NONE = new Uint8Array(0);

/** What is small is what was large, and small bytes gone bad are refused or taken, no more. */
function shrinkAndBack(c: Caller): Uint8Array | null {
  const { core, random } = c;
  const ids = someIds(c);
  const snapshot = core.snapshot();
  const part = core.exportPart(snapshot, ids);
  const chunk = core.shrinkPart(ids, random() < 0.3);
  if ((part === null) !== (chunk === null)) throw new Error('no excerpt and yet a chunk of it');
  if (part === null || chunk === null) return null;
  if (random() < 0.7) core.unshrinkParts(damaged(random, chunk));
  const back = core.unshrinkParts(chunk);
  if (Buffer.compare(back ?? NONE, part) !== 0)
    throw new Error('a shrunk part came back different');
  return chunk;
}

function enter(c: Caller): void {
  const { core } = c;
  const ids = someIds(c);
  const snapshot = core.snapshot();
  const part = core.exportPart(snapshot, ids);
  core.beginEnters();
  const chunks = core.shrinkEnters(ids);
  const again = core.shrinkEnters(ids);
  if (Buffer.compare(chunks ?? NONE, again ?? NONE) !== 0) throw new Error('not the same chunks');
  if (part === null && chunks !== null) throw new Error('chunks of no part');
}

function packAndBack({ core, random }: Caller): void {
  const snapshot = core.snapshot();
  const packed = core.packSnapshot(snapshot);
  if (packed === null) throw new Error('a snapshot is none');
  if (random() < 0.7) core.unpackSnapshot(damaged(random, packed));
  const back = core.unpackSnapshot(packed);
  if (Buffer.compare(back ?? NONE, snapshot) !== 0) throw new Error('another snapshot came back');
}

/** What an observer is told of a frame can be read, and is a part of the whole. */
function tell(c: Caller): void {
  const { core, random, frame } = c;
  const start = core.snapshot();
  const isTaken = core.tick % TICKS_PER_FRAME === 0 && core.loadFrame(frame) === WireFault.NONE;
  if (isTaken) {
    const forced = core.openFrame();
    for (let i = 0; i < TICKS_PER_FRAME; i++) core.step();
    const observer = integer(random, 0, 3);
    // Who is not forgotten has something of a world that was restored since: he may get nothing.
    const isNew = random() < 0.5;
    if (isNew) core.interest.forget(observer);
    core.interest.observe(observer, anyId(c), 50, integer(random, 0, 3000));
    const looks = core.interest.entityOf(observer) !== 0;
    if (!core.openSnapshot(start)) throw new Error('a snapshot is none');
    core.bubbles.order(observer, null, 5n);
    if (!core.bubbles.write(forced)) throw new Error('nobody is told of a whole frame');
    const message = core.bubbles.message(observer);
    if (!looks && message !== null) throw new Error('somebody is told who does not look');
    if (looks && isNew && message === null) throw new Error('who looks is told nothing');
    if (message !== null) readBack(core, message, frame.length);
  }
  core.restore(start);
}

/** Histories of an observer who is not new are not at hand, so only the new one's can be read. */
function readBack(core: Core, message: Uint8Array, whole: number): void {
  const reader = new BubbleReader(core);
  reader.begin(core.frame - 1);
  const read = reader.read(message.slice());
  if (!read.ok) return;
  if (core.checkFrame(read.frame.bytes) !== WireFault.NONE) throw new Error('a told frame is none');
  if (read.frame.bytes.length > whole) throw new Error('a part that is longer than the whole');
}

/** Partial rollbacks and partial worlds. */
export const PART_CALLS: FacadeCalls = {
  'parts out and in': { share: 0.3, call: takeOutAndIn },
  proof: { looks: true, share: 0.05, call: prove },
  proofOf: {
    looks: true,
    share: 0.05,
    call: ({ core, random, state }) => core.proofOf(damaged(random, state)),
  },
  'a told frame': { share: 0.2, call: tell },
  groups: { looks: true, share: 0.1, call: ({ core }) => core.groups(groupsRoom) },
  exportPart: {
    looks: true,
    share: 0.1,
    call: (c) => c.core.exportPart(c.random() < 0.5 ? c.state : c.core.snapshot(), someIds(c)),
  },
  insertPart: {
    share: 0.1,
    call: ({ core, random, state }) => core.insertPart(damaged(random, state)),
  },
  shrinkPart: { looks: true, share: 0.2, call: shrinkAndBack },
  shrinkEnters: { looks: true, share: 0.1, call: enter },
  unshrinkParts: {
    looks: true,
    share: 0.1,
    call: ({ core, random }) =>
      core.unshrinkParts(random() < 0.98 ? anyBytes(random, 400) : hugeBytes(random)),
  },
  meetPlayers: {
    looks: true,
    share: 0.1,
    call: (c) => c.core.meetPlayers(damaged(c.random, shrinkAndBack(c) ?? NONE)),
  },
  insertShrunk: {
    share: 0.1,
    call: (c) => c.core.insertShrunk(damaged(c.random, shrinkAndBack(c) ?? NONE)),
  },
  packSnapshot: { looks: true, share: 0.1, call: packAndBack },
  unpackSnapshot: {
    looks: true,
    share: 0.1,
    call: ({ core, random }) =>
      core.unpackSnapshot(random() < 0.98 ? anyBytes(random, 400) : hugeBytes(random)),
  },
  removePart: { share: 0.05, call: (c) => c.core.removePart([anyId(c)]) },
  'a partial rollback': { share: 0.3, call: rollBackPart },
  stepPart: { share: 0.2, call: stepVoid },
  beginPart: { looks: true, share: 0.1, call: ({ core }) => core.beginPart() },
  computedCount: { looks: true, share: 0.1, call: (c) => void c.core.computedCount },
  wasComputed: { looks: true, share: 0.1, call: (c) => void c.core.wasComputed(anyId(c)) },
  markChanged: { looks: true, share: 0.3, call: (c) => c.core.markChanged(anyId(c)) },
};
