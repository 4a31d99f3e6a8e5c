import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import fc from 'fast-check';
import type { Core } from '../host/core.ts';
import { emptyBodies } from '../host/core.ts';
import { BodyKind, ShapeKind, StepFault, WireFault } from '../host/types.ts';
import { findNotFinite } from './floats.ts';
import {
  ballPoints,
  boxPoints,
  cross,
  depthOf,
  dot,
  type Polyhedron,
  polyhedronOf,
  posed,
  posedMesh,
  spawnPose,
  sub,
} from './polyhedron.ts';
import { between, rotation, seeded } from './random.ts';
import {
  addBall,
  addBody,
  addCapsule,
  addStatic,
  newWorld,
  openCore,
  play,
  playSeconds,
  positionOf,
  speedOf,
  turn,
  UPRIGHT,
  type Vec3,
  velocityOf,
  type World,
} from './world.ts';

/** A busy machine may take ten times as long as a quiet one. */
setDefaultTimeout(60_000);

let core: Core;
let other: Core;
beforeAll(async () => {
  core = await openCore();
  other = await openCore();
});

const TETRAHEDRON: Vec3[] = [
  [0.5, 0.5, 0.5],
  [0.5, -0.5, -0.5],
  [-0.5, 0.5, -0.5],
  [-0.5, -0.5, 0.5],
];
const WEDGE: Vec3[] = [
  [0, 0, 0],
  [1, 0, 0],
  [0, 0.5, 0],
  [0, 0, 1],
  [1, 0, 1],
  [0, 0.5, 1],
];
const PRISM: Vec3[] = Array.from({ length: 16 }, (_, i) => {
  const angle = ((i >> 1) / 8) * 2 * Math.PI;
  return [0.5 * Math.cos(angle), i & 1 ? 0.3 : -0.3, 0.5 * Math.sin(angle)];
});
const LOOKS = [
  { name: 'cube', points: boxPoints([0.5, 0.5, 0.5]) },
  { name: 'tetrahedron', points: TETRAHEDRON },
  { name: 'wedge', points: WEDGE },
  { name: 'prism', points: PRISM },
  { name: 'near-sphere', points: ballPoints(32, 0.5) },
] as const;

/** A world in which `LOOKS[i]` is definition i + 1. */
function worldOfLooks(): World {
  const world = newWorld(core);
  LOOKS.forEach(({ points }, i) => {
    world.commands.push((c) => c.addDefineHull(i + 1, points));
  });
  play(world, 1);
  return world;
}

function define(world: World, id: number, points: readonly Vec3[]): void {
  world.commands.push((c) => c.addDefineHull(id, points));
  play(world, 1);
}

const columns = emptyBodies();

/** The polyhedron that a body of a look stands for. */
function standing(meshes: readonly Polyhedron[]): Polyhedron[] {
  core.readBodies(columns);
  return Array.from({ length: columns.count }, (_, i) => {
    const position = [...columns.positions.subarray(i * 3, i * 3 + 3)] as unknown as Vec3;
    const q = [...columns.rotations.subarray(i * 4, i * 4 + 4)] as unknown as typeof UPRIGHT;
    const id = columns.definitions[i] as number;
    if (id !== 0) return posedMesh(core, id, meshes[id - 1] as Polyhedron, position, q);
    const size = [...columns.sizes.subarray(i * 3, i * 3 + 3)] as unknown as Vec3;
    return posed(polyhedronOf(boxPoints(size)), position, q);
  });
}

const coordinate = fc.float({ min: -2, max: 2, noNaN: true });
const cloud = fc.array(fc.tuple(coordinate, coordinate, coordinate), {
  minLength: 4,
  maxLength: 32,
});
/** Points of a coarse grid: many in one plane, on one line, in one place. */
const step = fc.integer({ min: -2, max: 2 });
const lattice = fc.array(fc.tuple(step, step, step), { minLength: 4, maxLength: 32 });

