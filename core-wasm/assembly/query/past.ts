import { Body, body, Shape } from '../body/body';
import { BODY_BYTES, FIRST_STATIC, PAST_BODIES, POSE_BYTES, STAGING } from '../layout';
import { MOVER_CAPACITY, STATIC_CAPACITY } from '../limits';
import { isDefined } from '../shape/definition';
import { header } from '../world/header';
import { setPast } from './tables';

/**
 * What a query must know of a body, 64 bytes: what the host keeps of the last ticks. The ring
 * itself is the host's: who needs no past pays no memory for it, and nobody's snapshot carries it.
 */
@unmanaged
@final
class Pose {
  position: v128;
  rotation: v128;
  size: v128;
  id: u32;
  owner: u32;
  layer: u16;
  shape: u8;
  role: u8;
  definition: u16;
  reserved: u16;
}

assert(offsetof<Pose>() == POSE_BYTES);

function pose(index: i32): Pose {
  return changetype<Pose>(STAGING + <usize>index * POSE_BYTES);
}

/** Packs the movers' poses into STAGING; returns how many there are. */
export function saveMoverPoses(): i32 {
  return savePoses(0, header().moverCount);
}

export function saveStaticPoses(): i32 {
  return savePoses(FIRST_STATIC, header().staticCount);
}

function savePoses(first: i32, count: i32): i32 {
  for (let i = 0; i < count; i++) {
    const b = body(first + i);
    const p = pose(i);
    p.position = b.position;
    p.rotation = b.rotation;
    p.size = b.size;
    p.id = b.id;
    p.owner = b.owner;
    p.layer = b.layer;
    p.shape = b.shape;
    p.role = b.role;
    p.definition = b.definition;
    p.reserved = 0;
  }
  return count;
}

/**
 * Takes poses from STAGING as the bodies of the past: movers, then statics unless −1. A look that
 * is not defined here belongs to a timeline that a restore has left: such bodies are left out.
 */
export function loadPoses(movers: i32, statics: i32): void {
  assert(movers >= 0 && movers <= MOVER_CAPACITY);
  assert(statics >= -1 && statics <= STATIC_CAPACITY);
  const taken = unpack(0, movers, 0);
  setPast(taken, statics < 0 ? -1 : unpack(movers, statics, FIRST_STATIC));
}

function unpack(first: i32, count: i32, firstSlot: i32): i32 {
  let taken = 0;
  for (let i = 0; i < count; i++) {
    const p = pose(first + i);
    if (<i32>p.shape > Shape.BOX && !isDefined(p.definition, p.shape)) continue;
    const b = changetype<Body>(PAST_BODIES + <usize>(firstSlot + taken) * BODY_BYTES);
    b.position = p.position;
    b.rotation = p.rotation;
    b.size = p.size;
    b.id = p.id;
    b.owner = p.owner;
    b.layer = p.layer;
    b.shape = p.shape;
    b.role = p.role;
    b.definition = p.definition;
    taken++;
  }
  return taken;
}
