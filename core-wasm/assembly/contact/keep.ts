import { CONTACT_BYTES } from '../layout';
import { add3, scale3, x3, y3, z3 } from '../math/vec3';
import { Constraint, constraint, constraints, point } from '../solver/constraint';
import { header } from '../world/header';
import { Contact, contact, setContactCount } from './contact';

/** Writes the tick's impulses back as contacts; manifolds without any impulse are forgotten. */
export function keepContacts(): void {
  const count = constraints();
  let kept = 0;
  for (let i = 0; i < count; i++) {
    const c = constraint(i);
    if (!carries(c)) continue;
    keep(kept, c);
    kept++;
  }
  if (kept < header().contactCount) setContactCount(kept);
  else header().contactCount = kept;
}

function carries(c: Constraint): bool {
  for (let j = 0; j < c.pointCount; j++) {
    if (point(c.firstPoint + j).impulse > 0) return true;
  }
  return false;
}

function keep(index: i32, c: Constraint): void {
  const kept = contact(index);
  memory.fill(changetype<usize>(kept), 0, CONTACT_BYTES);
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