describe('the hull of points', () => {
  const isTakenWell = (points: readonly Vec3[]): boolean => {
    const world = newWorld(core);
    core.frameBegin(0, core.stateHash());
    core.addDefineHull(9, points);
    const wire = core.loadFrame(core.frameEnd());
    if (wire === WireFault.OUT_OF_RANGE) return false;
    expect(wire).toBe(WireFault.NONE);
    play({ ...world, commands: [(c) => c.addDefineHull(9, points)] }, 1);
    const mesh = core.hullMesh(9);
    const frame = core.definitionFrame(9);
    if (!frame) throw new Error('not defined');
    const vertices = Array.from(
      { length: mesh.vertices.length / 3 },
      (_, i) => [...mesh.vertices.subarray(i * 3, i * 3 + 3)] as unknown as Vec3,
    );
    const corners = mesh.faces.reduce((sum, face) => sum + face.length, 0);
    expect(vertices.length - corners / 2 + mesh.faces.length).toBe(2);
    const whole = polyhedronOf(points);
    const body = posed(whole, [0, 0, 0], UPRIGHT).vertices.map((p) => {
      const back = [-frame.rotation[0], -frame.rotation[1], -frame.rotation[2], frame.rotation[3]];
      return rotateBy(back as unknown as typeof UPRIGHT, sub(p, frame.centre));
    });
    let volume = 0;
    for (const face of mesh.faces) {
      const [a, b, c] = face.slice(0, 3).map((v) => vertices[v] as Vec3) as [Vec3, Vec3, Vec3];
      const n = cross(sub(b, a), sub(c, a));
      const length = Math.hypot(...n);
      for (const p of body) expect(dot(n, sub(p, a)) / length).toBeLessThan(0.02);
      for (let i = 2; i < face.length; i++) {
        const [p, q] = [vertices[face[i - 1] as number], vertices[face[i] as number]];
        volume += dot(a, cross(p as Vec3, q as Vec3)) / 6;
      }
    }
    expect(frame.volume).toBeCloseTo(volume, 3);
    return true;
  };

  test('contains all of them and is closed, or they are refused', () => {
    let taken = 0;
    const law = (points: readonly Vec3[]): void => {
      if (isTakenWell(points)) taken++;
    };
    fc.assert(fc.property(cloud, law), { numRuns: 150, seed: 1 });
    fc.assert(fc.property(lattice, law), { numRuns: 150, seed: 2 });
    expect(taken).toBeGreaterThan(100);
  });

  test('of a turned prism has whole faces again', () => {
    const world = newWorld(core);
    const q = turn([0.36, 0.48, 0.8], 1.1);
    define(
      world,
      4,
      PRISM.map((p) => rotateBy(q, p)),
    );
    const faces = core.hullMesh(4).faces.map((face) => face.length);
    expect(faces.sort((a, b) => a - b)).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 8, 8]);
  });

  test('leaves out points inside, on edges and on faces, and twins', () => {
    const world = newWorld(core);
    define(world, 4, [
      [0, 0, 0],
      ...boxPoints([0.5, 0.5, 0.5]),
      [0.5, 0, 0],
      [0.5, 0.5, 0],
      [0.5, 0.5, 0.5],
      [0.1, 0.2, 0.5],
    ]);
    const mesh = core.hullMesh(4);
    expect(mesh.vertices.length).toBe(24);
    expect(mesh.faces.map((face) => face.length)).toEqual([4, 4, 4, 4, 4, 4]);
  });

  test('weighs what it should: mass, centre and inertia of a box and a tetrahedron', () => {
    const world = newWorld(core);
    const half = [0.3, 0.5, 0.8] as const;
    const q = turn([0.6, 0, 0.8], 0.7);
    const shift: Vec3 = [3, -2, 5];
    define(
      world,
      1,
      boxPoints(half).map((p) => {
        const [x, y, z] = rotateBy(q, p);
        return [x + shift[0], y + shift[1], z + shift[2]];
      }),
    );
    const box = core.definitionFrame(1);
    const volume = 8 * half[0] * half[1] * half[2];
    const about = (a: number, b: number): number => (volume * (a * a + b * b)) / 3;
    expect(Math.abs((box?.volume ?? 0) / volume - 1)).toBeLessThan(1e-4);
    shift.forEach((c, i) => {
      expect(box?.centre[i]).toBeCloseTo(c, 4);
    });
    const wanted = [about(half[1], half[2]), about(half[2], half[0]), about(half[0], half[1])];
    const sorted = [...(box?.inertia ?? [])].sort((a, b) => a - b);
    wanted
      .sort((a, b) => a - b)
      .forEach((value, i) => {
        expect(Math.abs((sorted[i] as number) / value - 1)).toBeLessThan(1e-4);
      });
    define(world, 2, TETRAHEDRON);
    const tetrahedron = core.definitionFrame(2);
    expect(tetrahedron?.volume).toBeCloseTo(1 / 3, 6);
    // m a² / 20 about any axis through the centre, a the edge: √2.
    for (const value of tetrahedron?.inertia ?? []) expect(value).toBeCloseTo(1 / 3 / 10, 6);
  });
});

