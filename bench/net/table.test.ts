import { expect, test } from 'bun:test';
import type { Row } from './measure.ts';
import { netTable, ratiosOf } from './table.ts';

function row(server: Row['server'], asked: number, bytes: number | null, cpu: number): Row {
  return {
    server,
    asked,
    joined: asked,
    stayed: asked,
    bytesDownPerPlayerPerSecond: bytes,
    bytesUpPerPlayerPerSecond: 800,
    framesPerSecond: 20,
    framesPerSecondWorst: 19.9,
    seenP50Ms: 30,
    seenP99Ms: 60,
    serverCpu: cpu,
    loadCpu: 0.3,
    othersCpu: 0.1,
    reasons: [],
    failures: [],
  };
}

test('ours is compared with those that had as many players, where both were measured', () => {
  const rows = [
    row('ours', 200, 5_000, 0.2),
    row('colyseus', 200, 25_000, 0.1),
    row('colyseus', 300, 25_000, 0.3),
    row('floor', 200, null, 0),
  ];
  const ratios = ratiosOf(rows);
  expect(ratios.map(({ to, players }) => [to, players])).toEqual([
    ['colyseus', 200],
    ['floor', 200],
  ]);
  expect(ratios[0]?.of).toMatchObject({ bytesDownPerPlayerPerSecond: 0.2, serverCpu: 2 });
  expect(ratios[1]?.of).toMatchObject({ bytesDownPerPlayerPerSecond: null, serverCpu: null });
  const lines = netTable(rows);
  expect(lines.length).toBe(1 + 4 + 1 + 1 + 2);
  expect(lines[1]).toMatch(/^ours +200 +200 +200 +5\.00/);
  expect(lines.at(-1)).toMatch(/^floor +200 +–/);
});
