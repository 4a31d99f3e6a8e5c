import { scale3, vec3, x3, y3, z3 } from '../math/vec3';
import { shapeOf } from '../shape/definition';
import { Body, BodyKind, Shape } from './body';

/** Sets inverse mass and inertia from shape and density (kg/m³); zero unless dynamic. */
export function setMass(b: Body, density: f32): void {
  if (b.kind != BodyKind.DYNAMIC) {
    b.inverseMass = f32x4.splat(0);
    return;
  }
  const inertia = inertiaOf(b.shape, b.size, b.definition, density);
  b.inverseMass = f32x4.div(f32x4.splat(1), inertia);
}

/** The diagonal of the inertia in body axes (kg m²), and the mass (kg) in lane 3. */
export function inertiaOf(shape: i32, size: v128, definition: i32, density: f32): v128 {
  if (shape == Shape.SPHERE) return sphereInertia(size, density);
  if (shape == Shape.CAPSULE) return capsuleInertia(size, density);
  if (shape == Shape.BOX) return boxInertia(size, density);
  return scale3(shapeOf(definition).inertia, density);
}

function inertia(mass: f32, x: f32, y: f32, z: f32): v128 {
  return f32x4.replace_lane(vec3(x, y, z), 3, mass);
}

function sphereInertia(size: v128, density: f32): v128 {
  const r = x3(size);
  const mass = density * <f32>((4.0 / 3.0) * Math.PI) * r * r * r;
  const about: f32 = 0.4 * mass * r * r;
  return inertia(mass, about, about, about);
}

/** Cylinder plus the two half spheres moved out by Steiner's theorem. */
function capsuleInertia(size: v128, density: f32): v128 {
  const r = x3(size);
  const length: f32 = 2.0 * y3(size);
  const cylinder = density * <f32>Math.PI * r * r * length;
  const ball = density * <f32>((4.0 / 3.0) * Math.PI) * r * r * r;
  const along: f32 = 0.5 * cylinder * r * r + 0.4 * ball * r * r;
  const half: f32 = 0.5 * length;
  const across: f32 =
    cylinder * ((length * length) / 12.0 + 0.25 * r * r) +
    ball * (0.4 * r * r + half * half + 0.75 * half * r);
  return inertia(cylinder + ball, across, along, across);
}

function boxInertia(size: v128, density: f32): v128 {
  const x = x3(size);
  const y = y3(size);
  const z = z3(size);
  const mass = density * 8.0 * x * y * z;
  const third = mass / 3.0;
  return inertia(mass, third * (y * y + z * z), third * (x * x + z * z), third * (x * x + y * y));
}
