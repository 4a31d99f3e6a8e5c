import { Button } from '../../player/player';
import { decide } from './coder';
import * as Context from './context';
import { Kind } from './context';
import { History } from './history';
import { codeValue, expectedWay, followSpread, refuseValue, spreadClass } from './residual';

/**
 * One intent of the entry at `at`, against the one of the tick before: a stick stays, a view that
 * turns goes on turning.
 */

const MOVE_MAX: i32 = 127;
const PITCH_MAX: i32 = 16384;
/** Residuals of angles count less by this shift: their units are finer than any hand is steady. */
const ANGLE_SHIFT: i32 = 4;

let movesChanged: u32 = 0;
let yawChanged: u32 = 0;
let pitchChanged: u32 = 0;

export function codeIntent(h: History, at: usize, tick: u32): void {
  if (tick == 0) {
    movesChanged = 0;
    yawChanged = 0;
    pitchChanged = 0;
  }
  codeMoves(h, at, tick);
  codeYaw(h, at, tick);
  codePitch(h, at, tick);
  codeButtons(h, at, tick);
}

/** A tick without an own intent repeats the one before. */
export function repeatIntent(h: History): void {
  h.yawBefore = h.yaw;
  h.pitchBefore = h.pitch;
}

/** Of the ticks of this frame already seen: none, or whether the last one changed. */
function surprise(tick: u32, changed: u32): u32 {
  return tick == 0 ? 0 : 2 * tick - 1 + changed;
}

function codeMoves(h: History, at: usize, tick: u32): void {
  const spread = spreadClass(h.moveSpread);
  const seen = surprise(tick, movesChanged);
  const x = codeMove(spread, seen, h.moveX, load<i8>(at));
  const again = tick == 0 && x != h.moveX ? 1 : seen;
  const z = codeMove(spread, again, h.moveZ, load<i8>(at, 1));
  const sum = abs(x - <i32>h.moveX) + abs(z - <i32>h.moveZ);
  movesChanged = u32(sum != 0);
  h.moveSpread = followSpread(h.moveSpread, sum);
  h.moveX = <i8>x;
  h.moveZ = <i8>z;
  store<i8>(at, <i8>x);
  store<i8>(at, <i8>z, 1);
}

function codeMove(spread: u32, seen: u32, last: i32, value: i32): i32 {
  return codeValue(Kind.MOVE, spread, seen, 0, 0, last, value, -MOVE_MAX, MOVE_MAX);
}

/** Yaw wraps: it is coded as the shortest turn, which has one form. */
function codeYaw(h: History, at: usize, tick: u32): void {
  const last = <i32>h.yaw;
  const way = <i32>(<i16>(h.yaw - h.yawBefore));
  const spread = spreadClass(h.yawSpread);
  const expected = <i32>(<u16>(last + expectedWay(Kind.YAW, spread, way, 0)));
  const turn = <i32>(<i16>(<i32>load<u16>(at, 2) - expected));
  const seen = surprise(tick, yawChanged);
  const found = codeValue(Kind.YAW, spread, seen, way, 0, 0, turn, -32768, 32767);
  const yaw = <u16>(expected + found);
  yawChanged = u32(yaw != h.yaw);
  h.yawSpread = followSpread(h.yawSpread, (abs(found) * 3) >> ANGLE_SHIFT);
  h.yawBefore = h.yaw;
  h.yaw = yaw;
  store<u16>(at, yaw, 2);
}

function codePitch(h: History, at: usize, tick: u32): void {
  const last = <i32>h.pitch;
  const way = last - <i32>h.pitchBefore;
  const spread = spreadClass(h.pitchSpread);
  const expected = last + expectedWay(Kind.PITCH, spread, way, 0);
  const value = <i32>load<i16>(at, 4);
  const seen = surprise(tick, pitchChanged);
  const pitch = codeValue(Kind.PITCH, spread, seen, way, 0, expected, value, -PITCH_MAX, PITCH_MAX);
  pitchChanged = u32(pitch != last);
  h.pitchSpread = followSpread(h.pitchSpread, (abs(pitch - expected) * 3) >> ANGLE_SHIFT);
  h.pitchBefore = h.pitch;
  h.pitch = <i16>pitch;
  store<i16>(at, <i16>pitch, 4);
}

function codeButtons(h: History, at: usize, tick: u32): void {
  const value = <u32>load<u8>(at, 6);
  const last = <u32>h.buttons;
  let found = last;
  if (decide(Context.BUTTONS_CHANGE + tick, value != last)) {
    found = 0;
    for (let i: u32 = 0; i < 8; i++) {
      const context = Context.BUTTON + (i << 1) + ((last >>> i) & 1);
      found |= u32(decide(context, ((value >>> i) & 1) != 0)) << i;
    }
    if (found == last) refuseValue();
  }
  if (found > <u32>Button.ALL) refuseValue();
  h.buttons = <u8>found;
  store<u8>(at, <u8>found, 6);
}
