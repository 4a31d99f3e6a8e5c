import { entityIndex } from '../body/body';
import { Answer, AnswerStatus } from './record';

/**
 * The nearest find so far. Of two at one distance the lower entity index wins, so that the order in
 * which a walk meets them does not matter.
 */

let distance: f32 = 0;
let entity: u32 = 0;
let status: AnswerStatus = AnswerStatus.MISS;
let point: v128 = f32x4.splat(0);
let normal: v128 = f32x4.splat(0);

export function beginBest(limit: f32): void {
  distance = limit;
  status = AnswerStatus.MISS;
}

/** Nothing further than this is of interest. */
export function bestDistance(): f32 {
  return distance;
}

/** Takes a find when it is nearer; a miss is beaten at the limit itself. False for NaN. */
export function offer(id: u32, at: f32, how: AnswerStatus, place: v128, outward: v128): void {
  if (!(at <= distance)) return;
  if (status != AnswerStatus.MISS && at == distance && entityIndex(id) >= entityIndex(entity)) {
    return;
  }
  distance = at;
  entity = id;
  status = how;
  point = place;
  normal = outward;
}

export function writeBest(a: Answer): void {
  a.status = status;
  if (status == AnswerStatus.MISS) return;
  a.distance = distance;
  a.entity = entity;
  a.point = point;
  a.normal = normal;
}
