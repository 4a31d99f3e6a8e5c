import { expect, test } from 'bun:test';
import { UnknownChoice } from '../bench.ts';
import { type NetResult, net } from './bench.ts';
import { load, type ServerName } from './load.ts';
import { failuresOf, messageSizesOf, type Row } from './measure.ts';
import { missingFor } from './servers.ts';

/** Servers with a database of their own start, players come and go. */
const TIMEOUT_MS = 60_000;
const ALL = { scenes: undefined, engines: undefined, runtimes: undefined, quick: true };

test(
  'every server that can run here is joined, seen through and measured',
  async () => {
    const lines: string[] = [];
    const result = (await net.run((line) => lines.push(line), ALL)) as NetResult;
    const missing = missingFor('colyseus');
    const servers: ServerName[] = missing ? ['ours', 'floor'] : ['ours', 'colyseus', 'floor'];
    expect(result.rows.map(({ server }) => server)).toEqual(servers);
    if (missing !== null) expect(lines.join('\n')).toContain(missing);
    for (const row of result.rows) {
      expect(row).toMatchObject({ asked: 8, joined: 8, stayed: 8, reasons: [], failures: [] });
      expect(row.framesPerSecond).toBeGreaterThan(10);
      expect(row.framesPerSecond).toBeLessThan(25);
      expect(row.seenP50Ms).toBeGreaterThan(0);
      expect(row.seenP99Ms).toBeGreaterThanOrEqual(row.seenP50Ms as number);
      // Inputs of 26 bytes at least; a busy machine may take its time.
      expect(row.bytesUpPerPlayerPerSecond).toBeGreaterThan(10 * 26);
      expect(row.serverCpu === null || row.serverCpu > 0).toBe(true);
    }
    const [ours, floor] = [result.rows[0], result.rows.at(-1)] as [Row, Row];
    // The floor carries what ours did, to the byte; frames are counted, not planned.
    expect(messageSizesOf(floor)?.downBytes).toBeCloseTo(messageSizesOf(ours)?.downBytes ?? 0, -2);
    expect(result.ratios.map(({ to }) => to)).toEqual(servers.slice(1));
    expect(lines.some((line) => line.startsWith('ours ÷'))).toBe(true);
  },
  TIMEOUT_MS,
);

test('bots that find nobody are counted as not joined', async () => {
  const free = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } });
  free.stop(true);
  const report = await load({
    server: 'floor',
    serverPid: process.pid,
    url: `ws://127.0.0.1:${free.port}`,
    players: 3,
    spreadM: 20,
    seconds: 1,
    upBytes: 40,
    downBytes: 40,
    joinGraceMs: 300,
  });
  expect(report).toMatchObject({ asked: 3, joined: 0, stayed: 0, seenP50Ms: null });
  expect(failuresOf('floor', report).join()).toContain('only 0 of 3 joined');
  const left = failuresOf('floor', { ...report, joined: 3, stayed: 2, reasons: ['cut off'] });
  expect(left).toEqual(['floor: only 2 of 3 stayed: cut off']);
  expect(failuresOf('floor', { ...report, joined: 3, stayed: 3 })).toEqual([
    'floor: nobody saw anybody',
  ]);
});

test.each([
  ['servers', 'ours,theirs'],
  ['players', '0'],
  ['players', '10,x'],
  ['seconds', '1.5'],
])('--%s %s is refused', async (flag, value) => {
  const run = net.run(() => {}, { ...ALL, [flag]: value });
  await expect(run).rejects.toThrow(UnknownChoice);
});
