import { beforeAll, describe, expect, test } from 'bun:test';
import type { Core } from '../host/core.ts';
import { sectionsOf } from '../host/state-sections.ts';
import { addBody, addPlayer, newWorld, openCore, play, type World } from './world.ts';

let core: Core;
let other: Core;
beforeAll(async () => {
  core = await openCore();
  other = await openCore();
});

/** Two crates on each other, one apart, and somebody beside them. */
function crates(): World {
  const world = newWorld(core);
  addPlayer(world, [3, 0, 3]);
  const ground = core.terrainHeight(0, 0);
  addBody(world, { position: [0, ground + 0.5, 0] });
  addBody(world, { position: [0, ground + 1.52, 0] });
  addBody(world, { position: [6, ground + 0.6, 0] });
  play(world, 12);
  return world;
}

describe('a proof', () => {
  test('is that of the world and of its snapshot, in whatever order the movers are named', () => {
    crates();
    const state = core.snapshot();
    const proof = core.proof();
    const ids = core.provenMovers();
    const hashes = core.moverHashes(ids);
    expect(other.proofOf(state)).toBe(proof);
    expect(other.moverHashes(ids)).toEqual(hashes);
    expect(other.openSnapshot(state)).toBe(true);
    expect(other.proofOfPart(ids.slice().reverse())).toBe(proof);
    expect(other.proofOfPart(ids.subarray(1))).not.toBe(proof);
    expect(other.proofOfPart([...ids, 0x7fff])).toBeNull();
    expect(other.proofOfPart([])).not.toBe(0n);
  });

  test('of a part is that of a world with only these, its movers hashed once', () => {
    crates();
    const state = core.snapshot();
    core.proofOf(state);
    const apart = core.provenMovers().at(-1) as number;
    const hashes = core.moverHashes([apart]);
    other.restore(state);
    const leaves = core.provenMovers().filter((id) => id !== apart);
    expect(other.removePart(leaves)).toBe(true);
    core.openSnapshot(state);
    expect(core.proofOfPart([apart])).toBe(other.proof());
    expect(other.moverHashes([apart])).toEqual(hashes);
  });

  test('and the hash of whom it belongs to see each bit of a record that moves', () => {
    crates();
    const state = core.snapshot();
    const proof = core.proofOf(state);
    const ids = core.provenMovers();
    const hashes = core.moverHashes(ids);
    for (const { name, at, end } of sectionsOf(state) ?? []) {
      if (!['movers', 'players', 'contacts'].includes(name)) continue;
      expect(end).toBeGreaterThan(at);
      for (let bit = at * 8; bit < end * 8; bit += 5) {
        const flipped = state.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(core.proofOf(flipped)).not.toBe(proof);
        expect(core.moverHashes(ids)).not.toEqual(hashes);
      }
    }
    expect(core.proofOf(state)).toBe(proof);
  });

  test('sees what is static, the looks of who moves, and the tick', () => {
    const world = crates();
    const before = core.proof();
    addBody(world, { kind: 2, position: [9, 9, 9] });
    play(world, 1);
    const ids = core.provenMovers();
    const state = core.snapshot();
    const after = core.proofOf(state);
    expect(after).not.toBe(before);
    const statics = sectionsOf(state)?.find(({ name }) => name === 'statics');
    const flipped = state.slice();
    flipped[statics?.at ?? 0] = (flipped[statics?.at ?? 0] as number) ^ 1;
    expect(core.proofOf(flipped)).not.toBe(after);
    const hashes = core.moverHashes(ids);
    core.proofOf(state);
    expect(core.moverHashes(ids)).toEqual(hashes);
    const later = state.slice();
    later[16] = (later[16] as number) ^ 1;
    expect(core.proofOf(later)).not.toBe(after);
  });

  test('is of a state that went bad as well, and of nothing that is no state', () => {
    crates();
    const state = core.snapshot();
    const movers = sectionsOf(state)?.find(({ name }) => name === 'movers');
    new DataView(state.buffer).setUint32(movers?.at ?? 0, 0x7fc00000, true);
    expect(core.openSnapshot(state)).toBe(false);
    expect(core.proofOf(state)).not.toBeNull();
    expect(core.proofOf(state.subarray(1))).toBeNull();
    expect(core.proofOf(new Uint8Array(0))).toBeNull();
  });
});

test('the hash of what moves is that of the same world in another core, and sees each bit', () => {
  crates();
  const state = core.snapshot();
  const hash = core.movingHash();
  expect(core.movingHash()).toBe(hash);
  expect(other.restore(state)).toBe(0);
  expect(other.movingHash()).toBe(hash);
  expect(other.movingHashOf(state)).toBe(hash);
  expect(other.movingHashOf(state.subarray(1))).toBe(0n);
  const movers = sectionsOf(state)?.find(({ name }) => name === 'movers');
  // The least bit of a place.
  state[movers?.at ?? 0] = (state[movers?.at ?? 0] as number) ^ 1;
  expect(other.restore(state)).toBe(0);
  expect(other.movingHash()).not.toBe(hash);
});