function rotateBy(q: typeof UPRIGHT, v: Vec3): [number, number, number] {
  return posed({ vertices: [v], normals: [], edges: [] }, [0, 0, 0], q).vertices[0] as [
    number,
    number,
    number,
  ];
}

describe('definitions', () => {
  test.each([
    ['three points', TETRAHEDRON.slice(0, 3)],
    ['33 points', [...ballPoints(33, 1)]],
    ['four equal points', Array.from({ length: 4 }, () => [1, 1, 1] as const)],
    ['points on a line', Array.from({ length: 9 }, (_, i) => [i, i, i] as const)],
    [
      'points in a plane',
      Array.from({ length: 9 }, (_, i) => [i % 3, 0, Math.floor(i / 3)] as const),
    ],
    ['a plate of 1 mm', boxPoints([1, 0.0005, 1])],
    ['a NaN', [...TETRAHEDRON, [0, Number.NaN, 0] as const]],
    ['an infinity', [...TETRAHEDRON, [Infinity, 0, 0] as const]],
    ['a point 65 m away', [...TETRAHEDRON, [65, 0, 0] as const]],
  ] as const)('of %s are refused', (_, points) => {
    newWorld(core);
    const hash = core.stateHash();
    core.frameBegin(0, hash);
    core.addDefineHull(5, points);
    expect(core.loadFrame(core.frameEnd())).toBe(WireFault.OUT_OF_RANGE);
    core.frameBegin(0, hash);
    core.addDefineHull(0, TETRAHEDRON);
    expect(core.loadFrame(core.frameEnd())).toBe(WireFault.OUT_OF_RANGE);
    expect(core.stateHash()).toBe(hash);
  });

  test('said twice are one; others under the same id are skipped', () => {
    const world = newWorld(core);
    define(world, 5, TETRAHEDRON);
    const hash = core.stateHash();
    const before = core.snapshot();
    core.restore(before);
    define({ ...world, core }, 5, TETRAHEDRON);
    expect([world.faults, core.definitionCount]).toEqual([0, 1]);
    define(world, 5, WEDGE);
    expect([world.faults, core.definitionCount]).toEqual([StepFault.COMMAND_SKIPPED, 1]);
    expect(core.hullMesh(5).faces.length).toBe(4);
    expect(hash).not.toBe(core.stateHash());
  });

  test('that do not exist make the spawn skipped', () => {
    const world = newWorld(core);
    define(world, 5, TETRAHEDRON);
    for (const [shape, definition] of [
      [ShapeKind.HULL, 6],
      [ShapeKind.COMPOUND, 5],
    ] as const) {
      world.faults = 0;
      addBody(world, { shape, definition });
      play(world, 1);
      expect([world.faults, core.bodyCount]).toEqual([StepFault.COMMAND_SKIPPED, 0]);
    }
  });

  test('in any order give equal states', () => {
    const hashes = [
      [1, 2, 3],
      [3, 1, 2],
      [2, 3, 1],
    ].map((order) => {
      const world = newWorld(core);
      for (const i of order) {
        world.commands.push((c) => c.addDefineHull(i * 7, LOOKS[i]?.points as readonly Vec3[]));
      }
      play(world, 1);
      expect(core.hullMesh(14).faces.length).toBe(5);
      return core.stateHash();
    });
    expect(new Set(hashes).size).toBe(1);
  });

  test('are full at 1,024 and say so', () => {
    const world = newWorld(core);
    for (let i = 0; i < 1024; i++) {
      world.commands.push((c) => c.addDefineHull(2000 - i, TETRAHEDRON));
      if (i % 256 === 255) play(world, 1);
    }
    expect([world.faults, core.definitionCount]).toEqual([0, 1024]);
    define(world, 4000, WEDGE);
    expect([world.faults, core.definitionCount]).toEqual([StepFault.DEFINITIONS_FULL, 1024]);
    const state = core.snapshot();
    expect(other.restore(state)).toBe(WireFault.NONE);
    expect(other.stateHash()).toBe(core.stateHash());
  });

  test('travel in snapshots, and what follows from them follows', () => {
    const world = worldOfLooks();
    for (let i = 0; i < 30; i++) {
      addBody(world, {
        shape: ShapeKind.HULL,
        definition: 1 + (i % LOOKS.length),
        position: [(i % 3) * 0.8, 1 + i * 0.7, 0.1 * (i % 5)],
      });
    }
    playSeconds(world, 1);
    const state = core.snapshot();
    expect(other.restore(state)).toBe(WireFault.NONE);
    expect(other.snapshot()).toEqual(state);
    const copy = { ...world, core: other };
    for (let i = 0; i < 40; i++) {
      play(world, 1);
      play(copy, 1);
      expect(other.stateHash()).toBe(core.stateHash());
    }
    expect(findNotFinite(core)).toBeNull();
  });

  test('of a foreign snapshot are checked', () => {
    const world = worldOfLooks();
    addBody(world, { shape: ShapeKind.HULL, definition: 2, position: [0, 50, 0] });
    play(world, 1);
    const state = core.snapshot();
    const hash = core.stateHash();
    const at = state.length - 144 - 400 * LOOKS.length;
    const view = new DataView(state.buffer, state.byteOffset);
    expect(view.getUint16(at, true)).toBe(1);
    const wrong: Array<(bytes: DataView) => void> = [
      (bytes) => bytes.setUint16(at, 3, true),
      (bytes) => bytes.setUint8(at + 2, 2),
      (bytes) => bytes.setUint8(at + 3, 33),
      (bytes) => bytes.setFloat32(at + 16, Number.NaN, true),
      (bytes) => bytes.setFloat32(at + 16, 1e9, true),
      (bytes) => bytes.setUint8(at + 399, 1),
      (bytes) => bytes.setUint16(at + 400, 1000, true),
      (bytes) => bytes.setUint8(at + 400 + 2, 4),
    ];
    for (const spoil of wrong) {
      const bytes = state.slice();
      spoil(new DataView(bytes.buffer));
      expect(core.restore(bytes)).toBe(WireFault.OUT_OF_RANGE);
      expect(core.stateHash()).toBe(hash);
    }
    expect(core.restore(state)).toBe(WireFault.NONE);
  });
});

