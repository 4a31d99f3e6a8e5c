import { beforeAll, expect, test } from 'bun:test';
import { Button, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import {
  addBody,
  addPlayer,
  addStatic,
  makeFrame,
  newWorld,
  openCore,
  pose,
  steady,
  type Vec3,
} from '../../core-wasm/test/world.ts';
import type { JournalGroup } from '../ports.ts';
import { auditEntity, type Life } from './audit.ts';
import { GENESIS_CHAIN, nextChain, packFrames } from './chain.ts';
import { createCoreShelf } from './core-shelf.ts';

const SEED = 5;
const ACCOUNT = 77;
const UP: Vec3 = [300, 1900, -700];
const ON_TABLE: Vec3 = [300, 1250, -700];
const ASIDE: Vec3 = [700, 1500, -300];

let life: (entity: number, range?: { fromFrame?: number; untilFrame?: number }) => Promise<Life>;
let crate = 0;
let player = 0;
/** Frames at which the story turns. */
const SPAWNED = 10;
const TAKEN = 30;
const DROPPED = 50;
const DESPAWNED = 90;

beforeAll(async () => {
  const core = await openCore();
  const world = newWorld(core, SEED);
  const groups: JournalGroup[] = [];
  let chain: Uint8Array = GENESIS_CHAIN;
  const hand = (right: Vec3, buttons = 0) =>
    world.inputs.set(player, steady({ buttons }, pose([-400, 1900, -700], right)));
  addStatic(world, [1, 0.5, 0.4], { position: [0, 0.5, -0.9], friction: 0.6 });
  ({ entity: player } = addPlayer(world, [0, 0, 0], 0, ACCOUNT));
  for (let frame = 0; frame < 100; frame++) {
    if (frame === 1) hand(UP);
    if (frame === SPAWNED) {
      crate = addBody(world, { size: [0.1, 0.1, 0.1], position: [0.3, 1.1, -0.7] });
    }
    if (frame === TAKEN - 6) hand(ON_TABLE);
    if (frame === TAKEN) hand(ON_TABLE, Button.GRIP_RIGHT);
    if (frame === TAKEN + 5) hand(ASIDE, Button.GRIP_RIGHT);
    if (frame === DROPPED) hand(ASIDE);
    if (frame === DESPAWNED) world.commands.push((it) => it.addDespawn(crate));
    const payload = packFrames([makeFrame(world)]);
    core.stepFrame(payload.subarray(4));
    chain = nextChain(chain, payload);
    groups.push({ firstFrame: frame, lastFrame: frame, payload, chain });
  }
  const store = {
    async *checkpoints() {},
    async *groups(_region: number, fromFrame: number) {
      yield* groups.filter((group) => group.lastFrame >= fromFrame);
    },
    coreSpans: async () => [],
  };
  const cores = createCoreShelf(core, { keptCore: async () => null });
  const options = { store, region: 1, cores, genesis: () => core.reset(SEED) };
  life = (entity, range = {}) => auditEntity({ ...options, entity, ...range });
});

test('a thing is spawned, taken, carried, dropped, and ends', async () => {
  const { events, present, damaged } = await life(crate);
  expect(damaged).toBeNull();
  expect(present).toBeNull();
  const story = events.map(({ what, ...event }) => {
    return what === 'command' && 'command' in event ? event.command.name : what;
  });
  expect(story).toEqual(['spawn-body', 'grabbed', 'released', 'moved', 'despawn', 'gone']);
  const [spawned, grabbed, released, moved, despawned] = events;
  expect(spawned?.tick).toBe(SPAWNED * TICKS_PER_FRAME);
  // Seen at the first tick after the frame in which it happened.
  expect(grabbed).toMatchObject({ account: ACCOUNT, hand: 'right' });
  expect(grabbed?.tick).toBe((TAKEN + 1) * TICKS_PER_FRAME);
  expect(released?.tick).toBe((DROPPED + 1) * TICKS_PER_FRAME);
  expect((moved as { metres: number }).metres).toBeGreaterThan(0.3);
  expect(despawned?.tick).toBe(DESPAWNED * TICKS_PER_FRAME);
});

test('the look at a part of its life finds it there, in whose hand it is', async () => {
  const { events, present } = await life(crate, { fromFrame: TAKEN + 10, untilFrame: DROPPED - 5 });
  expect(events.map(({ what }) => what)).toEqual(['found', 'grabbed']);
  expect(present?.heldBy).toEqual([ACCOUNT]);
});

test('a player has a life too; a stranger has none', async () => {
  const { events, present } = await life(player);
  expect(events[0]).toMatchObject({ what: 'command', tick: 0, command: { account: ACCOUNT } });
  expect(present?.at[1]).toBeGreaterThan(0.5);
  expect(await life(0xfff_ffff)).toMatchObject({ events: [], present: null });
});
