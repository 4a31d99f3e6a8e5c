import { body } from '../../body/body';
import { slotOf } from '../../body/body-store';
import { columnId, columnOf, introduce, isIntroduced } from '../../interest/columns';
import { Observer } from '../../interest/observer';
import { ACCOUNTS, GHOST_BYTES, GHOST_RECORD_BYTES, GHOST_RECORDS, GHOSTS } from '../../layout';
import { REGION_CEILING_M, REGION_FLOOR_M, REGION_HALF_M } from '../../limits';
import { rotate, rotateInverse } from '../../math/quat';
import { add3, sub3, vec3, x3, y3, z3 } from '../../math/vec3';
import { partOffset } from '../../player/hands';
import { Player, player } from '../../player/player';
import { facing, footOf } from '../../player/upright';
import { header } from '../../world/header';

/**
 * A ghost on the wire: who he is, and where after the frame. Each player's is packed once a frame;
 * the far form is the beginning of the near one.
 *
 *   u32   index 15 │ near 1 │ account follows 1 │ generation 4, its low bits │ yaw 6 │ velocity x 5
 *   u32   head x 14 │ head z 14 │ foot y 4, the high bits
 *   u16   foot y 11, the low bits │ velocity z 5                                      far ends here
 *   u16   head height 6 │ yaw 2, its low bits │ pitch 4 │ right hand z 4, its high bits
 *   u32   left hand x, y, z 6 │ right hand x, y 6 │ right hand z 2, the low bits
 *   u32   account, the first time
 *
 * x and z over the region in 3.1 cm, y in 3.7 cm, yaw in 1/64 of a turn or 1/256, velocity in
 * 0.5 m/s around 0, pitch in 1/16 of half a turn, heights from the foot and hands from the place
 * below the head in 4 cm, in the player's own axes. What is beyond its range stands at its end.
 */

export const FAR_BYTES: i32 = 10;
export const NEAR_BYTES: i32 = 16;
const ACCOUNT_BYTES: i32 = 4;
assert(NEAR_BYTES == GHOST_RECORD_BYTES);

const NEAR: u32 = 1 << 15;
const INTRODUCES: u32 = 1 << 16;

const PLACE_STEPS: f32 = 16384.0;
const PLACE_STEPS_PER_M: f32 = PLACE_STEPS / (2.0 * REGION_HALF_M);
const FOOT_STEPS: f32 = 32768.0;
const FOOT_STEPS_PER_M: f32 = FOOT_STEPS / (REGION_CEILING_M - REGION_FLOOR_M);
const VELOCITY_STEPS_PER_MPS: f32 = 2.0;
const PART_STEPS_PER_M: f32 = 25.0;

/** Tiers that are told of head and hands. */
const NEAR_TIERS: i32 = 2;

export function ghostBytes(tier: i32, introduces: bool): i32 {
  const bytes = tier < NEAR_TIERS ? NEAR_BYTES : FAR_BYTES;
  return introduces ? bytes + ACCOUNT_BYTES : bytes;
}

/** Once a frame that is told, when all players have their columns. */
export function packGhosts(): void {
  const players = header().playerCount;
  for (let i = 0; i < players; i++) packGhost(player(i));
}

/** The nearest of `steps` steps from 0 on. */
function step(value: f32, steps: f32): u32 {
  return <u32>max<f32>(0, min<f32>(steps - 1.0, Mathf.floor(value + 0.5)));
}

function signedStep(value: f32, steps: f32): u32 {
  return step(value + steps * 0.5, steps);
}

function packGhost(p: Player): void {
  const place = columnOf(p.id);
  const owner = body(slotOf(p.id));
  const axes = facing(owner, p.yaw);
  const foot = footOf(owner);
  const head = add3(foot, rotate(axes, partOffset(p.headFrom, p.headTo, 1.0)));
  const below = vec3(x3(head), y3(foot), z3(head));
  const left = rotateInverse(axes, sub3(body(slotOf(p.leftHand)).position, below));
  const right = rotateInverse(axes, sub3(body(slotOf(p.rightHand)).position, below));
  const y = step((y3(foot) - REGION_FLOOR_M) * FOOT_STEPS_PER_M, FOOT_STEPS);
  const rightZ = signedStep(z3(right) * PART_STEPS_PER_M, 64);
  const yaw = (<u32>p.yaw + 128) >>> 8;
  const v = owner.linearVelocity;
  const to = GHOST_RECORDS + <usize>(place * GHOST_RECORD_BYTES);
  const who = (p.id & 0x7fff) | (((p.id >>> 16) & 15) << 17);
  store<u32>(to, who | (((yaw >>> 2) & 63) << 21) | (velocityStep(x3(v)) << 27));
  const x = step((x3(below) + REGION_HALF_M) * PLACE_STEPS_PER_M, PLACE_STEPS);
  const z = step((z3(below) + REGION_HALF_M) * PLACE_STEPS_PER_M, PLACE_STEPS);
  store<u32>(to, x | (z << 14) | ((y >>> 11) << 28), 4);
  store<u16>(to, <u16>((y & 0x7ff) | (velocityStep(z3(v)) << 11)), 8);
  const height = step((y3(head) - y3(foot)) * PART_STEPS_PER_M, 64);
  const pitch = (<u32>(<i32>p.pitch + 16384 + 1024) >>> 11) & 31;
  const least = min<u32>(15, pitch);
  store<u16>(to, <u16>(height | ((yaw & 3) << 6) | (least << 8) | ((rightZ >>> 2) << 12)), 10);
  const rightPlace = placeStep(right) << 18;
  const leftZ = signedStep(z3(left) * PART_STEPS_PER_M, 64) << 12;
  store<u32>(to, placeStep(left) | leftZ | rightPlace | ((rightZ & 3) << 30), 12);
  store<u32>(ACCOUNTS + ((<usize>place) << 2), p.account);
}

function velocityStep(mps: f32): u32 {
  return signedStep(mps * VELOCITY_STEPS_PER_MPS, 32);
}

/** x around the middle, y up from the foot. */
function placeStep(hand: v128): u32 {
  return signedStep(x3(hand) * PART_STEPS_PER_M, 64) | (step(y3(hand) * PART_STEPS_PER_M, 64) << 6);
}

/** Writes the ghosts of an observer's frame to `to`, where one more may be written; their end. */
export function writeGhosts(index: i32, o: Observer, to: usize): usize {
  store<u8>(to++, <u8>o.ghostCount);
  for (let i = 0; i < o.ghostCount; i++) {
    const at = GHOSTS + <usize>(o.ghostStart + i) * GHOST_BYTES;
    to = writeGhost(index, columnOf(load<u32>(at)), load<i32>(at, 4), to);
  }
  return to;
}

function writeGhost(index: i32, place: i32, tier: i32, to: usize): usize {
  const introduces = !isIntroduced(index, place);
  assert(columnId(place) != 0);
  v128.store(to, v128.load(GHOST_RECORDS + <usize>(place * GHOST_RECORD_BYTES)));
  const near: u32 = tier < NEAR_TIERS ? NEAR : 0;
  store<u32>(to, load<u32>(to) | near | (introduces ? INTRODUCES : 0));
  const end = to + <usize>ghostBytes(tier, introduces);
  if (!introduces) return end;
  introduce(index, place);
  store<u32>(end - ACCOUNT_BYTES, load<u32>(ACCOUNTS + ((<usize>place) << 2)));
  return end;
}
