import {
  emptyBodies,
  emptyBoxes,
  emptyContacts,
  emptyMovers,
  emptyPlayers,
} from '../../host/core.ts';
import { STEP_STAGES } from '../../host/stages.ts';
import { anyId, type FacadeCalls, framed } from './caller.ts';
import { anyNumber, damaged, hugeBytes } from './chance.ts';

const bodies = emptyBodies();
const players = emptyPlayers();
const movers = emptyMovers();
const contacts = emptyContacts();
const bounds = emptyBoxes();
const room = new Uint8Array(4096);
const islandsRoom = new Uint16Array(30);
const point = new Float32Array(3);
const turn = new Float32Array(4);
const stageTimes = new Float64Array(STEP_STAGES.length);

/** A world, and what can be seen of it. */
export const WORLD_CALLS: FacadeCalls = {
  reset: { share: 0.002, call: ({ core, random }) => core.reset(anyNumber(random)) },
  step: { share: 2, call: ({ core }) => core.step() },
  stepTimed: { share: 0.2, call: ({ core }) => core.stepTimed(() => 0, stageTimes) },
  stepFrame: { call: (c) => c.core.stepFrame(framed(c)) },
  loadFrame: { share: 2, call: (c) => c.core.loadFrame(framed(c)) },
  restore: {
    share: 0.2,
    call({ core, random, state }) {
      if (random() < 0.01) return core.restore(hugeBytes(random));
      return core.restore(random() < 0.5 ? state : damaged(random, state));
    },
  },
  snapshot: {
    share: 0.1,
    call(c) {
      const into = c.random() < 0.5 ? room : c.random() < 0.5 ? c.state : undefined;
      c.state = c.core.snapshot(into).slice();
    },
  },

  tick: { looks: true, share: 0.1, call: ({ core }) => core.tick + core.frame + core.seed },
  counts: {
    looks: true,
    share: 0.1,
    call: ({ core }) =>
      core.bodyCount +
      core.playerCount +
      core.contactCount +
      core.jointCount +
      core.definitionCount,
  },
  region: { looks: true, share: 0.1, call: ({ core }) => core.region },
  stateHash: { looks: true, share: 0.1, call: ({ core }) => core.stateHash() },
  hasEntity: { looks: true, call: (c) => c.core.hasEntity(anyId(c)) },
  isAsleep: { looks: true, call: (c) => c.core.isAsleep(anyId(c)) },
  islands: { looks: true, share: 0.3, call: ({ core }) => core.islands(islandsRoom) },
  nextEntity: { looks: true, call: ({ core, random }) => core.nextEntity(anyNumber(random)) },
  bodyPosition: { looks: true, call: (c) => c.core.bodyPosition(anyId(c), point) },
  bodyVelocity: { looks: true, call: (c) => c.core.bodyVelocity(anyId(c), point) },
  bodyAngularVelocity: { looks: true, call: (c) => c.core.bodyAngularVelocity(anyId(c), point) },
  bodyRotation: { looks: true, call: (c) => c.core.bodyRotation(anyId(c), turn) },
  playerOfAccount: {
    looks: true,
    call: ({ core, random }) => core.playerOfAccount(anyNumber(random)),
  },
  playerAccounts: { looks: true, share: 0.3, call: ({ core }) => core.playerAccounts() },
  readBodies: { looks: true, share: 0.3, call: ({ core }) => core.readBodies(bodies) },
  readStatics: { looks: true, share: 0.1, call: ({ core }) => core.readStatics(bodies) },
  staticsRevision: { looks: true, share: 0.1, call: ({ core }) => void core.staticsRevision },
  readMovers: { looks: true, share: 0.3, call: ({ core }) => core.readMovers(movers) },
  readPlayers: { looks: true, share: 0.3, call: ({ core }) => core.readPlayers(players) },
  readContacts: { looks: true, share: 0.3, call: ({ core }) => core.readContacts(contacts) },
  readBounds: { looks: true, share: 0.3, call: ({ core }) => core.readBounds(bounds) },
  terrain: { looks: true, share: 0.1, call: ({ core }) => core.terrain.heights[0] },
  terrainHeight: {
    looks: true,
    call: ({ core, random }) => core.terrainHeight(anyNumber(random), anyNumber(random)),
  },
  events: { looks: true, share: 0.3, call: ({ core }) => core.events() },
  faultSite: { looks: true, share: 0.1, call: ({ core }) => core.faultSite() },
};
