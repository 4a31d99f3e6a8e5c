import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import type { Core } from '../host/core.ts';
import { BodyKind, Button } from '../host/types.ts';
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
  positionOf,
  steady,
  type Vec3,
  velocityOf,
  type World,
} from './world.ts';

setDefaultTimeout(60_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

interface Ride {
  readonly world: World;
  readonly player: PlayerIds;
  readonly platform: number;
}

/** A kinematic platform, top at 10 m, that moves as told, and a player on it at `x`. */
function ride(velocity: Vec3, spin = 0, x = 0): Ride {
  const world = newWorld(core);
  const platform = addBody(world, {
    kind: BodyKind.KINEMATIC,
    size: [4, 0.2, 4],
    position: [0, 9.8, 0],
    linearVelocity: velocity,
    angularVelocity: [0, spin, 0],
  });
  const player = addPlayer(world, [x, 10.01, 0]);
  return { world, player, platform };
}

/** Where the player stands on the platform that is twice `half` thick. */
function placeOn({ world, player, platform }: Ride, half = 0.2): Vec3 {
  const foot = playerOf(world, player.entity).foot;
  const at = positionOf(world, platform);
  return [foot[0] - at[0], foot[1] - at[1] - half, foot[2] - at[2]];
}

describe('a platform carries who stands on it', () => {
  test.each([
    ['along', [3, 0, 0]],
    ['up', [0, 3, 0]],
    ['down', [0, -2, 0]],
    ['up a slant', [2, 1.5, -2]],
  ] as const)('%s', (_, velocity) => {
    const on = ride(velocity);
    playSeconds(on.world, 0.5);
    const before = placeOn(on);
    playAgain(on.world, 60);
    const after = placeOn(on);
    expect(Math.hypot(after[0] - before[0], after[2] - before[2])).toBeLessThan(0.01);
    expect(Math.abs(after[1])).toBeLessThan(0.06);
    expect(playerOf(on.world, on.player.entity).grounded).toBe(true);
    expect(velocityOf(on.world, on.player.entity)[0]).toBeCloseTo(velocity[0], 2);
  });

  test('that moves at 3 m/s and turns at 1 rad/s, for ten seconds, out at 3 m', () => {
    const on = ride([3, 0, 0], 1, 3);
    playSeconds(on.world, 0.5);
    const before = placeOn(on);
    playAgain(on.world, 200);
    const after = placeOn(on);
    const angle = (place: Vec3): number => Math.atan2(-place[2], place[0]);
    const turned = (angle(after) - angle(before) + 4 * Math.PI) % (2 * Math.PI);
    expect(turned).toBeCloseTo(10 % (2 * Math.PI), 1);
    expect(Math.hypot(after[0], after[2])).toBeCloseTo(Math.hypot(before[0], before[2]), 1);
    expect(Math.abs(after[1])).toBeLessThan(0.02);
  });

  test('and walks on it as fast as on the ground', () => {
    const on = ride([3, 0, 0]);
    playSeconds(on.world, 0.5);
    on.world.inputs.set(on.player.entity, steady({ moveX: 127 }));
    playSeconds(on.world, 0.5);
    expect(velocityOf(on.world, on.player.entity)[0]).toBeCloseTo(6.5, 1);
  });

  test('a jump keeps its motion and comes down where it began', () => {
    const on = ride([3, 1, 0]);
    playSeconds(on.world, 0.5);
    const before = placeOn(on);
    on.world.inputs.set(on.player.entity, steady({ buttons: Button.JUMP }));
    let peak = 0;
    playAgain(on.world, 30, undefined, () => {
      peak = Math.max(peak, placeOn(on)[1]);
    });
    // v² / 2g over the platform.
    expect(peak).toBeCloseTo(4.6 ** 2 / (2 * 9.81), 1);
    const after = placeOn(on);
    expect(Math.hypot(after[0] - before[0], after[2] - before[2])).toBeLessThan(0.02);
    expect(playerOf(on.world, on.player.entity).grounded).toBe(true);
  });
});

describe('a dynamic body', () => {
  /** A sled that slides without friction, with a player on it. */
  function sled(density: number): Ride {
    const world = newWorld(core);
    const platform = addBody(world, {
      size: [2, 0.1, 2],
      position: [0, 0.1, 0],
      density,
      friction: 0,
      linearDamping: 0,
      angularDamping: 0,
    });
    const player = addPlayer(world, [0, 0.21, 0]);
    playSeconds(world, 1);
    return { world, player, platform };
  }

  test('carries who stands on it', () => {
    const on = sled(500);
    on.world.commands.push((c) => c.addImpulse(on.platform, [3200, 0, 0], [0, 0.1, 0]));
    playAgain(on.world, 40);
    const [vx] = velocityOf(on.world, on.platform);
    expect(velocityOf(on.world, on.player.entity)[0]).toBeCloseTo(vx, 1);
    // 1600 kg and 80 kg share the momentum.
    expect(vx).toBeCloseTo(3200 / 1680, 1);
    expect(Math.abs(placeOn(on, 0.1)[1])).toBeLessThan(0.02);
  });

  test('is pushed back by who walks on it: momentum is conserved', () => {
    const on = sled(100);
    on.world.inputs.set(on.player.entity, steady({ moveX: 127 }));
    playAgain(on.world, 8);
    const walker = velocityOf(on.world, on.player.entity)[0];
    const raft = velocityOf(on.world, on.platform)[0];
    expect(walker - raft).toBeGreaterThan(3);
    expect(80 * walker + 320 * raft).toBeGreaterThan(-6);
    expect(80 * walker + 320 * raft).toBeLessThan(6);
  });

  test('is kicked down by who jumps off it in the air', () => {
    const world = newWorld(core);
    const platform = addBody(world, { size: [1, 0.1, 1], position: [0, 60, 0], density: 500 });
    const player = addPlayer(world, [0, 60.12, 0]);
    play(world, 3);
    const momentum = (): number =>
      80 * velocityOf(world, player.entity)[1] + 400 * velocityOf(world, platform)[1];
    play(world, 1);
    const before = momentum();
    world.inputs.set(player.entity, steady({ buttons: Button.JUMP }));
    play(world, 1);
    expect(velocityOf(world, player.entity)[1] - velocityOf(world, platform)[1]).toBeGreaterThan(4);
    expect(momentum() - before).toBeCloseTo(-480 * 9.81 * 0.05, -1);
  });
});

describe('players', () => {
  test('who arrive in the same place are pushed apart, sideways', () => {
    const world = newWorld(core);
    const one = addPlayer(world, [0, 0, 0]);
    const two = addPlayer(world, [0, 0, 0], 0, 2);
    const three = addPlayer(world, [0, 0, 0], 0, 3);
    play(world, 1);
    playAgain(world, 40);
    const feet = [one, two, three].map(({ entity }) => playerOf(world, entity).foot);
    for (let i = 0; i < 3; i++) {
      const a = feet[i] as Vec3;
      const b = feet[(i + 1) % 3] as Vec3;
      expect(Math.hypot(a[0] - b[0], a[2] - b[2])).toBeGreaterThan(0.57);
      expect(Math.abs(a[1])).toBeLessThan(0.02);
    }
  });

  test('who press through a crowd get through it', () => {
    const world = newWorld(core);
    const crowd = Array.from({ length: 12 }, (_, i) =>
      addPlayer(world, [((i % 4) - 1.5) * 0.7, 0, -3 - Math.floor(i / 4) * 0.8], 0, i + 2),
    );
    const player = addPlayer(world, [0, 0, 0]);
    play(world, 10);
    world.inputs.set(player.entity, steady({ moveZ: 127 }));
    playSeconds(world, 6);
    expect(playerOf(world, player.entity).foot[2]).toBeLessThan(-5);
    for (const { entity } of crowd) expect(playerOf(world, entity).foot[1]).toBeLessThan(0.05);
  });
});
