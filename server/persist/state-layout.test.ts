import { beforeAll, expect, test } from 'bun:test';
import type { Core } from '../../core-wasm/host/core.ts';
import { fieldBytes } from '../../core-wasm/host/state-fields.ts';
import { sectionsOf } from '../../core-wasm/host/state-sections.ts';
import {
  addBody,
  addPlayer,
  makeFrame,
  newWorld,
  openCore,
  steady,
} from '../../core-wasm/test/world.ts';
import {
  convertState,
  layoutHash,
  STATE_LAYOUT,
  STATE_SCHEMA_HASH,
  type StateLayout,
  sectionLayout,
} from './state-layout.ts';
import { migrateState, type StateMigration } from './state-migrations.ts';

/** A release before there was water, and whose players carried a word more. */
const OLDER: StateLayout = {
  magic: 0x3430_4554_4154_5353n,
  sections: STATE_LAYOUT.sections.map((section) => {
    if (section.name === 'players') {
      const fields = [...section.fields, { name: 'hunger', type: 'u32', at: 256 } as const];
      return sectionLayout('players', fields);
    }
    if (section.name !== 'header') return section;
    const gone = section.fields.find(({ name }) => name === 'waterLevel');
    const fields = section.fields
      .filter((field) => field !== gone)
      .map((field) => (field.at < (gone?.at ?? 0) ? field : { ...field, at: field.at - 4 }));
    return sectionLayout('header', fields);
  }),
};

/** What `reset` gives a region: `WATER_NONE_M` of the core's limits. */
const DEFAULTS = { header: { waterLevel: -1e4 } };

const FROM_OLDER: StateMigration = {
  from: layoutHash(OLDER),
  to: STATE_SCHEMA_HASH,
  migrate: (state) => convertState(state, OLDER, STATE_LAYOUT, DEFAULTS),
};

let core: Core;
/** A state, the frames behind it, and the hash that each of them was made on. */
let state: Uint8Array;
const frames: Uint8Array[] = [];
let endHash = 0n;

beforeAll(async () => {
  core = await openCore();
  const world = newWorld(core, 5);
  for (let i = 0; i < 6; i++) addBody(world, { position: [i * 0.7, 2 + i, -2] });
  const player = addPlayer(world, [0, 0, 0]);
  const play = () => {
    const frame = makeFrame(world);
    core.stepFrame(frame);
    return frame;
  };
  for (let i = 0; i < 10; i++) play();
  world.inputs.set(player.entity, steady({ moveZ: 90, yaw: 400 }));
  for (let i = 0; i < 10; i++) play();
  state = core.snapshot();
  for (let i = 0; i < 40; i++) frames.push(play());
  endHash = core.stateHash();
});

test('the layout is that of the core: its sections, its magic number, its whole records', () => {
  const sections = sectionsOf(state);
  expect(new DataView(state.buffer, state.byteOffset).getBigUint64(0, true)).toBe(
    STATE_LAYOUT.magic,
  );
  for (const { name, recordBytes, fields } of STATE_LAYOUT.sections) {
    expect(sections?.find((section) => section.name === name)?.recordBytes).toBe(recordBytes);
    expect(fields.reduce((sum, field) => sum + fieldBytes(field), 0)).toBe(recordBytes);
  }
});

test('the schema hash is that of every stored checkpoint: who changes the layout migrates', () => {
  expect(STATE_SCHEMA_HASH).toBe(
    'df483f1fde7f704204dd664d89433826da77e93147b15668d744bf9f495d3811',
  );
  expect(layoutHash(OLDER)).not.toBe(STATE_SCHEMA_HASH);
});

test('a state of an older layout is migrated and goes on as the world that it was', () => {
  const older = convertState(state, STATE_LAYOUT, OLDER, { players: { hunger: 77 } });
  expect(older).not.toBeNull();
  expect(core.restore(older as Uint8Array)).not.toBe(0);
  const migrated = migrateState(older as Uint8Array, FROM_OLDER.from, STATE_SCHEMA_HASH, [
    FROM_OLDER,
  ]);
  if (migrated.kind !== 'state') throw new Error(migrated.kind);
  expect(core.restore(migrated.state)).toBe(0);
  for (const frame of frames) {
    expect(core.stateHash()).toBe(core.readFrameHeader(frame)?.stateHash as bigint);
    core.stepFrame(frame);
  }
  expect(core.stateHash()).toBe(endHash);
});

test('migrations follow one another', () => {
  const append = (from: string, to: string, byte: number): StateMigration => ({
    from,
    to,
    migrate: (bytes) => (bytes.length > 3 ? null : new Uint8Array([...bytes, byte])),
  });
  const chain = [append('b', 'c', 2), append('a', 'b', 1), append('c', 'd', 3)];
  const start = new Uint8Array([0]);
  const made = new Uint8Array([0, 1, 2, 3]);
  expect(migrateState(start, 'a', 'd', chain)).toEqual({ kind: 'state', state: made });
  expect(migrateState(start, 'a', 'a', chain)).toEqual({ kind: 'state', state: start });
  expect(migrateState(start, 'd', 'a', chain)).toEqual({ kind: 'no-way' });
  expect(migrateState(new Uint8Array(9), 'a', 'd', chain)).toEqual({ kind: 'refused', at: 'a' });
  const circle = [append('a', 'b', 1), append('b', 'a', 2)];
  expect(migrateState(start, 'a', 'z', circle)).toEqual({ kind: 'no-way' });
});

test('what is no state of the old layout is refused', () => {
  for (const bytes of [
    state.slice(0, -1),
    state.slice(0, 40),
    new Uint8Array(0),
    new Uint8Array(200),
  ]) {
    expect(convertState(bytes, STATE_LAYOUT, OLDER, {})).toBeNull();
  }
});
