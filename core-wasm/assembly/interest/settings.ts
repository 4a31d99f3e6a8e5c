import { FIELDS } from '../layout';
import { MEMBER_CAPACITY, NEAREST_CAPACITY } from '../limits';

/** What the host chose; see `InterestSettings` in `host/interest.ts`, where it is checked. */

export let nearestMax: i32 = 1;
export let membersMax: i32 = 1;
/** Squares of distances in m². */
export let playersWithin: f32 = 0;
export let bodiesWithin: f32 = 0;
/** What a squared distance to a member is multiplied by before it is compared. */
export let keepShare: f32 = 1;
/** The same to a player, of who cannot have all for want of bytes. */
export let pressedShare: f32 = 1;
/** The nearest players, whom nobody goes without for want of bytes. */
export let nearestAlways: i32 = 1;
export let ghostsWithin: f32 = 0;
/** Frames from one look around to the next. */
export let lookInterval: i32 = 1;

/**
 * Takes from FIELDS as f32: nearest players, members, radius of players, of bodies and of ghosts in
 * metres, share of a member's distance, frames between two looks.
 */
export function loadSettings(): void {
  nearestMax = whole(0, NEAREST_CAPACITY);
  membersMax = whole(1, MEMBER_CAPACITY);
  const keep = field(5);
  keepShare = keep * keep;
  playersWithin = field(2) * field(2);
  bodiesWithin = field(3) * field(3);
  ghostsWithin = field(4) * field(4);
  lookInterval = whole(6, 0xffff);
  nearestAlways = min<i32>(nearestMax, whole(7, NEAREST_CAPACITY));
  pressedShare = field(8) * field(8);
}

function field(word: i32): f32 {
  return load<f32>(FIELDS + ((<usize>word) << 2));
}

function whole(word: i32, most: i32): i32 {
  return <i32>max<f32>(1, min<f32>(<f32>most, field(word)));
}