describe('a cube', () => {
  test('as a hull stacks ten high and stands', () => {
    const world = worldOfLooks();
    const ids = Array.from({ length: 10 }, (_, i) =>
      addBody(world, { shape: ShapeKind.HULL, definition: 1, position: [0, 0.5 + i, 0] }),
    );
    playSeconds(world, 20);
    ids.forEach((id, i) => {
      const [x, y, z] = positionOf(world, id);
      expect(Math.hypot(x, z)).toBeLessThan(0.02);
      expect(Math.abs(y - 0.5 - i)).toBeLessThan(0.03);
    });
  });

  test('as a hull slides like the box', () => {
    const ends = [ShapeKind.BOX, ShapeKind.HULL].map((shape) => {
      const world = worldOfLooks();
      const tilt = turn([0, 0, 1], -0.5);
      addStatic(world, [8, 0.5, 3], { position: [0, 5, 0], rotation: tilt, friction: 0.3 });
      const [x, y] = rotateBy(tilt, [-6, 1, 0]);
      const id = addBody(world, {
        shape,
        definition: 1,
        position: [x, y + 5, 0],
        rotation: tilt,
        friction: 0.3,
      });
      playSeconds(world, 2);
      return positionOf(world, id);
    });
    expect(Math.hypot(...sub(ends[0] as Vec3, ends[1] as Vec3))).toBeLessThan(0.02);
    expect(ends[0]?.[0]).toBeGreaterThan(-4);
  });

  test('as a hull against a box meets it like a box does', () => {
    const meet = (shape: number, against: number): Vec3 => {
      const world = worldOfLooks();
      addBody(world, { shape: against as 2, definition: 1, position: [0, 0.5, 0] });
      const id = addBody(world, {
        shape: shape as 2,
        definition: 1,
        position: [-3, 0.5, 0.2],
        linearVelocity: [6, 0, 0],
      });
      playSeconds(world, 2);
      return positionOf(world, id);
    };
    const wanted = meet(2, 2);
    for (const [a, b] of [
      [3, 2],
      [2, 3],
      [3, 3],
    ] as const) {
      expect(Math.hypot(...sub(meet(a, b), wanted))).toBeLessThan(0.1);
    }
  });
});

