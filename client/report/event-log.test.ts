import { expect, test } from 'bun:test';
import { EventLog } from './event-log.ts';

function logAt(): { log: EventLog; pass: (ms: number) => void } {
  let nowMs = 0;
  return {
    log: new EventLog(() => nowMs),
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

test('a connection is noted when it changes, and why', () => {
  const { log, pass } = logAt();
  for (const state of ['joining', 'live', 'live']) log.noteConnection(state, '');
  pass(1000);
  log.noteConnection('reconnecting', 'the server went away');
  expect(log.events()).toEqual([
    { atMs: 0, what: 'connection joining' },
    { atMs: 0, what: 'connection live' },
    { atMs: 1000, what: 'connection reconnecting: the server went away' },
  ]);
});

test('corrections of one moment are one event, and what nobody sees is none', () => {
  const { log, pass } = logAt();
  log.noteMoved(1, 0.01, false);
  log.noteMoved(2, 0.3, false);
  log.noteMoved(3, 0.7, false);
  pass(500);
  log.noteMoved(4, 0.2, true);
  expect(log.events().map(({ what }) => what)).toEqual([
    '2 moved by a rollback, entity 3 by 0.70 m',
    '1 moved after a wait, entity 4 by 0.20 m',
  ]);
});

test('the newest events are kept, and no more than two hundred', () => {
  const { log } = logAt();
  for (let i = 0; i < 500; i++) log.note(`event ${i}`);
  expect(log.events()).toHaveLength(200);
  expect(log.events().at(-1)?.what).toBe('event 499');
});
