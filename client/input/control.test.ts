import { describe, expect, test } from 'bun:test';
import { Button } from '../../core-wasm/host/types.ts';
import { idleActions } from './actions.ts';
import { createControl, look, rest, steer } from './control.ts';
import { sampleIntent, samplePose } from './sample.ts';

describe('steer', () => {
  test('ahead is where the head looks, in the frame of the rig', () => {
    const control = createControl();
    // The head is turned a quarter left of the rig: ahead is the rig's left.
    steer(control, { ...idleActions(), moveZ: 1 }, Math.PI / 2);
    expect(sampleIntent(control)).toMatchObject({ moveX: -127, moveZ: 0 });
    // And the head's right is the rig's front.
    steer(control, { ...idleActions(), moveX: 1 }, Math.PI / 2);
    expect(sampleIntent(control)).toMatchObject({ moveX: 0, moveZ: 127 });
  });

  test('a tap that began and ended between two ticks reaches one tick', () => {
    const control = createControl();
    steer(control, { ...idleActions(), jump: true }, 0);
    steer(control, idleActions(), 0);
    expect(sampleIntent(control).buttons).toBe(Button.JUMP);
    expect(sampleIntent(control).buttons).toBe(0);
  });

  test('a held button is in every tick', () => {
    const control = createControl();
    steer(control, { ...idleActions(), gripLeft: true, sprint: true }, 0);
    const both = Button.GRIP_LEFT | Button.SPRINT;
    expect(sampleIntent(control).buttons).toBe(both);
    expect(sampleIntent(control).buttons).toBe(both);
  });
});

test('looking stops short of straight up, turning does not stop', () => {
  const control = createControl();
  look(control, { ...idleActions(), tilt: 9, turn: 9 });
  expect(control.pitch).toBeLessThan(Math.PI / 2);
  expect(control.yaw).toBe(9);
});

test('at rest nothing is asked for', () => {
  const control = createControl();
  steer(control, { ...idleActions(), moveX: 1, jump: true, gripRight: true }, 0);
  rest(control);
  expect(sampleIntent(control)).toMatchObject({ moveX: 0, moveZ: 0, buttons: 0 });
});

test('a pose is told only once something was tracked, and is a value of its own', () => {
  const control = createControl();
  expect(samplePose(control)).toBeNull();
  control.posed = true;
  const before = samplePose(control);
  control.head.position[1] = 1.2;
  expect(before?.head.position[1]).toBe(1650);
  expect(samplePose(control)?.head.position[1]).toBe(1200);
});
