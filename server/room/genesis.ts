import { landingSite } from '../game/landing/landing-site.ts';
import { type Room, reserveEntity } from './room.ts';

/** Queues what stands in a new world; it comes into being with the first frames, as history. */
export function queueGenesis(room: Room): void {
  for (const body of landingSite((x, z) => room.core.terrainHeight(x, z))) {
    const entity = reserveEntity(room);
    room.commands.push((codec) => codec.addSpawnBody({ ...body, entity }));
  }
}
