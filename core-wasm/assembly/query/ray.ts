import { addScaled3, x3, z3 } from '../math/vec3';
import { terrainNormal } from '../terrain/heightfield';
import { bestDistance, offer } from './best';
import { isWanted, wantsTerrain } from './filter';
import { entryNormal, NO_ENTRY, rayEntry } from './ray-body';
import { terrainEntry } from './ray-terrain';
import { AnswerStatus, Query } from './record';
import { Tree, treeBody } from './tree';
import { beginRay, nextOnRay } from './walk';

/** First of the tree's bodies that the ray meets. A body that it begins in is not met. */
export function rayTree(q: Query, tree: Tree, direction: v128): void {
  const origin = f32x4.replace_lane(q.origin, 3, 0);
  beginRay(tree, origin, direction, f32x4.splat(0));
  for (;;) {
    const index = nextOnRay(bestDistance());
    if (index < 0) return;
    const b = treeBody(tree, index);
    if (!isWanted(q, b)) continue;
    const entry = rayEntry(b, origin, direction);
    if (entry == NO_ENTRY) continue;
    offer(b.id, entry, AnswerStatus.HIT, addScaled3(origin, direction, entry), entryNormal());
  }
}

export function rayTerrain(q: Query, direction: v128): void {
  if (!wantsTerrain(q)) return;
  const origin = f32x4.replace_lane(q.origin, 3, 0);
  const entry = terrainEntry(origin, direction, bestDistance());
  if (entry == NO_ENTRY) return;
  const place = addScaled3(origin, direction, entry);
  offer(0, entry, AnswerStatus.HIT, place, terrainNormal(x3(place), z3(place)));
}
