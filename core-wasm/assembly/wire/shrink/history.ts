import { Player } from '../../player/player';
import { HISTORY_BYTES, History, PartHistory, partHistory } from '../pack/history';
import { Flag, Row } from './context';
import { codeFlag, codeRaw, codeSmall, codeWord } from './model';
import { codeTurnFrom } from './poses';

/**
 * What both ends of the wire remember of a player's entries (`wire/pack/history.ts`): whoever meets
 * him midway is given it. His record has the last two poses and the last intent, so that the pose
 * before those is left, and how far he went from what was predicted.
 */

/** The history at `at` of a player at a frame's first tick; it is zero before it is decoded. */
export function codeHistory(p: Player, at: usize): void {
  if (!codeFlag(Flag.HISTORY_KNOWN, isKnown(at))) return;
  const h = changetype<History>(at);
  h.yaw = <u16>near(Row.HISTORY_INTENT, p.yaw, h.yaw);
  h.yawBefore = <u16>near(Row.HISTORY_BEFORE, h.yaw, h.yawBefore);
  h.pitch = <i16>near(Row.HISTORY_INTENT, p.pitch, h.pitch);
  h.pitchBefore = <i16>near(Row.HISTORY_BEFORE + 1, h.pitch, h.pitchBefore);
  h.moveX = <i8>near(Row.HISTORY_INTENT, p.moveX, h.moveX);
  h.moveZ = <i8>near(Row.HISTORY_INTENT, p.moveZ, h.moveZ);
  h.buttons = <u8>codeWord(Row.HISTORY_INTENT, p.buttons, h.buttons);
  h.flags = <u8>codeRaw(3, h.flags);
  h.moveSpread = <u16>codeWord(Row.INTENT_SPREAD, 0, h.moveSpread);
  h.yawSpread = <u16>codeWord(Row.INTENT_SPREAD + 1, 0, h.yawSpread);
  h.pitchSpread = <u16>codeWord(Row.INTENT_SPREAD + 2, 0, h.pitchSpread);
  h.posed = codeFlag(Flag.HISTORY_POSED, h.posed != 0) ? 1 : 0;
  if (h.posed == 0) return;
  codePart(partHistory(at, 0), p.headTo, p.headFrom, 0);
  codePart(partHistory(at, 1), p.leftTo, p.leftFrom, 1);
  codePart(partHistory(at, 2), p.rightTo, p.rightFrom, 1);
}

function isKnown(at: usize): bool {
  for (let i: usize = 0; i < <usize>HISTORY_BYTES; i += 8) {
    if (load<u64>(at + i) != 0) return true;
  }
  return false;
}

/** Sixteen bits that wrap. */
function near(row: u32, expected: i32, value: i32): i32 {
  return expected + codeSmall(row, <i32>(<i16>(value - expected)));
}

function codePart(h: PartHistory, to: v128, from: v128, isHand: u32): void {
  h.x = <i16>near(Row.HISTORY_PLACE, i32x4.extract_lane(to, 0), h.x);
  h.y = <i16>near(Row.HISTORY_PLACE, i32x4.extract_lane(to, 1), h.y);
  h.z = <i16>near(Row.HISTORY_PLACE, i32x4.extract_lane(to, 2), h.z);
  h.xBefore = <i16>near(Row.HISTORY_PLACE, i32x4.extract_lane(from, 0), h.xBefore);
  h.yBefore = <i16>near(Row.HISTORY_PLACE, i32x4.extract_lane(from, 1), h.yBefore);
  h.zBefore = <i16>near(Row.HISTORY_PLACE, i32x4.extract_lane(from, 2), h.zBefore);
  // He went on as he goes.
  const row = Row.HISTORY_EARLIER + isHand;
  h.xEarlier = <i16>near(row, 2 * <i32>h.xBefore - h.x, h.xEarlier);
  h.yEarlier = <i16>near(row, 2 * <i32>h.yBefore - h.y, h.yEarlier);
  h.zEarlier = <i16>near(row, 2 * <i32>h.zBefore - h.z, h.zEarlier);
  h.rotation = codeWord(Row.HISTORY_TURN, i32x4.extract_lane(to, 3), h.rotation);
  h.rotationBefore = codeWord(Row.HISTORY_TURN, i32x4.extract_lane(from, 3), h.rotationBefore);
  h.rotationEarlier = codeFlag(Flag.EARLIER_TURNS, h.rotationEarlier != h.rotationBefore)
    ? codeTurnFrom(h.rotationEarlier, h.rotationBefore, isHand)
    : h.rotationBefore;
  h.placeSpread = <u16>codeWord(Row.PART_SPREAD + isHand, 0, h.placeSpread);
  h.turnSpread = <u16>codeWord(Row.PART_SPREAD + 2 + isHand, 0, h.turnSpread);
}
