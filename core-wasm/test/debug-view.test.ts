import { beforeAll, expect, test } from 'bun:test';
import { type Core, emptyBoxes, emptyContacts } from '../host/core.ts';
import { addBall, addBody, addStatic, newWorld, openCore, play, playSeconds } from './world.ts';

const GRAVITY_MPS2 = 9.81;
const SUBSTEP_S = 1 / 240;

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

test('contacts of a resting crate are its corners, and carry its weight', () => {
  const world = newWorld(core);
  addStatic(world, [2, 0.5, 2], { position: [0, 10, 0] });
  addBody(world, { position: [0, 11, 0], density: 500 });
  playSeconds(world, 2);
  const contacts = emptyContacts();
  core.readContacts(contacts);
  expect(contacts.count).toBe(4);
  let sum = 0;
  for (let i = 0; i < contacts.count; i++) {
    const [x, y, z] = contacts.positions.subarray(i * 3, i * 3 + 3);
    expect(Math.abs(x as number)).toBeCloseTo(0.5, 2);
    expect(y).toBeCloseTo(10.5, 2);
    expect(Math.abs(z as number)).toBeCloseTo(0.5, 2);
    expect(Math.abs(contacts.normals[i * 3 + 1] as number)).toBeCloseTo(1, 4);
    expect(Math.abs(contacts.separations[i] as number)).toBeLessThan(0.01);
    sum += contacts.impulses[i] as number;
  }
  expect(sum / (500 * GRAVITY_MPS2 * SUBSTEP_S)).toBeCloseTo(1, 1);
});

test('contacts of a restored state are those of the state that was saved', () => {
  const world = newWorld(core);
  addBall(world, 0.4, { position: [0, 0.4, 0] });
  addBody(world, { position: [3, 0.5, 0] });
  playSeconds(world, 1);
  const contacts = emptyContacts();
  core.readContacts(contacts);
  const before = structuredClone(contacts);
  expect(before.count).toBe(5);
  const state = core.snapshot();
  newWorld(core, 9);
  core.readContacts(contacts);
  expect(contacts.count).toBe(0);
  core.restore(state);
  core.readContacts(contacts);
  expect(contacts).toEqual(before);
});

test('bounds hold the body now and a tick later, and stop where it stops', () => {
  const world = newWorld(core);
  addBall(world, 0.5, { position: [0, 20, 0], linearVelocity: [60, 0, 0] });
  play(world, 1);
  const bounds = emptyBoxes();
  core.readBounds(bounds);
  expect(bounds.count).toBe(1);
  const width = (bounds.highs[0] as number) - (bounds.lows[0] as number);
  const depth = (bounds.highs[2] as number) - (bounds.lows[2] as number);
  expect(width - depth).toBeCloseTo(1, 1);
  expect(depth).toBeGreaterThan(1);
  expect(depth).toBeLessThan(1.2);
});
