import { Body } from '../body/body';
import { Query, QueryFlag } from './record';

/** Whether the query looks at this body at all; sensors are not to be seen. */
export function isWanted(q: Query, b: Body): bool {
  if (b.sensor != 0 || (b.layer & q.mask) == 0) return false;
  return q.entity == 0 || (b.id != q.entity && b.owner != q.entity);
}

export function wantsTerrain(q: Query): bool {
  return (q.flags & QueryFlag.TERRAIN) != 0;
}
