import {
  BODY_BYTES,
  CONTACT_SHIFT,
  DEFINITION_BYTES,
  HEADER_BYTES,
  JOINT_BYTES,
  PLAYER_BYTES,
} from '../layout';
import { Header } from './header';

/**
 * Where the sections of a packed state are, behind its header: generations, definitions, movers,
 * statics, players, joints, contacts. An excerpt has the same form and no generations.
 */

export function generationBytes(h: Header): i32 {
  return (h.entityHigh * 2 + 15) & ~15;
}

export function packedGenerations(h: Header): usize {
  return changetype<usize>(h) + HEADER_BYTES;
}

export function packedDefinitions(h: Header): usize {
  return packedGenerations(h) + <usize>generationBytes(h);
}

/** Movers, then statics, without a gap. */
export function packedBodies(h: Header): usize {
  return packedDefinitions(h) + <usize>h.definitionCount * DEFINITION_BYTES;
}

export function packedPlayers(h: Header): usize {
  return packedBodies(h) + <usize>(h.moverCount + h.staticCount) * BODY_BYTES;
}

export function packedJoints(h: Header): usize {
  return packedPlayers(h) + <usize>h.playerCount * PLAYER_BYTES;
}

export function packedContacts(h: Header): usize {
  return packedJoints(h) + <usize>h.jointCount * JOINT_BYTES;
}

export function packedEnd(h: Header): usize {
  return packedContacts(h) + ((<usize>h.contactCount) << CONTACT_SHIFT);
}
