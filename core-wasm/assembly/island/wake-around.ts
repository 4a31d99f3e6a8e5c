import { body } from '../body/body';
import { boundsMax, boundsMin, computeBounds } from '../broadphase/bounds';
import { overlaps } from '../broadphase/grid';
import { header } from '../world/header';
import { wake } from './active';

/** Wakes what touches a body that a command has put there: a static one meets nobody by itself. */
export function wakeAround(slot: i32): void {
  computeBounds(slot);
  const low = boundsMin(slot);
  const high = boundsMax(slot);
  const movers = header().moverCount;
  for (let other = 0; other < movers; other++) {
    if (body(other).asleep == 0) continue;
    computeBounds(other);
    if (overlaps(low, high, boundsMin(other), boundsMax(other))) wake(body(other));
  }
}

/** From now on nobody sleeps, or whoever rests may. */
export function setRestless(restless: bool): void {
  header().restless = restless ? 1 : 0;
  if (restless) wakeAll();
}

/** What held bodies at rest is another now. */
export function wakeAll(): void {
  const movers = header().moverCount;
  for (let slot = 0; slot < movers; slot++) wake(body(slot));
}
