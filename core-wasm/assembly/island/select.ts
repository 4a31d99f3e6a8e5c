import { body } from '../body/body';
import { header } from '../world/header';
import { activate, clearActive } from './active';
import { selectPart } from './part';

/** The movers that a tick begins with; the broadphase adds those whom they wake. */
export function selectActive(isPart: bool): void {
  if (isPart) selectPart();
  else selectAwake();
}

/** In a whole tick, whoever is awake. */
function selectAwake(): void {
  clearActive();
  const movers = header().moverCount;
  for (let slot = 0; slot < movers; slot++) {
    if (body(slot).asleep == 0) activate(slot);
  }
}