describe.each(LOOKS.map(({ name }, i) => [name, i + 1] as const))('a %s', (_, definition) => {
  test('comes to rest on the ground, on a box, and on another', () => {
    for (let variant = 0; variant < 4; variant++) {
      const world = worldOfLooks();
      const meshes = LOOKS.map(({ points }) => polyhedronOf(points));
      const given = { shape: ShapeKind.HULL, definition, friction: 0.8 } as const;
      addStatic(world, [0.6, 0.3, 0.6], { position: [0, 0.3, 0] });
      addBody(world, {
        ...given,
        position: [0, 1.4, 0],
        rotation: turn([0.6, 0, 0.8], variant * 1.3),
      });
      addBody(world, {
        ...given,
        position: [0.1, 2.8, 0.05],
        rotation: turn([0, 0.6, 0.8], variant),
      });
      addBody(world, { ...given, position: [4, 1, 0], rotation: turn([0.8, 0.6, 0], variant) });
      playSeconds(world, 8);
      const bodies = standing(meshes);
      for (let i = 0; i < bodies.length; i++) {
        const lowest = Math.min(...(bodies[i]?.vertices ?? []).map((v) => v[1]));
        expect(lowest).toBeGreaterThan(-0.01);
        for (let j = i + 1; j < bodies.length; j++) {
          expect(depthOf(bodies[i] as Polyhedron, bodies[j] as Polyhedron)).toBeLessThan(0.01);
        }
      }
      expect(world.faults).toBe(0);
    }
  });

  test('stops a ball and a capsule, from wherever they come', () => {
    const random = seeded(definition);
    for (let variant = 0; variant < 24; variant++) {
      const world = worldOfLooks();
      const mesh = polyhedronOf(LOOKS[definition - 1]?.points as readonly Vec3[]);
      const q = rotation(random);
      const fixed = addBody(world, {
        kind: BodyKind.STATIC,
        shape: ShapeKind.HULL,
        definition,
        position: [0, 40, 0],
        rotation: q,
      });
      const angle = between(random, 0, 6.28);
      const [x, z] = [2 * Math.cos(angle), 2 * Math.sin(angle)];
      const shot = {
        position: [x, 40, z] as Vec3,
        rotation: rotation(random),
        linearVelocity: [-3 * x, 0, -3 * z] as Vec3,
        gravityScale: 0,
        restitution: 0,
      };
      const ball = variant % 2 === 0;
      const half = 0.3;
      const id = ball ? addBall(world, 0.2, shot) : addCapsule(world, 0.2, half, shot);
      const body = posedMesh(core, definition, mesh, [0, 40, 0], q);
      for (let frame = 0; frame < 30; frame++) {
        play(world, 1);
        const solid = standingOne(world, id);
        const ends = ball ? [[0, 0, 0]] : [-1, -0.5, 0, 0.5, 1].map((t) => [0, t * half, 0]);
        for (const end of ends) {
          const [ex, ey, ez] = rotateBy(solid.rotation, end as unknown as Vec3);
          const p: Vec3 = [solid.position[0] + ex, solid.position[1] + ey, solid.position[2] + ez];
          const height = Math.max(
            ...body.normals.map((n) => {
              const reach = Math.max(...body.vertices.map((v) => dot(n, v)));
              return dot(n, p) - reach;
            }),
          );
          // Over an edge the greatest height is less than the distance: half a radius is certain.
          expect(height).toBeGreaterThan(-0.02);
        }
      }
      const v = velocityOf(world, id);
      expect(dot(v, [x, 0, z])).toBeGreaterThan(-10);
      expect(speedOf(world, fixed)).toBe(0);
    }
  });

  test('does not pass a wall at 60 m/s, nor another hull', () => {
    const random = seeded(definition + 50);
    for (let variant = 0; variant < 12; variant++) {
      const world = worldOfLooks();
      const asHull = variant % 2 === 1;
      addBody(world, {
        kind: BodyKind.STATIC,
        shape: asHull ? ShapeKind.HULL : ShapeKind.BOX,
        definition: 9,
        size: [0.1, 4, 4],
        position: [0, 40, 0],
      });
      world.commands.unshift((c) => c.addDefineHull(9, boxPoints([0.1, 4, 4])));
      const id = addBody(world, {
        shape: ShapeKind.HULL,
        definition,
        position: [-5 - between(random, 0, 1), 40, 0],
        rotation: rotation(random),
        linearVelocity: [60, between(random, -5, 5), between(random, -5, 5)],
      });
      playSeconds(world, 0.5);
      expect(positionOf(world, id)[0]).toBeLessThan(-0.1);
    }
  });
});

