import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Core } from '../host/core.ts';
import { Button, StepFault, WireFault } from '../host/types.ts';
import { playAgain } from './resimulate.ts';
import {
  addBody,
  addPlayer,
  newWorld,
  openCore,
  type PlayerIds,
  play,
  playerOf,
  playSeconds,
  pose,
  positionOf,
  steady,
  velocityOf,
  type World,
} from './world.ts';

setDefaultTimeout(60_000);

const { JETPACK, JUMP, DIVE, GRIP_RIGHT } = Button;

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

function flier(height: number): { world: World; player: PlayerIds } {
  const world = newWorld(core);
  const player = addPlayer(world, [0, height, 0]);
  play(world, 1);
  return { world, player };
}

describe('a jetpack', () => {
  test('holds its player where he is, to the millimetre', () => {
    const { world, player } = flier(20);
    world.inputs.set(player.entity, steady({ buttons: JETPACK }));
    playSeconds(world, 2);
    const before = positionOf(world, player.entity);
    playAgain(world, 100);
    const after = positionOf(world, player.entity);
    for (const axis of [0, 1, 2] as const) expect(after[axis]).toBeCloseTo(before[axis], 3);
  });

  test('climbs with JUMP at 5 m/s, sinks with DIVE, falls without the button', () => {
    const { world, player } = flier(0);
    play(world, 6);
    const speed = (buttons: number, seconds = 1.5): number => {
      world.inputs.set(player.entity, steady({ buttons }));
      playSeconds(world, seconds);
      return velocityOf(world, player.entity)[1];
    };
    expect(speed(JETPACK)).toBeCloseTo(0, 1);
    expect(playerOf(world, player.entity).grounded).toBe(true);
    expect(speed(JETPACK | JUMP, 3)).toBeCloseTo(5, 1);
    expect(speed(JETPACK)).toBeCloseTo(0, 1);
    expect(speed(JETPACK | DIVE, 1)).toBeCloseTo(-5, 1);
    expect(speed(0, 0.5)).toBeCloseTo(-5 - 9.81 * 0.5, 0);
  });

  test('its thrust is limited: from a fall of 15 m/s it brakes by twice gravity less one', () => {
    const { world, player } = flier(60);
    playSeconds(world, 1.5);
    const before = velocityOf(world, player.entity)[1];
    world.inputs.set(player.entity, steady({ buttons: JETPACK }));
    playSeconds(world, 0.5);
    const gained = velocityOf(world, player.entity)[1] - before;
    expect(gained).toBeCloseTo((1600 / 80 - 9.81) * 0.5, 1);
  });

  test('flies where the stick says', () => {
    const { world, player } = flier(20);
    world.inputs.set(player.entity, steady({ buttons: JETPACK, moveZ: 127 }));
    playSeconds(world, 2);
    expect(-velocityOf(world, player.entity)[2]).toBeCloseTo(3.5, 1);
    world.inputs.set(player.entity, steady({ buttons: JETPACK }));
    playSeconds(world, 2);
    expect(Math.hypot(...velocityOf(world, player.entity))).toBeLessThan(0.01);
  });

  test('takes energy by its thrust, and when there is none left its player falls', () => {
    const { world, player } = flier(60);
    const energy = (): number => playerOf(world, player.entity).energy;
    expect(energy()).toBe(480_000);
    playSeconds(world, 1);
    expect(energy()).toBe(480_000);
    world.inputs.set(player.entity, steady({ buttons: JETPACK }));
    playSeconds(world, 3);
    const before = energy();
    playSeconds(world, 4);
    // 24 kW make 1600 N: 785 N, the player's weight, take 11.8 kW.
    expect((before - energy()) / 4 / ((24_000 * 80 * 9.81) / 1600)).toBeCloseTo(1, 2);
    const left = 11_000;
    const taken = energy() - left;
    world.commands.push((c) => c.addCharge(player.entity, -taken));
    playSeconds(world, 0.9);
    expect(Math.abs(velocityOf(world, player.entity)[1])).toBeLessThan(0.05);
    playSeconds(world, 0.6);
    expect(energy()).toBe(0);
    expect(velocityOf(world, player.entity)[1]).toBeLessThan(-4);
    world.commands.push((c) => c.addCharge(player.entity, 470_000));
    playSeconds(world, 1.5);
    expect(Math.abs(velocityOf(world, player.entity)[1])).toBeLessThan(0.05);
  });

  test('is charged as far as it has room, by a command that names a player', () => {
    const { world, player } = flier(0);
    world.commands.push((c) => c.addCharge(player.entity, -100_000));
    world.commands.push((c) => c.addCharge(player.entity, 300_000));
    play(world, 1);
    expect(playerOf(world, player.entity).energy).toBe(480_000);
    expect(world.faults).toBe(0);
    world.commands.push((c) => c.addCharge(player.left, 5));
    play(world, 1);
    expect(world.faults).toBe(StepFault.COMMAND_SKIPPED);
    for (const energy of [480_001, Number.NaN, -Infinity]) {
      core.frameBegin(core.frame, core.stateHash());
      core.addCharge(player.entity, energy);
      expect(core.loadFrame(core.frameEnd())).toBe(WireFault.OUT_OF_RANGE);
    }
  });

  test.each([
    [40, true],
    [110, false],
  ])('with a crate of %p kg in the hand it climbs: %p', (mass, climbs) => {
    const { world, player } = flier(0);
    const size = [0.25, 0.25, 0.25] as const;
    const crate = addBody(world, { size, position: [0.3, 0.25, -0.7], density: mass / 0.125 });
    const hands = pose([-300, 1200, -300], [300, 620, -600]);
    world.inputs.set(player.entity, steady({}, hands));
    play(world, 6);
    world.inputs.set(player.entity, steady({ buttons: GRIP_RIGHT }, hands));
    play(world, 4);
    expect(playerOf(world, player.entity).rightHeld).toBe(crate);
    world.inputs.set(player.entity, steady({ buttons: GRIP_RIGHT | JETPACK | JUMP }, hands));
    playAgain(world, 40);
    const height = playerOf(world, player.entity).foot[1];
    if (climbs) expect(height).toBeGreaterThan(4);
    else expect(height).toBeLessThan(1.5);
  });
});
