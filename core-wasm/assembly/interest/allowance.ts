import { MEMBER_CAPACITY } from '../limits';
import { Observer } from './observer';
import { nearestAlways, nearestMax } from './settings';

/**
 * What an observer may be told in a second, all together: a bucket that each frame fills and each
 * message empties. In any second he gets no more than `bytesPerSecond` and what he then owes.
 *
 * Owed is what closure demands: whoever could touch somebody whom he must have is told of at once.
 * Who owes gets fewer ghosts, then fewer players; for a while so much is kept in reserve for the
 * next time. Who has bytes left gets his players back one by one.
 */

const FRAMES_PER_SECOND: i32 = 20;
/** What may be saved up, as a shift of a second's bytes: so much less comes with the frames. */
const BURST_SHIFT: i32 = 5;
/** The reserve is counted in parts of a byte, and loses one in as many of itself a frame. */
const RESERVE_SHIFT: i32 = 8;
/** It is a quarter of a second's bytes at most. */
const RESERVE_MAX_SHIFT: i32 = 2;
/** `usage` is a sum over so many frames, the older ones fading. */
const USAGE_SHIFT: i32 = 4;
/** What a mover takes that enters, at least: a third of a player. */
const MOVER_BYTES: i32 = 36;
/** Frames from one player more or less to one more, and to one less. */
const GROW_FRAMES: i32 = 20;
const SHRINK_FRAMES: i32 = 10;
/** A player is three movers at least. */
const PLAYERS_MAX: i32 = MEMBER_CAPACITY / 3;

/** Whether bytes decide what he gets. With what he begins, they do not: that is his snapshot. */
export function isRationed(o: Observer): bool {
  return o.bytesPerSecond > 0 && o.playersMost > 0;
}

/** Whether he goes without players whom he would have without a limit. */
export function isPressed(o: Observer): bool {
  return isRationed(o) && <i32>o.playersMost <= nearestMax;
}

function burstOf(o: Observer): i32 {
  return o.bytesPerSecond >> BURST_SHIFT;
}

/** After his message of the frame was written, or none. */
export function settle(o: Observer): void {
  const most = o.bytesPerSecond;
  const burst = burstOf(o);
  if (!isRationed(o)) {
    if (most > 0 && o.messageLength > 0) {
      o.playersMost = <u16>(nearestMax + 1);
      o.balance = burst / 2;
    }
    return;
  }
  o.usage += o.messageLength - (o.usage >> USAGE_SHIFT);
  const income = (most - burst - (o.reserve >> RESERVE_SHIFT)) / FRAMES_PER_SECOND;
  // Nobody saves more than the burst, nor pays for longer than a second.
  o.balance = max<i32>(-most, min<i32>(burst, o.balance + income - o.messageLength));
  const owed = min<i32>(-o.balance, most >> RESERVE_MAX_SHIFT) << RESERVE_SHIFT;
  o.reserve = max<i32>(o.reserve - (o.reserve >> RESERVE_SHIFT), owed);
}

/** At a look, the last of which was so many frames ago: how many players he may have now. */
export function adjustPlayers(o: Observer, frames: i32): void {
  o.adjustDelay = max<i32>(0, o.adjustDelay - frames);
  const has = <i32>o.playerCount;
  const burst = burstOf(o);
  const owes = o.balance < -burst / 2 && o.adjustDelay <= GROW_FRAMES - SHRINK_FRAMES;
  const sinks = o.balance < -2 * burst && o.balance <= o.balanceBefore;
  o.balanceBefore = o.balance;
  if (owes || sinks) {
    const fewer = min<i32>(o.playersMost, has) - 1;
    o.playersMost = <u16>max<i32>(nearestAlways + 1, fewer);
  } else if (o.adjustDelay == 0 && o.balance > burst - burst / 4 && has >= <i32>o.playersMost) {
    o.playersMost = <u16>min<i32>(PLAYERS_MAX, o.playersMost + 1);
  } else return;
  o.adjustDelay = GROW_FRAMES;
}

/** What it takes at least to have so many movers enter; what they take is only known in words. */
export function leastBytes(movers: i32): i32 {
  return movers * MOVER_BYTES;
}

/**
 * Whether a group may enter of whom he had nobody, when `spent` bytes enter already: from what is
 * left, and a large one when nothing was spent for a while.
 */
export function mayEnter(o: Observer, bytes: i32, spent: i32): bool {
  const left = o.balance - spent;
  if (left < 0) return false;
  if (bytes <= left) return true;
  const usual = (o.usage * FRAMES_PER_SECOND) >> USAGE_SHIFT;
  return left == burstOf(o) && bytes <= o.bytesPerSecond - usual;
}

/**
 * Whether a group may stay of whom he has some, who would take `again` bytes at least to come back:
 * for a debt, if that is more than what those take who are new in it.
 */
export function mayStay(o: Observer, bytes: i32, spent: i32, again: i32): bool {
  const left = o.balance - spent;
  return bytes <= left || (bytes < again && bytes <= left + burstOf(o));
}

/**
 * Bytes for ghosts of the frame: fewer the less is left. `least` are for whoever has no player to
 * give for it any more.
 */
export function ghostBytesOf(o: Observer, least: i32): i32 {
  if (!isRationed(o)) return o.budget;
  const burst = burstOf(o);
  const left = max<i32>(0, min<i32>(burst, o.balance + burst / 2));
  const always = <i32>o.playersMost > nearestAlways + 1 ? 0 : min<i32>(o.budget, least);
  return max<i32>(always, (o.budget * left) / max<i32>(1, burst));
}
