import { Shape } from '../body/body';
import { inertiaOf } from '../body/mass';
import { SHAPE_BYTES } from '../layout';
import { COMPOUND_CHILDREN_MAX } from '../limits';
import {
  axisX,
  axisY,
  axisZ,
  conjugate,
  mulQuat,
  normalizeQuat,
  quat,
  rotate,
  rotateInverse,
} from '../math/quat';
import { add3, sub3, vec3, w3, x3, y3, z3 } from '../math/vec3';
import { childRecord, Definition, shapeOf } from './definition';
import { Hull } from './hull';
import {
  addSolid,
  beginTensor,
  finishTensor,
  principalInertia,
  principalRotation,
  tensorX,
  tensorY,
  tensorZ,
} from './mass-tensor';

/** One shape of a compound in the body's axes, 64 bytes. */
@unmanaged
@final
export class Child {
  position: v128;
  rotation: v128;
  size: v128;
  shape: u8;
  reserved0: u8;
  definition: u16;
  reserved1: u32;
  reserved2: u64;
}

const CHILDREN: usize = offsetof<Hull>();

assert(<i32>(CHILDREN + COMPOUND_CHILDREN_MAX * offsetof<Child>()) <= SHAPE_BYTES);

export function childAt(h: Hull, index: i32): Child {
  return changetype<Child>(changetype<usize>(h) + CHILDREN + <usize>index * offsetof<Child>());
}

/**
 * Children about the common centre of mass in the common principal axes. Where children overlap
 * their mass counts twice.
 */
export function buildCompound(d: Definition, h: Hull): void {
  memory.fill(changetype<usize>(h), 0, SHAPE_BYTES);
  h.childCount = d.count;
  beginTensor();
  for (let i = 0; i < h.childCount; i++) {
    place(d, i, childAt(h, i));
    weigh(childAt(h, i));
  }
  finishTensor();
  h.centre = vec3(<f32>tensorX(), <f32>tensorY(), <f32>tensorZ());
  h.rotation = principalRotation();
  h.inertia = principalInertia();
  const back = conjugate(h.rotation);
  for (let i = 0; i < h.childCount; i++) {
    const child = childAt(h, i);
    child.position = rotateInverse(h.rotation, sub3(child.position, h.centre));
    child.rotation = normalizeQuat(mulQuat(back, child.rotation));
  }
}

/** The child's body axes in the axes of the definition: a hull's are not those it was given in. */
function place(d: Definition, index: i32, child: Child): void {
  const from = childRecord(d, index);
  child.shape = from.shape;
  child.definition = from.definition;
  child.size = vec3(from.sizeX, from.sizeY, from.sizeZ);
  child.position = vec3(from.offsetX, from.offsetY, from.offsetZ);
  child.rotation = normalizeQuat(
    quat(from.rotationX, from.rotationY, from.rotationZ, from.rotationW),
  );
  if (child.shape != Shape.HULL) return;
  const hull = shapeOf(child.definition);
  child.position = add3(child.position, rotate(child.rotation, hull.centre));
  child.rotation = normalizeQuat(mulQuat(child.rotation, hull.rotation));
}

function weigh(child: Child): void {
  const inertia = inertiaOf(child.shape, child.size, child.definition, 1);
  const x = <f64>x3(inertia);
  const y = <f64>y3(inertia);
  const z = <f64>z3(inertia);
  addSolid(
    <f64>w3(inertia),
    <f64>x3(child.position),
    <f64>y3(child.position),
    <f64>z3(child.position),
    axisX(child.rotation),
    0.5 * (y + z - x),
    axisY(child.rotation),
    0.5 * (z + x - y),
    axisZ(child.rotation),
    0.5 * (x + y - z),
  );
}
