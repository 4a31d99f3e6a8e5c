import { describe, expect, test } from 'bun:test';
import { determinism, syncEvents } from './determinism.ts';
import { sourceFile } from './source.ts';

function broken(path: string, text: string): string[] {
  const file = sourceFile(path, text);
  return [...determinism(file), ...syncEvents(file)].map(({ rule, line }) => `${rule} ${line}`);
}

describe('clock and chance', () => {
  test.each([
    'Date.now()',
    'new Date()',
    'Math.random()',
    'performance.now()',
    'setTimeout(f, 1)',
    'crypto.getRandomValues(a)',
  ])('%s is refused in every pure folder', (text) => {
    for (const folder of [
      'core-wasm/assembly',
      'core-wasm/host',
      'server/room',
      'server/game',
      'client/predict',
    ]) {
      expect(broken(`${folder}/a.ts`, `a;\n${text};`)).toEqual(['clock-and-chance 2']);
    }
  });

  test('comments, strings and tests may name them', () => {
    expect(broken('server/room/a.ts', "// Date.now\nconst a = 'Math.random';")).toEqual([]);
    expect(broken('server/room/a.test.ts', 'Date.now()')).toEqual([]);
  });

  test('elsewhere in the server only the real ports read the clock', () => {
    expect(broken('server/net/a.ts', 'Date.now()')).toEqual(['clock-and-chance 1']);
    expect(broken('server/net/a.ts', 'setTimeout(f, 1)')).toEqual([]);
    expect(broken('server/clock.ts', 'Date.now()')).toEqual([]);
    expect(broken('client/view/a.ts', 'performance.now()')).toEqual([]);
  });
});

test('rules of the game use exact arithmetic only', () => {
  expect(broken('server/game/heat/a.ts', 'Math.sin(1)')).toEqual(['inexact-math 1']);
  expect(broken('server/game/heat/a.ts', 'a ** 2')).toEqual(['inexact-math 1']);
  expect(broken('server/game/heat/a.ts', 'Math.sqrt(Math.abs(a))')).toEqual([]);
  expect(broken('client/view/a.ts', 'Math.sin(1)')).toEqual([]);
});

describe('socket events', () => {
  test.each(['async onMessage(link) {}', 'onClose: async () => {}', 'onOpen = async () => {}'])(
    '%s is refused',
    (text) => {
      expect(broken('server/session/a.ts', `({ ${text} })`)).toEqual(['sync-events 1']);
    },
  );

  test("a transport's own callbacks too", () => {
    expect(broken('server/net/a.ts', '({ async message(ws, m) {} })')).toEqual(['sync-events 1']);
    expect(broken('server/net/a.ts', '({ message(ws, m) {}, async close() {} })')).toEqual([]);
  });
});
