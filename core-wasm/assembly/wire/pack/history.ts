/**
 * What both ends remember of one player: his last three poses and two intents, and how far he went
 * from what was predicted. It is small, so that whoever meets him midway is given it as it is;
 * zeros are a player of whom nothing is known, and his next chunk is a key frame. Any bytes are
 * sound: they give other predictions, no more.
 */
export const HISTORY_BYTES: i32 = 128;
const INTENT_BYTES: usize = 20;
const PART_BYTES: usize = 36;

@unmanaged
@final
export class History {
  yaw: u16;
  yawBefore: u16;
  pitch: i16;
  pitchBefore: i16;
  moveX: i8;
  moveZ: i8;
  buttons: u8;
  /** Of the last entry. */
  flags: u8;
  moveSpread: u16;
  yawSpread: u16;
  pitchSpread: u16;
  /** 1 once a pose came. */
  posed: u8;
}

@unmanaged
@final
export class PartHistory {
  x: i16;
  y: i16;
  z: i16;
  xBefore: i16;
  yBefore: i16;
  zBefore: i16;
  xEarlier: i16;
  yEarlier: i16;
  zEarlier: i16;
  free: u16;
  rotation: u32;
  rotationBefore: u32;
  rotationEarlier: u32;
  placeSpread: u16;
  turnSpread: u16;
}

assert(offsetof<History>() <= INTENT_BYTES);
assert(offsetof<PartHistory>() == PART_BYTES);
assert(<i32>(INTENT_BYTES + 3 * PART_BYTES) == HISTORY_BYTES);

export function partHistory(history: usize, part: i32): PartHistory {
  return changetype<PartHistory>(history + INTENT_BYTES + <usize>part * PART_BYTES);
}

const UNTURNED: u32 = 0xe0080200;
const HEAD_MM: i16 = 1650;
const HAND_MM: i16 = 1100;

/** Before the first pose: somebody who stands there, so that it costs a little less. */
export function expectPose(history: usize): void {
  const h = changetype<History>(history);
  if (h.posed != 0) return;
  h.posed = 1;
  for (let i = 0; i < 3; i++) {
    const p = partHistory(history, i);
    p.x = i == 0 ? 0 : i == 1 ? -250 : 250;
    p.y = i == 0 ? HEAD_MM : HAND_MM;
    p.z = i == 0 ? 0 : -300;
    p.rotation = UNTURNED;
    keepPart(p);
    keepPart(p);
  }
}

/** The pose stays: what is last becomes what was before. */
export function keepPose(history: usize): void {
  for (let i = 0; i < 3; i++) keepPart(partHistory(history, i));
}

function keepPart(p: PartHistory): void {
  p.xEarlier = p.xBefore;
  p.yEarlier = p.yBefore;
  p.zEarlier = p.zBefore;
  p.xBefore = p.x;
  p.yBefore = p.y;
  p.zBefore = p.z;
  keepRotation(p, p.rotation);
}

export function keepRotation(p: PartHistory, packed: u32): void {
  p.rotationEarlier = p.rotationBefore;
  p.rotationBefore = p.rotation;
  p.rotation = packed;
}
