import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { STEP_STAGES } from '../host/stages.ts';

/** `STEP.md` says what the code says: stages and their calls, constants, coefficients. */

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
}

const PAGE = read('STEP.md');
const LIMITS = read('assembly/limits.ts');

/** Cells of the table whose first head is `head`. */
function tableOf(head: string): string[][] {
  const from = PAGE.indexOf(`\n| ${head} |`);
  if (from < 0) throw new Error(`no table of ${head}`);
  const end = PAGE.indexOf('\n\n', from);
  return PAGE.slice(from + 1, end)
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** A constant of the core that is written as a number. */
function limit(name: string): number {
  const match = new RegExp(`^export const ${name}: \\w+ = (-?[\\d.]+);`, 'm').exec(LIMITS);
  if (match === null) throw new Error(`no constant ${name}`);
  return Number(match[1]);
}

test('every stage has a row with the calls that it is the time of', () => {
  const calls = new Map<string, Set<string>>();
  const step = read('assembly/world/step.ts');
  for (const [, name = '', call = ''] of step.matchAll(/at\(Stage\.(\w+)\)\) (\w+)\(/g)) {
    const stage = name.toLowerCase().replaceAll('_', '-');
    calls.set(stage, (calls.get(stage) ?? new Set()).add(call));
  }
  // What counts the tick up is no call of its own.
  calls.get('finish')?.delete('header');
  const rows = tableOf('stage').map(([stage = '', cell = '']) => [
    stage,
    [...cell.matchAll(/`(\w+)`/g)].map(([, call]) => call).sort(),
  ]);
  expect(rows).toEqual(STEP_STAGES.map((stage) => [stage, [...(calls.get(stage) ?? [])].sort()]));
});

test('constants are those of the code', () => {
  const rows = tableOf('name');
  expect(rows.length).toBeGreaterThan(10);
  for (const [name = '', value = ''] of rows) {
    expect([name, Number(value.replace('−', '-'))]).toEqual([
      name,
      limit(name.replaceAll('`', '')),
    ]);
  }
});

test('coefficients come of the constants', () => {
  const substep = 1 / 60 / limit('SUBSTEP_COUNT');
  const contact = [limit('CONTACT_HERTZ'), limit('CONTACT_DAMPING_RATIO')] as const;
  const expected = [
    contact,
    [2 * contact[0], contact[1]],
    [limit('JOINT_HERTZ'), limit('JOINT_DAMPING_RATIO')],
    [limit('GRAB_HERTZ'), limit('GRAB_DAMPING_RATIO')],
  ].map(([hertz = 0, damping = 0]) => {
    const omega = 2 * Math.PI * hertz;
    const a = substep * omega * (2 * damping + substep * omega);
    const biasRate = omega / (2 * damping + substep * omega);
    const digits: [number, number][] = [
      [substep * omega, 3],
      [biasRate, 2],
      [a / (1 + a), 4],
      [1 / (1 + a), 4],
    ];
    return [hertz, damping, ...digits.map(([value, count]) => value.toFixed(count))].map(String);
  });
  expect(tableOf('what').map((cells) => cells.slice(1))).toEqual(expected);
});
