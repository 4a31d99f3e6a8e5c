import { slotOf } from '../body/body-store';
import { activeCount, isActive } from '../island/active';
import { CONTACT_BYTES, CONTACT_SHIFT, CONTACTS_ASIDE } from '../layout';
import { CONTACT_CAPACITY } from '../limits';
import { add3, scale3, x3, y3, z3 } from '../math/vec3';
import { clearRecord, copyRecord } from '../record';
import { Constraint, constraint, constraints, point } from '../solver/constraint';
import { header } from '../world/header';
import { areContactImpulsesSound, Contact, contact, contactKey, setContactCount } from './contact';
import { SENSOR_PART } from './sense';

/**
 * Writes the tick's impulses back as contacts; manifolds without any impulse are forgotten, and so
 * are those with one that no state may hold: a player whom a mountain on a joint drags along. Those
 * of dormant bodies stay as they are.
 */
export function keepContacts(): void {
  const hasDormant = activeCount() < header().moverCount;
  const dormant = hasDormant ? setAsideDormant() : 0;
  const count = constraints();
  let kept = 0;
  let next = 0;
  for (let i = 0; i < count; i++) {
    const c = constraint(i);
    if (!carries(c)) continue;
    const key = contactKey(c.idA, c.idB, c.part, c.staticB);
    while (next < dormant && keyOf(aside(next)) < key) putBack(kept++, aside(next++));
    if (kept == CONTACT_CAPACITY) break;
    keep(kept, c);
    if (areContactImpulsesSound(contact(kept))) kept++;
    else clearRecord(changetype<usize>(contact(kept)), CONTACT_BYTES);
  }
  while (next < dormant && kept < CONTACT_CAPACITY) putBack(kept++, aside(next++));
  if (kept < header().contactCount) setContactCount(kept);
  else header().contactCount = kept;
}

/** Contacts of dormant bodies as they were; their A is dormant, for islands sleep as one. */
function setAsideDormant(): i32 {
  const count = header().contactCount;
  let dormant = 0;
  for (let i = 0; i < count; i++) {
    const slot = slotOf(contact(i).idA);
    if (slot < 0 || isActive(slot)) continue;
    copyRecord(changetype<usize>(aside(dormant)), changetype<usize>(contact(i)), CONTACT_BYTES);
    dormant++;
  }
  return dormant;
}

function aside(index: i32): Contact {
  return changetype<Contact>(CONTACTS_ASIDE + ((<usize>index) << CONTACT_SHIFT));
}

function putBack(index: i32, from: Contact): void {
  copyRecord(changetype<usize>(contact(index)), changetype<usize>(from), CONTACT_BYTES);
}

function keyOf(c: Contact): u64 {
  return contactKey(c.idA, c.idB, c.part, c.staticB);
}

function carries(c: Constraint): bool {
  if (c.part == SENSOR_PART) return true;
  for (let j = 0; j < c.pointCount; j++) {
    if (point(c.firstPoint + j).impulse > 0) return true;
  }
  return false;
}

function keep(index: i32, c: Constraint): void {
  const kept = contact(index);
  clearRecord(changetype<usize>(kept), CONTACT_BYTES);
  kept.idA = c.idA;
  kept.idB = c.idB;
  kept.part = <u16>c.part;
  kept.staticB = <u16>c.staticB;
  kept.pointCount = c.pointCount;
  for (let j = 0; j < c.pointCount; j++) {
    const p = point(c.firstPoint + j);
    const at = changetype<usize>(kept) + ((<usize>j) << 2);
    store<u32>(at, p.anchor, offsetof<Contact>('anchor0'));
    store<f32>(at, p.impulse, offsetof<Contact>('impulse0'));
  }
  const friction = add3(scale3(c.tangent1, c.impulse1), scale3(c.tangent2, c.impulse2));
  kept.frictionX = x3(friction);
  kept.frictionY = y3(friction);
  kept.frictionZ = z3(friction);
  kept.twist = c.twist;
}
