import { expect, test } from 'bun:test';
import { createVirtualClock } from './virtual-clock.ts';

test('tasks run in order of time, then of asking, at their own time', () => {
  const clock = createVirtualClock(5000);
  const ran: string[] = [];
  const note = (name: string) => () => ran.push(`${name}@${clock.nowMs()}`);
  clock.after(20, note('c'));
  clock.after(10, note('a'));
  clock.after(10, note('b'));
  const cancel = clock.after(15, note('never'));
  cancel();
  cancel();
  clock.advance(9);
  expect(ran).toEqual([]);
  clock.advance(30);
  expect(ran).toEqual(['a@10', 'b@10', 'c@20']);
  expect(clock.nowMs()).toBe(39);
  expect(clock.wallMs()).toBe(5039);
});

test('a task may ask for another within the same advance', () => {
  const clock = createVirtualClock(0);
  const at: number[] = [];
  const again = (): void => {
    at.push(clock.nowMs());
    if (at.length < 4) clock.after(10, again);
  };
  clock.after(10, again);
  clock.advance(100);
  expect(at).toEqual([10, 20, 30, 40]);
});
