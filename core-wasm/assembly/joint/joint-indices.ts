import { entityIndex } from '../body/body';
import { JOINT_INDICES } from '../layout';
import { header } from '../world/header';
import { joint } from './joint';

/** The indices of joint ids that are taken, one bit each; made anew for each question. */

/** 0 means none. */
const INDEX_MAX: i32 = 0xffff;

export function beginIndices(): void {
  memory.fill(JOINT_INDICES, 0, (INDEX_MAX + 1) >> 3);
}

/** Takes the index of `id`; false when it was taken or is 0. */
export function isNewIndex(id: u32): bool {
  const index = entityIndex(id);
  const at = JOINT_INDICES + (<usize>index >> 3);
  const bit = 1 << (index & 7);
  const bits = <i32>load<u8>(at);
  store<u8>(at, <u8>(bits | bit));
  return index != 0 && (bits & bit) == 0;
}

/**
 * The id that the lowest free index above `after`'s would get next, or 0 when none is free. Its
 * generation is the tick, so that an id of yesterday does not name a joint of today.
 */
export function nextJoint(after: u32): u32 {
  beginIndices();
  const count = header().jointCount;
  for (let i = 0; i < count; i++) isNewIndex(joint(i).id);
  for (let index = entityIndex(after) + 1; index <= INDEX_MAX; index++) {
    const id = (header().tick << 16) | <u32>index;
    if (isNewIndex(id)) return id;
  }
  return 0;
}
