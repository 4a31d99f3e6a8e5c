import { Joint } from '../joint/joint';
import { BODY_BYTES, DEFINITION_BYTES, EXCERPT, JOINT_BYTES } from '../layout';
import { beginExcerpt, openHeader } from './excerpt';
import {
  generationBytes,
  packedBodies,
  packedContacts,
  packedDefinitions,
  packedEnd,
  packedGenerations,
  packedJoints,
  packedPlayers,
} from './packed';
import { isMover } from './packed-index';

/**
 * The open packed state without anybody who moves, in EXCERPT: the state that every newcomer begins
 * with, whoever he is, before those enter whom he simulates. Its length.
 */
export function takeBase(): i32 {
  const h = openHeader();
  const into = beginExcerpt(EXCERPT, h.entityHigh);
  memory.copy(packedGenerations(into), packedGenerations(h), generationBytes(h));
  into.definitionCount = h.definitionCount;
  const definitionBytes = h.definitionCount * DEFINITION_BYTES;
  memory.copy(packedDefinitions(into), packedDefinitions(h), definitionBytes);
  into.staticCount = h.staticCount;
  const statics = packedBodies(h) + <usize>h.moverCount * BODY_BYTES;
  memory.copy(packedBodies(into), statics, packedPlayers(h) - statics);
  let to = packedJoints(into);
  for (let at = packedJoints(h); at < packedContacts(h); at += JOINT_BYTES) {
    const j = changetype<Joint>(at);
    if (isMover(j.bodyA) || isMover(j.bodyB)) continue;
    memory.copy(to, at, JOINT_BYTES);
    to += JOINT_BYTES;
    into.jointCount++;
  }
  return <i32>(packedEnd(into) - EXCERPT);
}
