import { BODIES, BODY_BYTES } from '../layout';

export const enum BodyKind {
  DYNAMIC = 0,
  KINEMATIC = 1,
  STATIC = 2,
}

export const enum Shape {
  SPHERE = 0,
  CAPSULE = 1,
  BOX = 2,
  HULL = 3,
  COMPOUND = 4,
}

export const enum Role {
  LOOSE = 0,
  PLAYER = 1,
  HAND_LEFT = 2,
  HAND_RIGHT = 3,
}

/** The layer of whatever was not put on another. */
export const LAYER_DEFAULT: u16 = 1;
export const LAYERS_ALL: u16 = 0xffff;

/** One rigid body, 144 bytes. Origin is the centre of mass. */
@unmanaged
@final
export class Body {
  position: v128;
  rotation: v128;
  linearVelocity: v128;
  angularVelocity: v128;
  /** Sphere: radius. Capsule along y: radius, half length. Box: half extents. Else zero. */
  size: v128;
  /** Diagonal of the inverse inertia in body axes, and the inverse mass in lane 3. */
  inverseMass: v128;
  /** generation << 16 | index. */
  id: u32;
  kind: u8;
  shape: u8;
  role: u8;
  /** 1 while a hand pushes what it meets. */
  touches: u8;
  friction: f32;
  restitution: f32;
  linearDamping: f32;
  angularDamping: f32;
  gravityScale: f32;
  /** Player that a hand belongs to, its own id for a player, else 0. */
  owner: u32;
  /** Bits of the layers that the body is on, and of those that it meets. */
  layer: u16;
  mask: u16;
  /** Ticks for which it has hardly moved, saturating. */
  stillTicks: u16;
  /** 1 while its island sleeps. */
  asleep: u8;
  /** 1 for a body that meets nobody and notes whom it overlaps; see `contact/sense.ts`. */
  sensor: u8;
  /** What a hull or compound looks like (`shape/definition.ts`), else 0. */
  definition: u16;
  reserved1: u16;
  reserved2: u32;
}

assert(offsetof<Body>() == BODY_BYTES);

/** Movers have the slots from 0 on, statics those from `FIRST_STATIC` on. */
export function body(slot: i32): Body {
  return changetype<Body>(BODIES + <usize>slot * BODY_BYTES);
}

export function entityIndex(id: u32): i32 {
  return <i32>(id & 0xffff);
}
