import { expect, test } from 'bun:test';
import { emptyPlayers } from '../../core-wasm/host/core.ts';
import { reserveOwnRow, rowOfGhost, standAsGhost } from './own-ghost.ts';

/** Generation 3, index 7, as an entity of generation 19 would have it as well. */
const ENTITY = (19 << 16) | 7;
const KEY = (3 << 16) | 7;

function ghostsOf(key: number) {
  const ghosts = emptyPlayers();
  reserveOwnRow(ghosts, 1);
  ghosts.count = 2;
  ghosts.ids.set([KEY + 1, key]);
  ghosts.accounts.set([4, 9]);
  ghosts.feet.set([50, 0, 50, 10, 2, -4], 0);
  return ghosts;
}

test('who is told of himself stands behind the others, under his head, with empty hands', () => {
  const players = emptyPlayers();
  reserveOwnRow(players, 16);
  players.count = 16;
  players.held.fill(77);
  // He looks to the left, and his head is 0.3 m ahead of him: to the left.
  const row = standAsGhost(ENTITY, ghostsOf(KEY), players, 0, -0.3, Math.PI / 2);
  expect(row).toBe(16);
  expect(players.count).toBe(17);
  expect([players.ids[16], players.accounts[16]]).toEqual([ENTITY, 9]);
  const foot = [...players.feet.subarray(48, 51)];
  for (const [axis, metres] of [10.3, 2, -4].entries()) expect(foot[axis]).toBeCloseTo(metres, 5);
  expect([...players.held.subarray(32, 34)]).toEqual([0, 0]);
});

test('others’ ghosts are not he', () => {
  const players = emptyPlayers();
  reserveOwnRow(players, 0);
  expect(rowOfGhost(ghostsOf(KEY + 5), ENTITY)).toBe(-1);
  expect(standAsGhost(ENTITY, ghostsOf(KEY + 5), players, 0, 0, 0)).toBe(-1);
  expect(players.count).toBe(0);
});
