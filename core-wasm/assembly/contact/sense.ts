import { Body, BodyKind, body } from '../body/body';
import { slotOf } from '../body/body-store';
import { isActive } from '../island/active';
import { CONSTRAINT_BYTES, FIRST_STATIC } from '../layout';
import { CONTACT_CAPACITY } from '../limits';
import { w3 } from '../math/vec3';
import { collide } from '../narrowphase/dispatch';
import { manifoldPoint, pointCount } from '../narrowphase/manifold';
import { pieceCount, pieceOf } from '../shape/child';
import {
  appendConstraint,
  Constraint,
  constraint,
  constraints,
  points,
} from '../solver/constraint';
import { tie } from '../solver/solved';
import { FIXED } from '../solver/solver-body';
import { EventKind, noteEvent } from '../world/events';
import { raiseFault, StepFault } from '../world/fault';
import { header } from '../world/header';
import { Contact, contact, contactKey } from './contact';

/**
 * Sensors: bodies that meet nobody, and have a say when somebody comes into them or goes out. An
 * overlap is a contact without points that is kept from tick to tick, so it sleeps, is handed over
 * and is rolled back like any other; who came and went is the difference of two ticks' contacts.
 */

/** The part of an overlap's contact: no shape has as many. */
export const SENSOR_PART: u32 = 0xfffe;

/** Whether one of the two senses the other: sensors sense what moves, and not each other. */
export function maySense(a: Body, b: Body): bool {
  if (a.sensor == b.sensor) return false;
  return a.sensor != 0 ? b.kind != BodyKind.STATIC : a.kind != BodyKind.STATIC;
}

/** Notes the overlap of a pair of which one is a sensor, if there is one. */
export function senseOverlap(slotA: i32, slotB: i32): void {
  if (!doOverlap(body(slotA), body(slotB))) return;
  if (constraints() == CONTACT_CAPACITY) {
    raiseFault(StepFault.CONTACTS_FULL);
    return;
  }
  const first = points();
  const c = appendConstraint(0);
  memory.fill(changetype<usize>(c), 0, CONSTRAINT_BYTES);
  c.firstPoint = first;
  c.slotA = slotA;
  c.slotB = slotB >= FIRST_STATIC ? FIXED : slotB;
  tie(slotA);
  tie(c.slotB);
  c.idA = body(slotA).id;
  c.idB = body(slotB).id;
  c.part = SENSOR_PART;
  c.staticB = slotB >= FIRST_STATIC ? 1 : 0;
}

function doOverlap(a: Body, b: Body): bool {
  const piecesA = pieceCount(a);
  const piecesB = pieceCount(b);
  for (let i = 0; i < piecesA; i++) {
    for (let j = 0; j < piecesB; j++) {
      collide(pieceOf(a, i, 0), pieceOf(b, j, 1));
      for (let k = 0; k < pointCount(); k++) {
        if (w3(manifoldPoint(k)) <= 0) return true;
      }
    }
  }
  return false;
}

/** Notes who came into a sensor and who left, before this tick's contacts replace the last's. */
export function noteSensed(): void {
  let old = nextOld(0);
  let now = nextNow(0);
  while (old < header().contactCount || now < constraints()) {
    const oldKey: u64 = old < header().contactCount ? keyOfContact(contact(old)) : u64.MAX_VALUE;
    const nowKey: u64 = now < constraints() ? keyOfConstraint(constraint(now)) : u64.MAX_VALUE;
    if (oldKey < nowKey) note(EventKind.SENSOR_END, contact(old).idA, contact(old).idB);
    if (nowKey < oldKey) note(EventKind.SENSOR_BEGIN, constraint(now).idA, constraint(now).idB);
    if (oldKey <= nowKey) old = nextOld(old + 1);
    if (nowKey <= oldKey) now = nextNow(now + 1);
  }
}

/** The overlap of a body that leaves, or is put elsewhere, has ended. */
export function noteSensorLeft(leaving: u32, other: u32): void {
  const slot = slotOf(other);
  if (slot >= 0 && body(slot).sensor != 0) noteEvent(EventKind.SENSOR_END, other, leaving);
  else noteEvent(EventKind.SENSOR_END, leaving, other);
}

function note(kind: EventKind, a: u32, b: u32): void {
  if (body(slotOf(a)).sensor != 0) noteEvent(kind, a, b);
  else noteEvent(kind, b, a);
}

/** The next overlap of the last tick whose bodies this tick computes; dormant ones go on. */
function nextOld(from: i32): i32 {
  const count = header().contactCount;
  for (let i = from; i < count; i++) {
    if (<u32>contact(i).part != SENSOR_PART) continue;
    const slot = slotOf(contact(i).idA);
    if (slot >= 0 && isActive(slot)) return i;
  }
  return count;
}

function nextNow(from: i32): i32 {
  for (let i = from; i < constraints(); i++) {
    if (constraint(i).part == SENSOR_PART) return i;
  }
  return constraints();
}

function keyOfContact(c: Contact): u64 {
  return contactKey(c.idA, c.idB, c.part, c.staticB);
}

function keyOfConstraint(c: Constraint): u64 {
  return contactKey(c.idA, c.idB, c.part, c.staticB);
}
