import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { type Field, fieldBytes, STATE_FIELDS } from '../host/state-fields.ts';
import { sectionsOf } from '../host/state-sections.ts';
import { addBody, newWorld, openCore, play } from './world.ts';

const BYTES: Record<string, number> = { u8: 1, i8: 1, u16: 2, i16: 2, u32: 4, i32: 4, f32: 4 };
Object.assign(BYTES, { u64: 8, v128: 16 });

/** Fields of the class as its source declares them, where the language puts them. */
function declared(path: string, name: string, from = 0): { name: string; at: number }[] {
  const text = readFileSync(`core-wasm/assembly/${path}`, 'utf8');
  const [, body = ''] =
    new RegExp(`class ${name}\\b[^{]*\\{\\n([\\s\\S]*?)\\n\\}`).exec(text) ?? [];
  let at = from;
  return [...body.matchAll(/^ {2}(\w+): (\w+);/gm)].map(([, field = '', type = '']) => {
    const bytes = BYTES[type] as number;
    at = Math.ceil(at / bytes) * bytes;
    at += bytes;
    return { name: field, at: at - bytes };
  });
}

/** First lanes and single fields, without the records that stand inside. */
function listed(fields: readonly Field[]): { name: string; at: number }[] {
  return fields
    .filter(({ name }) => !name.includes('.') || name.endsWith('.x') || name.endsWith('.held'))
    .map(({ name, at }) => ({ name: name.replace(/\..*/, ''), at }));
}

test('the fields are where the records have them', () => {
  expect(listed(STATE_FIELDS.movers)).toEqual(declared('body/body.ts', 'Body'));
  expect(listed(STATE_FIELDS.joints)).toEqual(declared('joint/joint.ts', 'Joint'));
  expect(listed(STATE_FIELDS.contacts)).toEqual(declared('contact/contact.ts', 'Contact'));
  expect(listed(STATE_FIELDS.header)).toEqual(declared('world/header.ts', 'Header'));
  const walker = declared('player/walker.ts', 'Walker');
  const player = [...walker, ...declared('player/player.ts', 'Player', 48)];
  expect(listed(STATE_FIELDS.players)).toEqual(player);
});

test('the fields of a record fill it', async () => {
  const core = await openCore();
  const world = newWorld(core);
  addBody(world, {});
  play(world, 2);
  const sections = sectionsOf(core.snapshot()) ?? [];
  expect(sections.length).toBe(9);
  for (const { name, recordBytes } of sections) {
    const fields = STATE_FIELDS[name];
    const last = fields.at(-1) as Field;
    expect([name, last.at + fieldBytes(last)]).toEqual([name, recordBytes]);
  }
});

test('what is no state has no sections', async () => {
  const core = await openCore();
  const state = core.snapshot();
  expect(sectionsOf(state.subarray(1))).toBeNull();
  expect(sectionsOf(state.subarray(0, 60))).toBeNull();
  const longer = new Uint8Array(state.length + 1);
  longer.set(state);
  expect(sectionsOf(longer)).toBeNull();
});
