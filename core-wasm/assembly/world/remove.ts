import { Body, BodyKind } from '../body/body';
import { Contact } from '../contact/contact';
import { Joint } from '../joint/joint';
import {
  BODY_BYTES,
  CONTACT_BYTES,
  DEFINITION_BYTES,
  EXCERPT,
  JOINT_BYTES,
  LISTED,
  PLAYER_BYTES,
  STAGING,
} from '../layout';
import { leftGripOf, Player, rightGripOf } from '../player/player';
import { WireFault } from '../wire/reader';
import {
  beginExcerpt,
  isClosed,
  isListed,
  listEntities,
  openHeader,
  openWorld,
  orderListed,
  unlist,
} from './excerpt';
import { Header } from './header';
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
import { ownerOf } from './packed-index';
import { loadState } from './snapshot';

/**
 * Removes the `count` bodies whose ids are in LISTED from the world, without a trace: nobody
 * wakes. False, and nothing changed, when a body is not there, the set is not closed, or who stays
 * would lose something static that he is joined to, holds or stands on.
 */
export function removeListed(count: i32): bool {
  openWorld();
  const h = openHeader();
  const isTaken = listEntities(LISTED, count) && isClosed(orderListed()) && !isMissed(h);
  const length = isTaken ? takeOthers(h) : 0;
  unlist();
  if (!isTaken) return false;
  memory.copy(STAGING, EXCERPT, length);
  // Who is left is unsound only where the world was before.
  return loadState(length) == WireFault.NONE;
}

/** Whether somebody who stays is joined to, holds or stands on something static that is listed. */
function isMissed(h: Header): bool {
  for (let at = packedPlayers(h); at < packedJoints(h); at += PLAYER_BYTES) {
    const p = changetype<Player>(at);
    if (isListed(p.id)) continue;
    if (isListed(leftGripOf(p).held) || isListed(rightGripOf(p).held)) return true;
    if (isListed(p.groundEntity)) return true;
  }
  for (let at = packedJoints(h); at < packedContacts(h); at += JOINT_BYTES) {
    const j = changetype<Joint>(at);
    if (!isListed(ownerOf(j)) && (isListed(j.bodyA) || isListed(j.bodyB))) return true;
  }
  return false;
}

/** The packed world without who is listed, in EXCERPT; its length. */
function takeOthers(h: Header): i32 {
  const into = beginExcerpt(EXCERPT, h.entityHigh);
  memory.copy(packedGenerations(into), packedGenerations(h), generationBytes(h));
  into.definitionCount = h.definitionCount;
  const definitionBytes = h.definitionCount * DEFINITION_BYTES;
  memory.copy(packedDefinitions(into), packedDefinitions(h), definitionBytes);
  let to = packedBodies(into);
  for (let at = packedBodies(h); at < packedPlayers(h); at += BODY_BYTES) {
    const b = changetype<Body>(at);
    if (isListed(b.id)) continue;
    to = append(to, at, BODY_BYTES);
    if (b.kind == BodyKind.STATIC) into.staticCount++;
    else into.moverCount++;
  }
  for (let at = packedPlayers(h); at < packedJoints(h); at += PLAYER_BYTES) {
    if (isListed(changetype<Player>(at).id)) continue;
    to = append(to, at, PLAYER_BYTES);
    into.playerCount++;
  }
  for (let at = packedJoints(h); at < packedContacts(h); at += JOINT_BYTES) {
    if (isListed(ownerOf(changetype<Joint>(at)))) continue;
    to = append(to, at, JOINT_BYTES);
    into.jointCount++;
  }
  for (let at = packedContacts(h); at < packedEnd(h); at += CONTACT_BYTES) {
    if (isListed(changetype<Contact>(at).idA)) continue;
    to = append(to, at, CONTACT_BYTES);
    into.contactCount++;
  }
  return <i32>(packedEnd(into) - EXCERPT);
}

function append(to: usize, from: usize, length: i32): usize {
  memory.copy(to, from, length);
  return to + <usize>length;
}
