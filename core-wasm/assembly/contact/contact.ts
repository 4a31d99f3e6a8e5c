import { body } from '../body/body';
import { slotOf } from '../body/body-store';
import { wake } from '../island/active';
import { CONTACT_BYTES, CONTACT_SHIFT, CONTACTS } from '../layout';
import { IMPULSE_MAX_NS } from '../limits';
import { isWithin4 } from '../math/vec3';
import { header } from '../world/header';
import { noteSensorLeft, SENSOR_PART } from './sense';

/**
 * What a manifold remembers for the next tick's warm start. Records are sorted by
 * (index of A; terrain, movers, statics; index of B; part) and kept only while an impulse is not
 * zero.
 */
@unmanaged
@final
export class Contact {
  idA: u32;
  /** 0 is the terrain. */
  idB: u32;
  /** Several manifolds may join one pair: the two ends of a capsule on terrain. */
  part: u16;
  /** 1 when B is a static body: those come after the movers. */
  staticB: u16;
  pointCount: u32;
  /** Where each point was; see `anchor.ts`. */
  anchor0: u32;
  anchor1: u32;
  anchor2: u32;
  anchor3: u32;
  impulse0: f32;
  impulse1: f32;
  impulse2: f32;
  impulse3: f32;
  /** Friction impulse in world axes, because the tangents turn with the normal. */
  frictionX: f32;
  frictionY: f32;
  frictionZ: f32;
  twist: f32;
}

assert(offsetof<Contact>() == CONTACT_BYTES);
assert(1 << CONTACT_SHIFT == CONTACT_BYTES);

export function contact(index: i32): Contact {
  return changetype<Contact>(CONTACTS + ((<usize>index) << CONTACT_SHIFT));
}

/** What the contact carries over to the next tick; false for NaN. */
export function areContactImpulsesSound(c: Contact): bool {
  const push = v128.load(changetype<usize>(c), offsetof<Contact>('impulse0'));
  const friction = v128.load(changetype<usize>(c), offsetof<Contact>('frictionX'));
  return isWithin4(push, IMPULSE_MAX_NS) && isWithin4(friction, IMPULSE_MAX_NS);
}

/** Sorts like the constraint list. */
export function contactKey(idA: u32, idB: u32, part: u32, staticB: u32): u64 {
  const first = (<u64>(idA & 0xffff)) << 40;
  return first | ((<u64>staticB) << 32) | ((<u64>(idB & 0xffff)) << 16) | <u64>part;
}

/** Forgets the contacts of a body that leaves or is moved by a command. */
export function dropContactsOf(id: u32): void {
  const h = header();
  let kept = 0;
  for (let i = 0; i < h.contactCount; i++) {
    const c = contact(i);
    if (c.idA == id || c.idB == id) {
      const other = c.idA == id ? c.idB : c.idA;
      if (<u32>c.part == SENSOR_PART) noteSensorLeft(id, other);
      wakeOther(other);
      continue;
    }
    if (kept != i)
      memory.copy(changetype<usize>(contact(kept)), changetype<usize>(c), CONTACT_BYTES);
    kept++;
  }
  setContactCount(kept);
}

/** Whoever leaned on what goes away must fall. */
function wakeOther(id: u32): void {
  const slot = slotOf(id);
  if (slot >= 0) wake(body(slot));
}

/** Shrinks or grows the list; what falls free is zeroed. */
export function setContactCount(count: i32): void {
  const h = header();
  if (count < h.contactCount) {
    memory.fill(
      changetype<usize>(contact(count)),
      0,
      (<usize>(h.contactCount - count)) << CONTACT_SHIFT,
    );
  }
  h.contactCount = count;
}
