import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import { type Core, emptyBodies } from '../host/core.ts';
import { EventKind, type TickEvent } from '../host/events.ts';
import { BodyKind, ShapeKind, StepFault } from '../host/types.ts';
import { between, direction, integer, pick, seeded } from './random.ts';
import {
  addBall,
  addBody,
  addPlayer,
  makeFrame,
  newWorld,
  openCore,
  play,
  steady,
  type World,
} from './world.ts';

setDefaultTimeout(60_000);

let core: Core;
beforeAll(async () => {
  core = await openCore();
});

/** Ticks one by one; what each told. */
function listen(world: World, ticks: number): TickEvent[][] {
  const heard: TickEvent[][] = [];
  for (let i = 0; i < ticks; i++) {
    if (world.core.tick % 3 === 0) world.core.loadFrame(makeFrame(world));
    world.core.step();
    heard.push(world.core.events());
  }
  return heard;
}

const zone = (given = {}) =>
  ({
    kind: BodyKind.STATIC,
    size: [1, 1, 1],
    position: [0, 1, 0],
    sensor: true,
    ...given,
  }) as const;

describe('a sensor', () => {
  test('tells who falls through it, and stops nobody', () => {
    const world = newWorld(core);
    const sensor = addBody(world, zone({ position: [0, 6, 0] }));
    const ball = addBall(world, 0.2, { position: [0, 9, 0] });
    const free = addBall(world, 0.2, { position: [5, 9, 0] });
    const heard = listen(world, 90);
    expect(heard.flat()).toEqual([
      { kind: EventKind.SENSOR_BEGIN, entity: sensor, other: ball },
      { kind: EventKind.SENSOR_END, entity: sensor, other: ball },
    ]);
    const [one, two] = [new Float32Array(3), new Float32Array(3)];
    core.bodyPosition(ball, one);
    core.bodyPosition(free, two);
    expect(one[1]).toBe(two[1] as number);
  });

  test('tells of a player, his hands and a lift, but not of statics, nor of another sensor', () => {
    const world = newWorld(core);
    const sensor = addBody(world, zone());
    addBody(world, zone({ sensor: false, size: [0.2, 0.2, 0.2], position: [0, 1.5, 0.9] }));
    addBody(world, zone({ kind: BodyKind.KINEMATIC, size: [0.2, 0.2, 0.2], mask: 8 }));
    const { entity, left, right } = addPlayer(world, [4, 0, 0]);
    const up = { kind: BodyKind.KINEMATIC, linearVelocity: [0, 1, 0] } as const;
    const lift = addBody(world, { ...up, size: [0.3, 0.1, 0.3], position: [0.5, -0.2, 0.5] });
    world.inputs.set(entity, steady({ moveX: 0, moveZ: 127, yaw: 16_384 }));
    const heard = listen(world, 240).flat();
    expect(heard.every((event) => event.entity === sensor)).toBe(true);
    for (const other of [entity, left, right, lift]) {
      const kinds = heard.flatMap((event) => (event.other === other ? [event.kind] : []));
      expect(kinds).toEqual([EventKind.SENSOR_BEGIN, EventKind.SENSOR_END]);
    }
    expect(heard).toHaveLength(8);
  });

  test('keeps who sleeps in it without another word, until one of them is gone', () => {
    const world = newWorld(core);
    const sensor = addBody(world, zone());
    const crate = addBody(world, { position: [0, 0.5, 0] });
    const other = addBody(world, { position: [0, 0.5, 0.2], size: [0.1, 0.1, 0.1], sensor: true });
    expect(listen(world, 3).flat()).toContainEqual({
      kind: EventKind.SENSOR_BEGIN,
      entity: sensor,
      other: crate,
    });
    world.commands.push((c) => c.addDespawn(other));
    listen(world, 3);
    expect(listen(world, 240).flat()).toEqual([]);
    expect(core.isAsleep(crate)).toBe(true);
    world.commands.push((c) => c.addDespawn(sensor));
    expect(listen(world, 3).flat()).toEqual([
      { kind: EventKind.SENSOR_END, entity: sensor, other: crate },
    ]);
  });

  test('begins with who sleeps where it is put, and ends with who is taken away', () => {
    const world = newWorld(core);
    const crate = addBody(world, { position: [0, 0.5, 0] });
    play(world, 60);
    expect(core.isAsleep(crate)).toBe(true);
    const sensor = addBody(world, zone());
    const begin = { kind: EventKind.SENSOR_BEGIN, entity: sensor, other: crate };
    expect(listen(world, 3).flat()).toEqual([begin]);
    world.commands.push((c) => c.addDespawn(crate));
    expect(listen(world, 3).flat()).toEqual([{ ...begin, kind: EventKind.SENSOR_END }]);
  });

  test('is not seen by queries, not held by hands, and listens to its layers only', () => {
    const world = newWorld(core);
    addBody(world, zone({ position: [0, 6, 0], mask: 4 }));
    addBall(world, 0.2, { position: [0, 9, 0] });
    play(world, 1);
    const hit = core.queries.castRay([0, 6.9, 4], [0, 0, -1], 9);
    expect(hit).toBeNull();
    expect(listen(world, 90).flat()).toEqual([]);
  });

  test('tells the same when its ticks are computed again', () => {
    const world = newWorld(core);
    addBody(world, zone({ position: [0, 4, 0] }));
    for (let i = 0; i < 9; i++) addBall(world, 0.2, { position: [0, 5 + i, i * 0.01] });
    play(world, 3);
    const state = core.snapshot();
    const first = listen(world, 90);
    core.restore(state);
    expect(listen(world, 90)).toEqual(first);
    expect(first.flat().length).toBeGreaterThan(8);
  });

  test('knows at every tick exactly the balls that doubles say overlap it', () => {
    let begun = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seeded(seed);
        const world = newWorld(core);
        const kind = pick(random, [BodyKind.STATIC, BodyKind.KINEMATIC]);
        const radius = between(random, 0.5, 3);
        const size = [radius, 0, 0] as const;
        const sphere = { kind, shape: ShapeKind.SPHERE, size, position: [0, 8, 0] } as const;
        const sensor = addBody(world, { ...sphere, sensor: true });
        for (let i = integer(random, 1, 30); i > 0; i--) {
          const linearVelocity = direction(random).map((axis) => axis * 6) as unknown;
          const position = [between(random, -4, 4), between(random, 4, 14), between(random, -4, 4)];
          addBall(world, between(random, 0.1, 0.6), {
            position: position as unknown as [number, number, number],
            linearVelocity: linearVelocity as [number, number, number],
          });
        }
        const inside = new Set<number>();
        const bodies = emptyBodies();
        for (let tick = 0; tick < 60; tick++) {
          core.readBodies(bodies);
          for (const { kind, other } of listen(world, 1)[0] as TickEvent[]) {
            if (kind === EventKind.SENSOR_BEGIN) begun++;
            expect(inside.has(other)).toBe(kind === EventKind.SENSOR_END);
            if (kind === EventKind.SENSOR_BEGIN) inside.add(other);
            else inside.delete(other);
          }
          // Overlaps are of the poses that the tick began with.
          for (let i = 0; i < bodies.count; i++) {
            const id = bodies.ids[i] as number;
            if (id === sensor) continue;
            const [x, y, z] = bodies.positions.subarray(i * 3) as unknown as [
              number,
              number,
              number,
            ];
            const gap = Math.hypot(x, y - 8, z) - radius - (bodies.sizes[i * 3] as number);
            if (Math.abs(gap) > 1e-4) expect(inside.has(id)).toBe(gap < 0);
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(begun).toBeGreaterThan(100);
  });
});

test('who meets the rim of the region is named', () => {
  const world = newWorld(core);
  const ball = addBall(world, 0.2, { position: [249, 60, 0], linearVelocity: [150, 0, 0] });
  const heard = listen(world, 6).flat();
  expect(heard[0]).toEqual({ kind: EventKind.QUARANTINED, entity: ball, other: 0 });
  expect(core.step() & StepFault.EVENTS_FULL).toBe(0);
});
