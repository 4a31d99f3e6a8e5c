import { expect, test } from 'bun:test';
import { createVirtualClock } from '../sim/virtual-clock.ts';
import { createLog } from './log.ts';

const TICKET = `eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiI3In0.${'s_-'.repeat(28)}sA`;

function record(level: 'info' | 'debug' = 'info') {
  const lines: string[] = [];
  const clock = createVirtualClock(1_700_000_000_000);
  return { lines, log: createLog({ level, clock, write: (line) => void lines.push(line) }) };
}

test('a line is one JSON object with level, time and fields', () => {
  const { lines, log } = record();
  log.info({ players: 3 }, 'joined');
  log.debug('not at this level');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    timeMs: 1_700_000_000_000,
    players: 3,
    msg: 'joined',
  });
  expect(lines[0]).toEndWith('\n');
});

test('no ticket gets into a line, wherever it stands', () => {
  const { lines, log } = record();
  log.info({ ticket: TICKET }, 'by key');
  log.info({ deep: { er: [`spacetime.v1, ticket.${TICKET}`] } }, 'deep');
  log.info(`in words ${TICKET}.`);
  log.error(new Error(`in an error ${TICKET}`));
  log.child({ authorization: `Bearer ${TICKET}` }).info('bound');
  expect(lines).toHaveLength(5);
  for (const line of lines) {
    expect(line).toContain('[ticket]');
    expect(line).not.toContain('eyJ');
    expect(JSON.parse(line)).toBeObject();
  }
});

test('no password of an address gets into a line', () => {
  const { lines, log } = record();
  log.error(new Error('connect postgres://root:hunter2@db:5432/x failed'));
  log.error({ url: 'redis://:hunter2@cache' }, 'x');
  for (const line of lines) {
    expect(line).not.toContain('hunter2');
    expect(line).toContain('[secret]@');
  }
});
