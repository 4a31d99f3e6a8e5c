import { expect, test } from 'bun:test';
import { idleActions } from './actions.ts';
import { readPad } from './gamepad.ts';

function padWith(axes: number[], pressed: number[]): Pick<Gamepad, 'axes' | 'buttons'> {
  const buttons = Array.from({ length: 17 }, (_, i) => {
    const down = pressed.includes(i);
    return { pressed: down, touched: down, value: down ? 1 : 0 };
  });
  return { axes, buttons };
}

test('left stick walks, right stick looks, both by their own directions', () => {
  const actions = idleActions();
  readPad(padWith([1, 0, 0, 0], []), actions, 10, 1);
  expect(actions.moveX).toBeCloseTo(1);
  readPad(padWith([0, -1, 1, -1], []), actions, 10, 1);
  expect(actions.moveZ).toBeCloseTo(1);
  expect(actions.turn).toBeLessThan(0);
  expect(actions.tilt).toBeGreaterThan(0);
});

test('a stick that does not quite come back to its middle does nothing', () => {
  const actions = idleActions();
  readPad(padWith([0.08, -0.09, 0.1, 0.02], []), actions, 10, 1);
  expect(actions).toEqual({
    ...idleActions(),
    moveZ: expect.closeTo(0),
    tilt: expect.closeTo(0),
    turn: expect.closeTo(0),
  });
});

test('buttons of the standard mapping', () => {
  const actions = idleActions();
  readPad(padWith([0, 0, 0, 0], [0, 5, 7, 10]), actions, 100, 1);
  expect(actions).toMatchObject({ jump: true, gripRight: true, gripLeft: false, sprint: true });
  expect(actions.reach).toBeGreaterThan(0);
});