function standingOne(world: World, id: number) {
  world.core.readBodies(columns);
  const at = columns.ids.subarray(0, columns.count).indexOf(id);
  return {
    position: [...columns.positions.subarray(at * 3, at * 3 + 3)] as unknown as Vec3,
    rotation: [...columns.rotations.subarray(at * 4, at * 4 + 4)] as unknown as typeof UPRIGHT,
  };
}

describe('a pile', () => {
  test('of 300 hulls of every look settles with small overlap', () => {
    const world = worldOfLooks();
    const meshes = LOOKS.map(({ points }) => polyhedronOf(points));
    for (const [x, z, halfX, halfZ] of [
      [3.5, 0, 0.5, 4],
      [-3.5, 0, 0.5, 4],
      [0, 3.5, 4, 0.5],
      [0, -3.5, 4, 0.5],
    ] as const) {
      addStatic(world, [halfX, 8, halfZ], { position: [x, 8, z] });
    }
    const random = seeded(7);
    for (let i = 0; i < 300; i++) {
      addBody(world, {
        shape: ShapeKind.HULL,
        definition: 1 + (i % LOOKS.length),
        position: [
          ((i % 4) - 1.5) * 1.4,
          1 + Math.floor(i / 16) * 1.3,
          (((i >> 2) % 4) - 1.5) * 1.4,
        ],
        rotation: rotation(random),
      });
    }
    playSeconds(world, 14);
    const bodies = standing(meshes);
    const depths: number[] = [];
    for (let i = 0; i < bodies.length; i++) {
      for (let j = i + 1; j < bodies.length; j++) {
        if (i < 4 && j < 4) continue;
        if (!areNear(bodies[i] as Polyhedron, bodies[j] as Polyhedron)) continue;
        const depth = depthOf(bodies[i] as Polyhedron, bodies[j] as Polyhedron);
        if (depth > 0) depths.push(depth);
      }
    }
    const mean = depths.reduce((sum, depth) => sum + depth, 0) / depths.length;
    // One tetrahedron that the others drive under a wedge may stick deeper.
    depths.sort((a, b) => a - b);
    expect(depths[Math.floor(depths.length * 0.99)]).toBeLessThan(0.015);
    expect(depths.at(-1)).toBeLessThan(0.06);
    expect(mean).toBeLessThan(0.003);
    expect(world.faults).toBe(0);
    let moving = 0;
    for (const id of columns.ids.subarray(0, columns.count)) if (speedOf(world, id) > 0.2) moving++;
    expect(moving).toBeLessThan(6);
  });

  test('resimulated for the last 8 ticks comes out the same', () => {
    const world = worldOfLooks();
    for (let i = 0; i < 60; i++) {
      addBody(world, {
        shape: ShapeKind.HULL,
        definition: 1 + (i % LOOKS.length),
        position: [(i % 4) * 0.9, 1 + Math.floor(i / 8), ((i >> 2) % 2) * 0.9],
      });
    }
    play(world, 1);
    const past: Uint8Array[] = [];
    for (let tick = 0; tick < 150; tick++) {
      past.push(core.snapshot());
      core.step();
      if (past.length <= 8) continue;
      const hash = core.stateHash();
      expect(core.restore(past.shift() as Uint8Array)).toBe(WireFault.NONE);
      for (let i = 0; i <= 8; i++) core.step();
      expect(core.stateHash()).toBe(hash);
    }
  });
});

