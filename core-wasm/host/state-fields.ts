import type { SectionName } from './state-sections.ts';

export type FieldType = 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'u64';

/** One number of a record. */
export interface Field {
  /** As the core's own source has it; a lane of a vector behind a dot. */
  readonly name: string;
  readonly type: FieldType;
  /** Bytes from the record's beginning. */
  readonly at: number;
}

const TYPE_BYTES: Readonly<Record<FieldType, number>> = {
  u8: 1,
  i8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  i32: 4,
  f32: 4,
  u64: 8,
};

const XYZW = ['x', 'y', 'z', 'w'] as const;
const PART = ['x', 'y', 'z', 'rotation'] as const;

/** `name type`, or `name type lane lane …`, in the record's order. */
function layOut(rows: readonly (readonly [string, FieldType, (readonly string[])?])[]): Field[] {
  const fields: Field[] = [];
  let at = 0;
  for (const [name, type, lanes] of rows) {
    for (const lane of lanes ?? ['']) {
      fields.push({ name: lane === '' ? name : `${name}.${lane}`, type, at });
      at += TYPE_BYTES[type];
    }
  }
  return fields;
}

const BODY = layOut([
  ['position', 'f32', XYZW],
  ['rotation', 'f32', XYZW],
  ['linearVelocity', 'f32', XYZW],
  ['angularVelocity', 'f32', XYZW],
  ['size', 'f32', XYZW],
  ['inverseMass', 'f32', XYZW],
  ['id', 'u32'],
  ['kind', 'u8'],
  ['shape', 'u8'],
  ['role', 'u8'],
  ['touches', 'u8'],
  ['friction', 'f32'],
  ['restitution', 'f32'],
  ['linearDamping', 'f32'],
  ['angularDamping', 'f32'],
  ['gravityScale', 'f32'],
  ['owner', 'u32'],
  ['layer', 'u16'],
  ['mask', 'u16'],
  ['stillTicks', 'u16'],
  ['asleep', 'u8'],
  ['sensor', 'u8'],
  ['definition', 'u16'],
  ['reserved1', 'u16'],
  ['reserved2', 'u32'],
]);

const GRIP = (side: string) =>
  [
    [`${side}Grip.held`, 'u32'],
    [`${side}Grip.ticks`, 'u16'],
    [`${side}Grip.kind`, 'u8'],
    [`${side}Grip.reserved0`, 'u8'],
    [`${side}Grip.reserved1`, 'u64'],
    [`${side}Offset`, 'f32', XYZW],
    [`${side}Turn`, 'f32', XYZW],
  ] as const;

const PLAYER = layOut([
  ['moveX', 'i8'],
  ['moveZ', 'i8'],
  ['yaw', 'u16'],
  ['pitch', 'i16'],
  ['buttons', 'u16'],
  ['buttonsBefore', 'u16'],
  ['grounded', 'u16'],
  ['groundEntity', 'u32'],
  ['groundNormal', 'f32', XYZW],
  ['groundGap', 'f32'],
  ['submersion', 'f32'],
  ['energy', 'f32'],
  ['reserved', 'u32'],
  ['id', 'u32'],
  ['account', 'u32'],
  ['leftHand', 'u32'],
  ['rightHand', 'u32'],
  ['headFrom', 'i32', PART],
  ['headTo', 'i32', PART],
  ['leftFrom', 'i32', PART],
  ['leftTo', 'i32', PART],
  ['rightFrom', 'i32', PART],
  ['rightTo', 'i32', PART],
  ...GRIP('left'),
  ...GRIP('right'),
]);

const JOINT = layOut([
  ['id', 'u32'],
  ['bodyA', 'u32'],
  ['bodyB', 'u32'],
  ['kind', 'u8'],
  ['flags', 'u8'],
  ['reserved0', 'u16'],
  ['anchorA', 'f32', XYZW],
  ['anchorB', 'f32', XYZW],
  ['frameA', 'f32', XYZW],
  ['frameB', 'f32', XYZW],
  ['hertz', 'f32'],
  ['damping', 'f32'],
  ['lower', 'f32'],
  ['upper', 'f32'],
  ['length', 'f32'],
  ['motorSpeed', 'f32'],
  ['motorTorque', 'f32'],
  ['reserved1', 'u32'],
  ['linearImpulse', 'f32', XYZW],
  ['angularImpulse', 'f32', XYZW],
  ['springImpulse', 'f32'],
  ['motorImpulse', 'f32'],
  ['lowerImpulse', 'f32'],
  ['upperImpulse', 'f32'],
]);

const CONTACT = layOut([
  ['idA', 'u32'],
  ['idB', 'u32'],
  ['part', 'u16'],
  ['staticB', 'u16'],
  ['pointCount', 'u32'],
  ['anchor0', 'u32'],
  ['anchor1', 'u32'],
  ['anchor2', 'u32'],
  ['anchor3', 'u32'],
  ['impulse0', 'f32'],
  ['impulse1', 'f32'],
  ['impulse2', 'f32'],
  ['impulse3', 'f32'],
  ['frictionX', 'f32'],
  ['frictionY', 'f32'],
  ['frictionZ', 'f32'],
  ['twist', 'f32'],
]);

const HEADER = layOut([
  ['tick', 'u32'],
  ['seed', 'u32'],
  ['moverCount', 'i32'],
  ['playerCount', 'i32'],
  ['contactCount', 'i32'],
  ['entityHigh', 'i32'],
  ['staticCount', 'i32'],
  ['restless', 'u32'],
  ['jointCount', 'i32'],
  ['definitionCount', 'i32'],
  ['waterLevel', 'f32'],
  ['reserved', 'u32'],
  ['gravity', 'f32', XYZW],
]);

/** The head of a definition, and the words behind it. */
const DEFINITION = layOut([
  ['id', 'u16'],
  ['kind', 'u8'],
  ['count', 'u8'],
  ['reserved0', 'u32'],
  ['reserved1', 'u64'],
  ['words', 'u32', Array.from({ length: 96 }, (_, word) => String(word))],
]);

const PREFIX = layOut([
  ['magic', 'u64'],
  ['reserved', 'u64'],
]);

const GENERATION = layOut([
  ['generation', 'u16', Array.from({ length: 8 }, (_, lane) => String(lane))],
]);

/** The fields of each section's records, in order; beside the records in `assembly/`. */
export const STATE_FIELDS: Readonly<Record<SectionName, readonly Field[]>> = {
  prefix: PREFIX,
  header: HEADER,
  generations: GENERATION,
  definitions: DEFINITION,
  movers: BODY,
  statics: BODY,
  players: PLAYER,
  joints: JOINT,
  contacts: CONTACT,
};

export function fieldBytes({ type }: Field): number {
  return TYPE_BYTES[type];
}

/** The field's number in the record that begins at `at`. */
export function readField(state: Uint8Array, at: number, field: Field): number | bigint {
  const view = new DataView(state.buffer, state.byteOffset, state.byteLength);
  const place = at + field.at;
  switch (field.type) {
    case 'u8':
      return view.getUint8(place);
    case 'i8':
      return view.getInt8(place);
    case 'u16':
      return view.getUint16(place, true);
    case 'i16':
      return view.getInt16(place, true);
    case 'u32':
      return view.getUint32(place, true);
    case 'i32':
      return view.getInt32(place, true);
    case 'f32':
      return view.getFloat32(place, true);
    case 'u64':
      return view.getBigUint64(place, true);
  }
}
