import { beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { type Core, emptyBodies, emptyBoxes, emptyContacts } from '../host/core.ts';
import {
  BodyKind,
  Button,
  type CompoundChild,
  type CompoundPiece,
  ShapeKind,
  StepFault,
  WireFault,
} from '../host/types.ts';
import { findNotFinite, HEADER_BYTES } from './floats.ts';
import { addScaled, gapBetween, sub } from './gap.ts';
import {
  addLook,
  anyPoints,
  defineCompound,
  defineHull,
  distanceTo,
  type Look,
  type Piece,
  placeBody,
} from './looks.ts';
import { boxPoints } from './polyhedron.ts';
import { rotation, seeded } from './random.ts';
import {
  addBall,
  addBody,
  addPlayer,
  addStatic,
  newWorld,
  openCore,
  play,
  playerOf,
  playSeconds,
  pose,
  positionOf,
  type Rotation,
  rotate,
  speedOf,
  steady,
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

function box(size: Vec3, offset: Vec3, rotation: Rotation = UPRIGHT): CompoundChild {
  return { shape: ShapeKind.BOX, size, offset, rotation };
}

function ball(radius: number, offset: Vec3): CompoundChild {
  return { shape: ShapeKind.SPHERE, size: [radius, 0, 0], offset, rotation: UPRIGHT };
}

/** 1 m high: a top and four legs. */
const TABLE: CompoundChild[] = [
  box([0.6, 0.05, 0.4], [0, 0.95, 0]),
  ...[-0.5, 0.5].flatMap((x) => [-0.3, 0.3].map((z) => box([0.05, 0.45, 0.05], [x, 0.45, z]))),
];

/** A box without a lid, 1 m wide inside, its floor's upper side at 0.1. */
const CRIB: CompoundChild[] = [
  box([0.6, 0.05, 0.6], [0, 0.05, 0]),
  ...[-0.55, 0.55].flatMap((at) => [
    box([0.05, 0.3, 0.6], [at, 0.4, 0]),
    box([0.5, 0.3, 0.05], [0, 0.4, at]),
  ]),
];

const DUMBBELL: CompoundChild[] = [
  ball(0.3, [-0.6, 0, 0]),
  ball(0.3, [0.6, 0, 0]),
  {
    shape: ShapeKind.CAPSULE,
    size: [0.1, 0.4, 0],
    offset: [0, 0, 0],
    rotation: turn([0, 0, 1], Math.PI / 2),
  },
];

function made(id: number, children: readonly CompoundChild[]): { world: World; look: Look } {
  const world = newWorld(core);
  const look = defineCompound(world, id, children);
  play(world, 1);
  return { world, look };
}

const columns = emptyBodies();

/** The pieces of a body of a look where it is now. */
function standing(world: World, look: Look, entity: number) {
  world.core.readBodies(columns);
  const at = columns.ids.subarray(0, columns.count).indexOf(entity);
  const position = [...columns.positions.subarray(at * 3, at * 3 + 3)] as unknown as Vec3;
  const q = [...columns.rotations.subarray(at * 4, at * 4 + 4)] as unknown as Rotation;
  return placeBody(world, look, position, q);
}

describe('the mass of a compound', () => {
  test('of two halves is that of the whole box', () => {
    const half: Vec3 = [0.3, 0.5, 0.8];
    made(4, [
      box([0.15, 0.5, 0.8], [1.15, 2, 3]),
      box([0.15, 0.8, 0.5], [1.45, 2, 3], turn([1, 0, 0], Math.PI / 2)),
    ]);
    const frame = core.definitionFrame(4);
    const volume = 8 * half[0] * half[1] * half[2];
    expect(frame?.volume).toBeCloseTo(volume, 5);
    [1.3, 2, 3].forEach((c, i) => {
      expect(frame?.centre[i]).toBeCloseTo(c, 5);
    });
    const about = (a: number, b: number): number => (volume * (a * a + b * b)) / 3;
    const wanted = [about(half[1], half[2]), about(half[2], half[0]), about(half[0], half[1])];
    const found = [...(frame?.inertia ?? [])].sort((a, b) => a - b);
    wanted.sort((a, b) => a - b);
    wanted.forEach((value, i) => {
      expect((found[i] as number) / value).toBeCloseTo(1, 4);
    });
  });

  test('of a dumbbell is that of its parts, moved out by Steiner', () => {
    made(4, [ball(0.2, [-1, 0, 0]), ball(0.3, [1, 0, 0])]);
    const frame = core.definitionFrame(4);
    const [a, b] = [0.2, 0.3].map((r) => (4 / 3) * Math.PI * r ** 3) as [number, number];
    const centre = (b - a) / (a + b);
    expect(frame?.volume).toBeCloseTo(a + b, 5);
    expect(frame?.centre[0]).toBeCloseTo(centre, 5);
    const along = 0.4 * (a * 0.2 ** 2 + b * 0.3 ** 2);
    const across = along + a * (1 + centre) ** 2 + b * (1 - centre) ** 2;
    const found = [...(frame?.inertia ?? [])].sort((x, y) => x - y);
    [along, across, across].forEach((value, i) => {
      expect((found[i] as number) / value).toBeCloseTo(1, 4);
    });
  });
});

describe('a definition', () => {
  const hull: CompoundChild = { shape: 3, definition: 7, offset: [0, 0, 0], rotation: UPRIGHT };
  test.each<[string, readonly unknown[]]>([
    ['no child', []],
    ['nine children', Array.from({ length: 9 }, () => ball(1, [0, 0, 0]))],
    ['a child that is a compound', [{ ...hull, shape: 4 }]],
    ['a hull without a definition', [{ ...hull, definition: 0 }]],
    ['a ball of 1 mm', [ball(0.001, [0, 0, 0])]],
    ['a NaN', [ball(Number.NaN, [0, 0, 0])]],
    ['a child 65 m away', [ball(1, [65, 0, 0])]],
    ['a turn that is none', [box([1, 1, 1], [0, 0, 0], [0, 0, 0, 2])]],
  ])('of %s is refused', (_, children) => {
    newWorld(core);
    const hash = core.stateHash();
    core.frameBegin(0, hash);
    core.addDefineCompound(5, children as CompoundChild[]);
    expect(core.loadFrame(core.frameEnd())).toBe(WireFault.OUT_OF_RANGE);
    expect(core.stateHash()).toBe(hash);
  });

  test('of a hull that is not there is skipped, and so is the spawn', () => {
    const world = newWorld(core);
    world.commands.push((c) => c.addDefineCompound(5, [hull]));
    addBody(world, { shape: ShapeKind.COMPOUND, definition: 5 });
    play(world, 1);
    expect([world.faults, core.definitionCount, core.bodyCount]).toEqual([
      StepFault.COMMAND_SKIPPED,
      0,
      0,
    ]);
  });
});

describe('a compound', () => {
  test('of one box moves like the box', () => {
    const ends = [ShapeKind.BOX, ShapeKind.COMPOUND].map((shape) => {
      const { world } = made(4, [box([0.5, 0.5, 0.5], [0, 0, 0])]);
      const tilt = turn([0, 0, 1], -0.5);
      addStatic(world, [8, 0.5, 3], { position: [0, 5, 0], rotation: tilt, friction: 0.3 });
      const id = addBody(world, {
        shape,
        definition: 4,
        position: [-4.8, 8.75, 0],
        rotation: tilt,
        friction: 0.3,
      });
      playSeconds(world, 2);
      return positionOf(world, id);
    });
    const [ofBox, ofCompound] = ends as unknown as [Vec3, Vec3];
    expect(Math.hypot(...sub(ofBox, ofCompound))).toBeLessThan(0.02);
    expect(ofBox[0]).toBeGreaterThan(-3.5);
  });

  test('stands on its legs, on the ground and on another, and bears a crate', () => {
    const { world, look } = made(4, TABLE);
    const lower = addLook(world, look, [0, 0.01, 0], UPRIGHT).entity;
    const upper = addLook(world, look, [0.02, 1.02, 0.01], UPRIGHT).entity;
    const crate = addBody(world, { size: [0.2, 0.2, 0.2], position: [0.1, 2.22, 0] });
    play(world, 1);
    const before = [lower, upper, crate].map((id) => positionOf(world, id));
    playSeconds(world, 10);
    [lower, upper, crate].forEach((id, i) => {
      const [x, y, z] = positionOf(world, id);
      const [wasX, wasY, wasZ] = before[i] as Vec3;
      expect(Math.hypot(x - wasX, z - wasZ)).toBeLessThan(0.03);
      expect(Math.abs(y - wasY)).toBeLessThan(0.04);
      expect(core.isAsleep(id)).toBe(true);
    });
    expect(world.faults).toBe(0);
  });

  test('lies on a slope of the hills and does not sink in', () => {
    const { world, look } = made(4, DUMBBELL);
    const at: Vec3 = [60, core.terrainHeight(60, 40) + 2, 40];
    const { entity } = addLook(world, look, at, turn([0, 1, 0], 0.7), {});
    playSeconds(world, 6);
    for (const piece of standing(world, look, entity)) {
      for (const [x, y, z] of piece.core.corners) {
        const ground = core.terrainHeight(x, z);
        expect(y - piece.core.radius).toBeGreaterThan(ground - 0.15);
        expect(y).toBeGreaterThan(ground);
      }
    }
  });

  test('is hollow where its children leave room: balls stay in a crib that is carried', () => {
    const { world, look } = made(4, CRIB);
    const { entity } = addLook(world, look, [0, 5, 0], UPRIGHT, { kind: BodyKind.KINEMATIC });
    const balls = Array.from({ length: 12 }, (_, i) =>
      addBall(world, 0.1, {
        position: [((i % 3) - 1) * 0.3, 5.5 + Math.floor(i / 3) * 0.25, ((i % 2) - 0.5) * 0.5],
      }),
    );
    playSeconds(world, 3);
    const pieces = standing(world, look, entity);
    for (const id of balls) {
      const [x, y, z] = positionOf(world, id);
      expect(Math.abs(x)).toBeLessThan(0.5);
      expect(Math.abs(z)).toBeLessThan(0.5);
      expect(y).toBeGreaterThan(5.19);
      for (const piece of pieces) expect(piece.signedDistance([x, y, z])).toBeGreaterThan(0.09);
    }
  });

  test('does not pass a wall at 60 m/s, nor a compound wall', () => {
    for (let variant = 0; variant < 12; variant++) {
      const { world, look } = made(4, DUMBBELL);
      const wall = defineCompound(world, 5, [
        box([0.1, 2, 4], [0, 2, 0]),
        box([0.1, 2, 4], [0, -2, 0]),
      ]);
      play(world, 1);
      if (variant % 2 === 0) addStatic(world, [0.1, 4, 4], { position: [0, 40, 0] });
      else addLook(world, wall, [0, 40, 0], UPRIGHT, { kind: BodyKind.STATIC });
      const axis = [0.6, 0, 0.8] as const;
      const { entity } = addLook(world, look, [-5 - variant / 12, 40, 0], turn(axis, variant));
      world.commands.push((c) =>
        c.addImpulse(entity, [60 * massOf(look), 0, 0], [-5 - variant / 12, 40, 0]),
      );
      play(world, 1);
      expect(velocityOf(world, entity)[0]).toBeGreaterThan(50);
      playSeconds(world, 0.5);
      expect(positionOf(world, entity)[0]).toBeLessThan(-0.1);
    }
  });

  const massOf = ({ id }: Look): number => 500 * (core.definitionFrame(id)?.volume ?? 0);

  test('carries a player, is gripped and lifted by him', () => {
    const { world, look } = made(4, TABLE);
    const { entity } = addLook(world, look, [0, 0, 0], UPRIGHT, { kind: BodyKind.STATIC });
    const player = addPlayer(world, [0, 1.3, 0]);
    playSeconds(world, 2);
    expect(playerOf(world, player.entity).foot[1]).toBeCloseTo(1, 1);
    expect(core.hasEntity(entity)).toBe(true);

    const hold = made(4, [ball(0.1, [-0.3, 0, 0]), ball(0.1, [0.3, 0, 0])]);
    const taker = addPlayer(hold.world, [0, 0, 0]);
    const held = addLook(hold.world, hold.look, [0.2, 1.1, -0.6], UPRIGHT).entity;
    const hands = pose([-250, 1100, -350], [450, 1100, -500]);
    hold.world.inputs.set(taker.entity, steady({ buttons: Button.GRIP_RIGHT }, hands));
    play(hold.world, 4);
    expect(playerOf(hold.world, taker.entity).rightHeld).toBe(held);
    playSeconds(hold.world, 1);
    expect(positionOf(hold.world, held)[1]).toBeGreaterThan(0.9);
  });
});

describe('a pile of compounds', () => {
  function pile(count: number): { world: World; looks: Look[]; bodies: Array<[number, Look]> } {
    const world = newWorld(core);
    const random = seeded(21);
    const hull = defineHull(world, 50, anyPoints(random));
    const looks = [
      defineCompound(world, 1, TABLE),
      defineCompound(world, 2, DUMBBELL),
      defineCompound(world, 3, CRIB),
      defineCompound(
        world,
        4,
        [
          { shape: ShapeKind.HULL, definition: 50, offset: [0.2, 0, 0], rotation: UPRIGHT },
          box([0.6, 0.1, 0.1], [0, 0, 0]),
        ],
        [hull],
      ),
      hull,
    ];
    play(world, 1);
    for (const [x, z, halfX, halfZ] of [
      [4, 0, 0.5, 4],
      [-4, 0, 0.5, 4],
      [0, 4, 4, 0.5],
      [0, -4, 4, 0.5],
    ] as const) {
      addStatic(world, [halfX, 8, halfZ], { position: [x, 8, z] });
    }
    const bodies = Array.from({ length: count }, (_, i): [number, Look] => {
      const at: Vec3 = [
        ((i % 3) - 1) * 2,
        1.5 + Math.floor(i / 9) * 2,
        (((i / 3) | 0) % 3) * 2 - 2,
      ];
      const look = looks[i % looks.length] as Look;
      return [addLook(world, look, at, rotation(random)).entity, look];
    });
    play(world, 1);
    return { world, looks, bodies };
  }

  test('settles with small overlap', () => {
    const { world, bodies } = pile(90);
    playSeconds(world, 15);
    const solids = bodies.map(([id, look]) => standing(world, look, id));
    let [deep, pairs] = [0, 0];
    for (let i = 0; i < solids.length; i++) {
      for (const piece of solids[i] ?? []) {
        const lowest = Math.min(...piece.core.corners.map((c) => c[1])) - piece.core.radius;
        expect(lowest).toBeGreaterThan(-0.03);
      }
      for (let j = i + 1; j < solids.length; j++) {
        for (const a of solids[i] ?? []) {
          for (const b of solids[j] ?? []) {
            if (gapBetween(a.core, b.core) > 0) continue;
            pairs++;
            const depth = Math.max(
              ...a.core.corners.map((c) => a.core.radius - b.signedDistance(c)),
              ...b.core.corners.map((c) => b.core.radius - a.signedDistance(c)),
            );
            if (depth > 0.02) deep++;
          }
        }
      }
    }
    expect(pairs).toBeGreaterThan(20);
    expect(deep / pairs).toBeLessThan(0.05);
    expect(world.faults).toBe(0);
    expect(findNotFinite(core)).toBeNull();
    expect(bodies.filter(([id]) => speedOf(world, id) > 0.2).length).toBeLessThan(5);
  });

  test('resimulated for the last 8 ticks, or restored elsewhere, comes out the same', () => {
    pile(40);
    const past: Uint8Array[] = [];
    for (let tick = 0; tick < 150; tick++) {
      past.push(core.snapshot());
      core.step();
      if (past.length <= 8) continue;
      const hash = core.stateHash();
      const state = past.shift() as Uint8Array;
      expect(core.restore(state)).toBe(WireFault.NONE);
      expect(other.restore(state)).toBe(WireFault.NONE);
      for (let i = 0; i <= 8; i++) {
        core.step();
        other.step();
      }
      expect(core.stateHash()).toBe(hash);
      expect(other.stateHash()).toBe(hash);
    }
  });

  test('sleeps, and is woken where something falls on it', () => {
    const { world, look } = made(4, TABLE);
    const { entity } = addLook(world, look, [0, 0, 0], UPRIGHT);
    playSeconds(world, 3);
    expect(core.isAsleep(entity)).toBe(true);
    addBall(world, 0.2, { position: [0.3, 1.4, 0.1], linearVelocity: [0, -3, 0] });
    play(world, 3);
    expect(core.isAsleep(entity)).toBe(false);
  });
});

describe('what a debugger sees of compounds', () => {
  test('pieces where the body has them', () => {
    const world = newWorld(core);
    const points = anyPoints(seeded(4));
    const hull = defineHull(world, 9, points);
    const tilt = turn([0.6, 0, 0.8], 0.7);
    const child: CompoundChild = { shape: 3, definition: 9, offset: [1, 2, 0], rotation: tilt };
    const look = defineCompound(world, 4, [child, box([0.3, 0.2, 0.1], [-1, 0, 0], tilt)], [hull]);
    play(world, 1);
    const [ofHull, ofBox] = core.compoundPieces(4) as [CompoundPiece, CompoundPiece];
    expect([ofHull.shape, ofHull.definition, ofBox.shape, ofBox.definition]).toEqual([3, 9, 2, 0]);
    expect(core.compoundPieces(9)).toEqual([]);
    const [first, second] = placeBody(world, look, [0, 0, 0], UPRIGHT) as [Piece, Piece];
    const { vertices } = core.hullMesh(9);
    for (let i = 0; i < vertices.length; i += 3) {
      const v = [...vertices.subarray(i, i + 3)] as unknown as Vec3;
      const p = addScaled(ofHull.position, rotate(ofHull.rotation, v), 1);
      expect(Math.min(...first.core.corners.map((c) => Math.hypot(...sub(c, p))))).toBeLessThan(
        1e-5,
      );
    }
    for (const v of boxPoints(ofBox.size)) {
      const p = addScaled(ofBox.position, rotate(ofBox.rotation, v), 1);
      expect(Math.min(...second.core.corners.map((c) => Math.hypot(...sub(c, p))))).toBeLessThan(
        1e-5,
      );
    }
  });

  test('contacts that lie on their surfaces, one for each leg of a table', () => {
    const { world, look } = made(4, TABLE);
    const { entity } = addLook(world, look, [0, 0, 0], UPRIGHT);
    playSeconds(world, 1);
    const contacts = emptyContacts();
    core.readContacts(contacts);
    expect(contacts.count).toBe(16);
    const pieces = standing(world, look, entity);
    for (let i = 0; i < contacts.count; i++) {
      const p = [...contacts.positions.subarray(i * 3, i * 3 + 3)] as unknown as Vec3;
      const distance = distanceTo({ entity, layer: 1, position: p, pieces }, p);
      expect(Math.abs(distance)).toBeLessThan(0.005);
    }
  });

  test('nothing of a contact that names a piece which is not there', () => {
    const { world, look } = made(4, TABLE);
    addLook(world, look, [0, 0, 0], UPRIGHT);
    playSeconds(world, 1);
    const state = core.snapshot();
    const count = core.contactCount;
    expect(count).toBe(4);
    const view = new DataView(state.buffer, state.byteOffset);
    for (let i = 0; i < count; i++) {
      view.setUint16(state.length - (count - i) * 64 + 8, 60 + i, true);
    }
    expect(core.restore(state)).toBe(WireFault.NONE);
    const contacts = emptyContacts();
    core.readContacts(contacts);
    expect(contacts.count).toBe(0);
    core.step();
    expect(findNotFinite(core)).toBeNull();
  });

  test('bounds that hold every piece', () => {
    const { world, look } = made(4, CRIB);
    const { entity } = addLook(world, look, [0, 9, 0], turn([0.6, 0, 0.8], 1));
    play(world, 1);
    const boxes = emptyBoxes();
    core.readBounds(boxes);
    for (const { core: piece } of standing(world, look, entity)) {
      for (const corner of piece.corners) {
        corner.forEach((c, axis) => {
          expect(c - piece.radius).toBeGreaterThan((boxes.lows[axis] as number) - 1e-4);
          expect(c + piece.radius).toBeLessThan((boxes.highs[axis] as number) + 1e-4);
        });
      }
    }
  });

  test('a hull of a snapshot that is damaged anywhere is refused, or goes on finite', () => {
    const world = newWorld(core);
    const random = seeded(5);
    const hull = defineHull(world, 9, boxPoints([0.4, 0.3, 0.5]));
    const child: CompoundChild = { shape: 3, definition: 9, offset: [1, 0, 0], rotation: UPRIGHT };
    const look = defineCompound(world, 4, [child, ball(0.3, [0, 0, 0])], [hull]);
    play(world, 1);
    for (let i = 0; i < 4; i++) {
      addLook(world, i % 2 === 0 ? hull : look, [0, 0.6 + i, 0], rotation(random));
    }
    play(world, 12);
    const state = core.snapshot();
    const first = 16 + HEADER_BYTES + 16;
    let [refused, taken] = [0, 0];
    for (let at = first; at < first + 2 * 400; at++) {
      for (const value of [0, 1, 0x3f, 0x7f, 0x80, 0xff]) {
        const bytes = state.slice();
        if (bytes[at] === value) continue;
        bytes[at] = value;
        if (core.restore(bytes) !== WireFault.NONE) {
          refused++;
          continue;
        }
        taken++;
        for (let tick = 0; tick < 3; tick++) core.step();
        const found = findNotFinite(core);
        if (found) throw new Error(`${found} (byte ${at - first} of the definitions)`);
      }
    }
    expect(refused).toBeGreaterThan(2000);
    expect(taken).toBeGreaterThan(100);
  });
});