function areNear(a: Polyhedron, b: Polyhedron): boolean {
  for (let axis = 0; axis < 3; axis++) {
    const ofA = a.vertices.map((v) => v[axis] as number);
    const ofB = b.vertices.map((v) => v[axis] as number);
    if (Math.min(...ofA) > Math.max(...ofB) || Math.min(...ofB) > Math.max(...ofA)) return false;
  }
  return true;
}

describe('a base', () => {
  test('of 10,000 static hulls loads, and a ball rolls over it as over boxes', () => {
    const half = [0.5, 0.25, 0.5] as const;
    const roll = (shape: typeof ShapeKind.BOX | typeof ShapeKind.HULL): Vec3 => {
      const world = newWorld(core);
      define(world, 1, boxPoints(half));
      for (let i = 0; i < 10_000; i++) {
        const position: Vec3 = [(i % 100) - 49.5, 30, Math.floor(i / 100) - 49.5];
        const pose = spawnPose(core, 1, position, UPRIGHT);
        addBody(world, { kind: BodyKind.STATIC, shape, size: half, definition: 1, ...pose });
        if (i % 1000 === 999) play(world, 1);
      }
      const shot = { position: [-20, 30.56, 0.2], linearVelocity: [8, 0, 0.5] } as const;
      const ball = addBall(world, 0.3, shot);
      playSeconds(world, 3);
      expect(world.faults).toBe(0);
      expect(core.bodyCount).toBe(10_001);
      return positionOf(world, ball);
    };
    const onHulls = roll(ShapeKind.HULL);
    const onBoxes = roll(ShapeKind.BOX);
    expect(Math.hypot(...sub(onHulls, onBoxes))).toBeLessThan(0.05);
    expect(onHulls[0]).toBeGreaterThan(-15);
    expect(Math.abs(onHulls[1] - 30.55)).toBeLessThan(0.05);
  });
});
