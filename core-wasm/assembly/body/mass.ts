import { vec3, x3, y3, z3 } from '../math/vec3';
import { Body, BodyKind, Shape } from './body';

/** Sets inverse mass and inertia from shape and density (kg/m³); zero unless dynamic. */
export function setMass(b: Body, density: f32): void {
  if (b.kind != BodyKind.DYNAMIC) {
    b.inverseMass = f32x4.splat(0);
    return;
  }
  if (b.shape == Shape.SPHERE) sphereMass(b, density);
  else if (b.shape == Shape.CAPSULE) capsuleMass(b, density);
  else boxMass(b, density);
}

function setInverse(b: Body, mass: f32, ix: f32, iy: f32, iz: f32): void {
  b.inverseMass = f32x4.replace_lane(vec3(1.0 / ix, 1.0 / iy, 1.0 / iz), 3, 1.0 / mass);
}

function sphereMass(b: Body, density: f32): void {
  const r = x3(b.size);
  const mass = density * <f32>((4.0 / 3.0) * Math.PI) * r * r * r;
  const inertia: f32 = 0.4 * mass * r * r;
  setInverse(b, mass, inertia, inertia, inertia);
}

/** Cylinder plus the two half spheres moved out by Steiner's theorem. */
function capsuleMass(b: Body, density: f32): void {
  const r = x3(b.size);
  const length: f32 = 2.0 * y3(b.size);
  const cylinder = density * <f32>Math.PI * r * r * length;
  const ball = density * <f32>((4.0 / 3.0) * Math.PI) * r * r * r;
  const along: f32 = 0.5 * cylinder * r * r + 0.4 * ball * r * r;
  const half: f32 = 0.5 * length;
  const across: f32 =
    cylinder * ((length * length) / 12.0 + 0.25 * r * r) +
    ball * (0.4 * r * r + half * half + 0.75 * half * r);
  setInverse(b, cylinder + ball, across, along, across);
}

function boxMass(b: Body, density: f32): void {
  const x = x3(b.size);
  const y = y3(b.size);
  const z = z3(b.size);
  const mass = density * 8.0 * x * y * z;
  const third = mass / 3.0;
  setInverse(b, mass, third * (y * y + z * z), third * (x * x + z * z), third * (x * x + y * y));
}
