import { beforeAll, describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Core } from '../../host/core.ts';
import { BodyKind, type PlayerInput, TICKS_PER_FRAME, WireFault } from '../../host/types.ts';
import { damaged } from '../fuzz/chance.ts';
import { integer, type Random, seeded } from '../random.ts';
import {
  addBody,
  addPlayer,
  makeFrame,
  newWorld,
  openCore,
  play,
  pose,
  type World,
} from '../world.ts';
import { groupsOf, liveWorld, someIds } from './some-parts.ts';

let core: Core;
let peer: Core;
beforeAll(async () => {
  [core, peer] = [await openCore(), await openCore()];
});

const WORLDS = 25;
const seeds = fc.integer({ min: 0, max: 0xffffffff });

function inWorlds(count: number, look: (random: Random, statics: readonly number[]) => void): void {
  fc.assert(
    fc.property(seeds, (seed) => {
      const random = seeded(seed);
      const { statics } = liveWorld(core, random, 250, integer(random, 2, 80));
      look(random, statics);
    }),
    { numRuns: count },
  );
}

function anyWalk(random: Random): PlayerInput {
  const hand = () => integer(random, -900, 900);
  const intent = () => ({
    moveX: integer(random, -127, 127),
    moveZ: integer(random, -127, 127),
    yaw: integer(random, 0, 65535),
    pitch: integer(random, -16384, 16384),
    buttons: random() < 0.2 ? integer(random, 0, 63) : 0,
  });
  const intents = [intent(), intent(), intent()] as const;
  const isStill = random() < 0.3;
  return {
    intents: isStill ? [intents[0], intents[0], intents[0]] : intents,
    pose: isStill ? null : pose([hand(), 1000, hand()], [hand(), 1200, hand()]),
  };
}

function expectSame(got: Uint8Array | null, right: Uint8Array): void {
  expect(got?.length).toBe(right.length);
  expect(Buffer.compare(got as Uint8Array, right)).toBe(0);
}

