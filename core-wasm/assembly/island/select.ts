import { body } from '../body/body';
import { header } from '../world/header';
import { activate, clearActive } from './active';

/** Every mover that is awake is active; the broadphase adds those whom they wake. */
export function selectAwake(): void {
  clearActive();
  const movers = header().moverCount;
  for (let slot = 0; slot < movers; slot++) {
    if (body(slot).asleep == 0) activate(slot);
  }
}
