import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { Core } from '../../core-wasm/host/core.ts';
import { BodyKind, ShapeKind, type SpawnBody } from '../../core-wasm/host/types.ts';
import { loadCoreModule } from '../artifacts.ts';
import type { PieceChanges, PlacedPiece } from '../ports.ts';
import { trackPieces } from './pieces.ts';

const module = await loadCoreModule();

function box(entity: number, x: number, kind: BodyKind = BodyKind.STATIC): SpawnBody {
  return {
    ...{ entity, kind, shape: ShapeKind.BOX, size: [0.1, 2, 0.3], position: [x, 50, 0] },
    ...{ rotation: [0, 0.6, 0, 0.8], linearVelocity: [0, 0, 0], angularVelocity: [0, 0, 0] },
    ...{ density: 1000, friction: 0.8, restitution: 0 },
  };
}

/** One frame of spawns and despawns. */
function play(core: Core, spawns: readonly SpawnBody[], despawns: readonly number[] = []): void {
  core.frameBegin(core.frame, core.stateHash());
  for (const body of spawns) core.addSpawnBody(body);
  for (const entity of despawns) core.addDespawn(entity);
  core.stepFrame(core.frameEnd());
}

/** What a table holds that all changes were written to. */
function apply(rows: Map<number, PlacedPiece>, changes: PieceChanges | null): void {
  for (const entity of changes?.removed ?? []) rows.delete(entity);
  for (const piece of changes?.placed ?? []) rows.set(piece.entity, piece);
}

const byEntity = (a: PlacedPiece, b: PlacedPiece) => a.entity - b.entity;
const everything = (core: Core) => (trackPieces(core, [])()?.placed ?? []).toSorted(byEntity);

test('tells each change once, and of what moves nothing', async () => {
  const core = await Core.create(module);
  const changed = trackPieces(core, []);
  expect(changed()).toBeNull();
  const wall = core.nextEntity(0);
  const floor = core.nextEntity(wall);
  const crate = core.nextEntity(floor);
  play(core, [box(wall, 1), box(floor, 20), box(crate, 40, BodyKind.DYNAMIC)]);
  const placed = changed()?.placed ?? [];
  expect(placed.map(({ entity }) => entity)).toEqual([wall, floor]);
  expect(placed[0]).toMatchObject({
    shape: ShapeKind.BOX,
    definition: 0,
    size: [Math.fround(0.1), 2, Math.fround(0.3)],
    position: [1, 50, 0],
  });
  play(core, []);
  expect(changed()).toBeNull();
  play(core, [], [wall, crate]);
  expect(changed()).toEqual({ placed: [], removed: [wall] });
});

test('an index that is used again is another piece', async () => {
  const core = await Core.create(module);
  const changed = trackPieces(core, []);
  const first = core.nextEntity(0);
  play(core, [box(first, 1)]);
  changed();
  play(core, [], [first]);
  const second = core.nextEntity(0);
  expect([second & 0xffff, second === first]).toEqual([first & 0xffff, false]);
  play(core, [box(second, 1)]);
  expect(changed()).toMatchObject({ placed: [{ entity: second }], removed: [first] });
});

test('begins with what the store has: only what differs is told', async () => {
  const core = await Core.create(module);
  const wall = core.nextEntity(0);
  const floor = core.nextEntity(wall);
  play(core, [box(wall, 1), box(floor, 20)]);
  const stored = everything(core);
  expect(trackPieces(core, stored.toReversed())()).toBeNull();
  const [first, second] = stored as [PlacedPiece, PlacedPiece];
  const stale = [{ ...first, shape: 9 }, second, { ...second, entity: 500 }];
  expect(trackPieces(core, stale)()).toEqual({ placed: [first], removed: [500] });
});

test('law: a table to which all changes were written is what stands', async () => {
  const core = await Core.create(module);
  const edits = fc.array(fc.record({ place: fc.nat(5), take: fc.nat(5), pick: fc.nat(1000) }));
  fc.assert(
    fc.property(edits, (rounds) => {
      core.reset(1);
      const changed = trackPieces(core, []);
      const rows = new Map<number, PlacedPiece>();
      for (const { place, take, pick } of rounds) {
        let entity = 0;
        const spawns = Array.from({ length: place }, (_, i) => {
          entity = core.nextEntity(entity);
          return box(entity, ((pick + i * 7) % 200) - 100);
        });
        const taken = [...rows.keys()].filter((_, i) => (i + pick) % 3 === 0).slice(0, take);
        play(core, spawns, taken);
        if (pick % 2 === 0) apply(rows, changed());
      }
      apply(rows, changed());
      expect([...rows.values()].toSorted(byEntity)).toEqual(everything(core));
    }),
    { numRuns: 40 },
  );
});