describe('a shrunk part', () => {
  test('is the excerpt again, in another core, and leaves the open snapshot alone', () => {
    const seen = { taken: 0, excerpt: 0, shrunk: 0 };
    inWorlds(WORLDS, (random, statics) => {
      const state = core.snapshot();
      peer.restore(state);
      for (let i = 0; i < 20; i++) {
        const ids = someIds(core, random, statics);
        const right = core.exportPart(state, ids);
        const chunk = core.shrinkPart(ids);
        if (right === null) {
          expect(chunk).toBeNull();
          continue;
        }
        expectSame(peer.unshrinkParts(chunk as Uint8Array), right);
        expectSame(core.takePart(ids), right);
        seen.taken++;
        seen.excerpt += right.length;
        seen.shrunk += chunk?.length ?? 0;
      }
      expect(core.stateHash()).toBe(peer.stateHash());
    });
    expect(seen.taken).toBeGreaterThan(WORLDS * 3);
    // Worlds of everything: hulls, joints, heaps.
    expect(seen.shrunk * 2.5).toBeLessThan(seen.excerpt);
  });

  test('may follow others in any order: together they are the excerpt of all', () => {
    inWorlds(WORLDS, (random) => {
      const state = core.snapshot();
      peer.restore(state);
      const groups = groupsOf(core).filter(() => random() < 0.6);
      const right = core.exportPart(state, groups.flat()) as Uint8Array;
      const chunks = groups.map((ids) => core.shrinkPart(ids) as Uint8Array);
      const mixed = chunks.map((chunk) => ({ chunk, by: random() })).sort((a, b) => a.by - b.by);
      expectSame(peer.unshrinkParts(Buffer.concat(mixed.map(({ chunk }) => chunk))), right);
    });
  });

  test('is made once for all whom it enters: what hangs together is whole or refused', () => {
    const seen = { whole: 0, cut: 0 };
    inWorlds(WORLDS, (random, statics) => {
      const state = core.snapshot();
      peer.restore(state);
      core.openSnapshot(state);
      core.beginEnters();
      for (let i = 0; i < 20; i++) {
        const ids = [...new Set(someIds(core, random, []))];
        const chunks = core.shrinkEnters(ids);
        const right = peer.exportPart(state, ids);
        expect(chunks === null).toBe(right === null);
        if (chunks === null || right === null) seen.cut++;
        else expectSame(peer.unshrinkParts(chunks), right);
        if (chunks !== null) seen.whole++;
      }
      if (statics[0] !== undefined) expect(core.shrinkEnters([statics[0]])).toBeNull();
    });
    expect(seen.whole).toBeGreaterThan(WORLDS * 3);
    expect(seen.cut).toBeGreaterThan(WORLDS);
  });

  test('is refused to a static, whomever its number hung together with in an earlier world', () => {
    const first = newWorld(core);
    addBody(first, { position: [0, 0.5, 0] });
    const above = addBody(first, { position: [0, 1.4, 0] });
    play(first, 30);
    core.openSnapshot(core.snapshot());
    core.beginEnters();
    expect(core.shrinkEnters([above])).toBeNull();
    const second = newWorld(core);
    addBody(second, { position: [9, 0.5, 0] });
    const rock = addBody(second, { position: [0, 1.4, 0], kind: BodyKind.STATIC });
    expect(rock).toBe(above);
    play(second, 30);
    core.openSnapshot(core.snapshot());
    core.beginEnters();
    expect(core.shrinkEnters([rock])).toBeNull();
  });

  test('depends on nobody else: the same bytes whatever was shrunk before', () => {
    inWorlds(10, () => {
      core.openSnapshot(core.snapshot());
      const groups = groupsOf(core);
      const forth = groups.map((ids) => core.shrinkPart(ids));
      const back = [...groups].reverse().map((ids) => core.shrinkPart([...ids].reverse()));
      expect(back.reverse()).toEqual(forth);
    });
  });

  test('of a player who stands, or of a crate at rest, is a sixteenth and a fifth of it', () => {
    const world = newWorld(core);
    const player = addPlayer(world, [0, 0, 0]);
    const crate = addBody(world, { position: [6, 0.5, 3] });
    play(world, 60);
    core.openSnapshot(core.snapshot());
    const shrunk = core.shrinkPart([player.entity, player.left, player.right]);
    // Whatever a spawn makes of a player beside his pose is the template.
    expect(shrunk?.length).toBeLessThan(50);
    expect(core.shrinkPart([crate])?.length).toBeLessThan(60);
  });

  test('is refused when it is none, belongs to who is there already, or goes on', () => {
    const world = newWorld(core);
    const { entity, left, right } = addPlayer(world, [0, 0, 0]);
    play(world, 2);
    core.openSnapshot(core.snapshot());
    expect(core.shrinkPart([entity])).toBeNull();
    expect(core.shrinkPart([77_777])).toBeNull();
    const chunk = core.shrinkPart([entity, left, right]) as Uint8Array;
    const hash = core.stateHash();
    expect(core.insertShrunk(chunk)).toBe(WireFault.OUT_OF_RANGE);
    expect(core.removePart([entity, left, right])).toBe(true);
    expect(core.insertShrunk(chunk.subarray(0, chunk.length - 4))).not.toBe(WireFault.NONE);
    expect(core.insertShrunk(Buffer.concat([chunk, chunk]))).toBe(WireFault.OUT_OF_RANGE);
    expect(core.insertShrunk(new Uint8Array(40_000_000))).toBe(WireFault.TOO_LONG);
    expect(core.insertShrunk(chunk)).toBe(WireFault.NONE);
    expect(core.stateHash()).toBe(hash);
  });

  test('of altered or random bytes is refused by a number, or is a state: nothing traps', () => {
    const faults = new Map<WireFault, number>();
    inWorlds(20, (random) => {
      const state = core.snapshot();
      core.openSnapshot(state);
      const groups = groupsOf(core);
      const chunks = groups.map((ids) => core.shrinkPart(ids) as Uint8Array);
      peer.restore(state);
      peer.removePart(groups.flat());
      const empty = peer.snapshot();
      const hash = peer.stateHash();
      for (let i = 0; i < 60; i++) {
        const noise = Uint8Array.from({ length: 300 }, () => integer(random, 0, 255));
        const fault = peer.insertShrunk(
          random() < 0.8 ? damaged(random, Buffer.concat(chunks)) : noise,
        );
        faults.set(fault, (faults.get(fault) ?? 0) + 1);
        if (fault !== WireFault.NONE) expect(peer.stateHash()).toBe(hash);
        else peer.step();
        peer.restore(empty);
      }
    });
    const known = new Set<WireFault>([
      WireFault.NONE,
      WireFault.TRUNCATED,
      WireFault.OUT_OF_RANGE,
      WireFault.TRAILING_BYTES,
    ]);
    expect([...faults.keys()].filter((fault) => !known.has(fault))).toEqual([]);
    expect(faults.get(WireFault.OUT_OF_RANGE)).toBeGreaterThan(200);
    expect(faults.get(WireFault.TRUNCATED)).toBeGreaterThan(20);
  });
});

describe("a player's history", () => {
  /** What somebody keeps who follows all of them from the beginning. */
  function follow(world: World, histories: Map<number, Uint8Array>): Map<number, Uint8Array> {
    const before = new Map<number, Uint8Array>();
    for (const [id, input] of world.inputs) {
      const history = histories.get(id) ?? peer.newHistory();
      before.set(id, history.slice());
      histories.set(id, history);
      expect(peer.packEntry(history, core.encodeEntry(input))).not.toBeNull();
    }
    return before;
  }

  test('comes along as it was before the frame, at whatever tick it is read', () => {
    // A core keeps them by id, also in a new world.
    const histories = new Map<number, Uint8Array>();
    fc.assert(
      fc.property(seeds, (seed) => {
        const random = seeded(seed);
        const world = newWorld(core);
        const players = [1, 2, 3].map((i) => addPlayer(world, [4 * i, 0, 0]));
        play(world, 2);
        for (let frame = 0; frame < 20; frame++) {
          // The last one never says anything.
          for (const { entity } of players.slice(0, 2)) {
            if (random() < 0.7) world.inputs.set(entity, anyWalk(random));
          }
          const before = follow(world, histories);
          const state = core.snapshot();
          expect(core.loadFrame(makeFrame(world))).toBe(WireFault.NONE);
          core.openFrame();
          for (let tick = 0; tick < TICKS_PER_FRAME; tick++) core.step();
          core.openSnapshot(state);
          expect(core.bubbles.write()).toBe(true);
          const ids = players.map(({ entity, left, right }) => [entity, left, right]);
          const chunks = Buffer.concat(ids.map((id) => core.shrinkPart(id, true) as Uint8Array));
          peer.restore(state);
          expectSame(peer.unshrinkParts(chunks), core.takePart(ids.flat()) as Uint8Array);
          peer.step();
          const met = peer.meetPlayers(chunks);
          expect(met?.map(({ id }) => id)).toEqual(players.map(({ entity }) => entity));
          for (const { id, history } of met ?? []) {
            const kept = before.get(id) ?? histories.get(id);
            expect(history).toEqual(kept ?? peer.newHistory());
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test('is zeros where none came along, and nothing where bytes are none', () => {
    const world = newWorld(core);
    const { entity, left, right } = addPlayer(world, [0, 0, 0]);
    play(world, 2);
    core.openSnapshot(core.snapshot());
    const chunk = core.shrinkPart([entity, left, right]) as Uint8Array;
    expect(core.meetPlayers(chunk)).toEqual([{ id: entity, history: core.newHistory() }]);
    expect(core.meetPlayers(chunk.subarray(1))).toBeNull();
  });
});

describe('a packed snapshot', () => {
  test('is the snapshot again, in a core of another world', () => {
    const seen = { snapshot: 0, packed: 0 };
    inWorlds(WORLDS, (random) => {
      const state = core.snapshot();
      const packed = core.packSnapshot(state) as Uint8Array;
      const hash = core.stateHash();
      peer.reset(integer(random, 0, 9));
      const before = peer.stateHash();
      const height = peer.terrainHeight(70, 70);
      expectSame(peer.unpackSnapshot(packed), state);
      expect(peer.terrainHeight(70, 70)).toBe(height);
      expect(peer.stateHash()).toBe(before);
      expect(core.stateHash()).toBe(hash);
      seen.snapshot += state.length;
      seen.packed += packed.length;
    });
    expect(seen.packed * 2.5).toBeLessThan(seen.snapshot);
  });

  test('of what no model foresaw stands as it is', () => {
    newWorld(core);
    const state = core.snapshot();
    // Two bytes behind the generations, which nothing reads.
    state[16 + 64 + 4] = 1;
    const packed = core.packSnapshot(state) as Uint8Array;
    expect(packed.length).toBe(state.length + 1);
    expectSame(peer.unpackSnapshot(packed), state);
  });

  test('of altered bytes is nothing, or bytes that a restore judges', () => {
    let refused = 0;
    inWorlds(10, (random) => {
      const packed = core.packSnapshot(core.snapshot()) as Uint8Array;
      for (let i = 0; i < 5; i++) {
        const bytes = peer.unpackSnapshot(damaged(random, packed));
        if (bytes === null || peer.restore(bytes) !== WireFault.NONE) refused++;
        else peer.step();
      }
    });
    expect(refused).toBeGreaterThan(30);
    expect(core.packSnapshot(new Uint8Array(100))).toBeNull();
    expect(core.unpackSnapshot(new Uint8Array(1))).toBeNull();
    expect(core.unpackSnapshot(Uint8Array.of(7, 7, 7))).toBeNull();
  });
});
