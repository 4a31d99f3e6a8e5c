import { quat } from '../math/quat';
import { vec3 } from '../math/vec3';

/**
 * Volume, first and second moments of solids of density 1, gathered in doubles, and from them the
 * centre of mass, the principal axes and the inertia about them.
 */

let volume: f64 = 0;
let firstX: f64 = 0;
let firstY: f64 = 0;
let firstZ: f64 = 0;
/** ∫ of the products of coordinates: the symmetric matrix that Jacobi turns. */
const MOMENTS: usize = memory.data(9 * 8, 16);
const AXES: usize = memory.data(9 * 8, 16);

function entry(table: usize, row: i32, column: i32): f64 {
  return load<f64>(table + <usize>((row * 3 + column) << 3));
}

function put(table: usize, row: i32, column: i32, value: f64): void {
  store<f64>(table + <usize>((row * 3 + column) << 3), value);
}

function addMoment(row: i32, column: i32, value: f64): void {
  put(MOMENTS, row, column, entry(MOMENTS, row, column) + value);
  if (row != column) put(MOMENTS, column, row, entry(MOMENTS, column, row) + value);
}

export function beginTensor(): void {
  volume = 0;
  firstX = 0;
  firstY = 0;
  firstZ = 0;
  memory.fill(MOMENTS, 0, 72);
}

/**
 * The tetrahedron from the origin to a, b, c, negative when they run clockwise from outside
 * (Tonon, "Explicit Exact Formulas for the 3-D Tetrahedron Inertia Tensor", 2004).
 */
export function addTetrahedron(
  ax: f64,
  ay: f64,
  az: f64,
  bx: f64,
  by: f64,
  bz: f64,
  cx: f64,
  cy: f64,
  cz: f64,
): void {
  const det = ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
  const sx = ax + bx + cx;
  const sy = ay + by + cy;
  const sz = az + bz + cz;
  volume += det / 6.0;
  firstX += (det / 24.0) * sx;
  firstY += (det / 24.0) * sy;
  firstZ += (det / 24.0) * sz;
  const share = det / 120.0;
  addMoment(0, 0, share * (sx * sx + ax * ax + bx * bx + cx * cx));
  addMoment(1, 1, share * (sy * sy + ay * ay + by * by + cy * cy));
  addMoment(2, 2, share * (sz * sz + az * az + bz * bz + cz * cz));
  addMoment(0, 1, share * (sx * sy + ax * ay + bx * by + cx * cy));
  addMoment(1, 2, share * (sy * sz + ay * az + by * bz + cy * cz));
  addMoment(2, 0, share * (sz * sx + az * ax + bz * bx + cz * cx));
}

/**
 * A solid of `size` m³ with the second moments mx, my, mz (∫ of the squares along its principal
 * axes), whose centre lies at (x, y, z) and whose axes are the columns x, y, z of three vectors.
 */
export function addSolid(
  size: f64,
  x: f64,
  y: f64,
  z: f64,
  axisX: v128,
  mx: f64,
  axisY: v128,
  my: f64,
  axisZ: v128,
  mz: f64,
): void {
  volume += size;
  firstX += size * x;
  firstY += size * y;
  firstZ += size * z;
  addOuter(axisX, mx);
  addOuter(axisY, my);
  addOuter(axisZ, mz);
  addMoment(0, 0, size * x * x);
  addMoment(1, 1, size * y * y);
  addMoment(2, 2, size * z * z);
  addMoment(0, 1, size * x * y);
  addMoment(1, 2, size * y * z);
  addMoment(2, 0, size * z * x);
}

function addOuter(axis: v128, moment: f64): void {
  const x = <f64>f32x4.extract_lane(axis, 0);
  const y = <f64>f32x4.extract_lane(axis, 1);
  const z = <f64>f32x4.extract_lane(axis, 2);
  addMoment(0, 0, moment * x * x);
  addMoment(1, 1, moment * y * y);
  addMoment(2, 2, moment * z * z);
  addMoment(0, 1, moment * x * y);
  addMoment(1, 2, moment * y * z);
  addMoment(2, 0, moment * z * x);
}

/** Moves the moments to the centre of mass and turns them to principal axes. */
export function finishTensor(): void {
  const x = firstX / volume;
  const y = firstY / volume;
  const z = firstZ / volume;
  addMoment(0, 0, -volume * x * x);
  addMoment(1, 1, -volume * y * y);
  addMoment(2, 2, -volume * z * z);
  addMoment(0, 1, -volume * x * y);
  addMoment(1, 2, -volume * y * z);
  addMoment(2, 0, -volume * z * x);
  diagonalize();
}

export function tensorVolume(): f64 {
  return volume;
}

export function tensorX(): f64 {
  return firstX / volume;
}

export function tensorY(): f64 {
  return firstY / volume;
}

export function tensorZ(): f64 {
  return firstZ / volume;
}

/** Component `row` of principal axis `column`. */
export function principal(row: i32, column: i32): f64 {
  return entry(AXES, row, column);
}

/** Diagonal of the inertia about the principal axes, and the volume in lane 3. */
export function principalInertia(): v128 {
  const x = entry(MOMENTS, 0, 0);
  const y = entry(MOMENTS, 1, 1);
  const z = entry(MOMENTS, 2, 2);
  return f32x4.replace_lane(vec3(<f32>(y + z), <f32>(z + x), <f32>(x + y)), 3, <f32>volume);
}

/** Below this share of the trace a body counts as symmetric: rounding must not turn its axes. */
const SYMMETRIC_SHARE: f64 = 1e-6;
const SWEEPS: i32 = 12;

/**
 * Cyclic Jacobi (Golub & Van Loan, Matrix Computations, 8.5): always the smaller of two turns, so
 * that a body that is given in its principal axes keeps them.
 */
function diagonalize(): void {
  memory.fill(AXES, 0, 72);
  for (let i = 0; i < 3; i++) put(AXES, i, i, 1);
  const trace = entry(MOMENTS, 0, 0) + entry(MOMENTS, 1, 1) + entry(MOMENTS, 2, 2);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const rest =
      Math.abs(entry(MOMENTS, 0, 1)) +
      Math.abs(entry(MOMENTS, 1, 2)) +
      Math.abs(entry(MOMENTS, 2, 0));
    if (rest <= SYMMETRIC_SHARE * trace) return;
    turnPlane(0, 1);
    turnPlane(1, 2);
    turnPlane(0, 2);
  }
}

function turnPlane(p: i32, q: i32): void {
  const off = entry(MOMENTS, p, q);
  if (off == 0) return;
  const theta = (entry(MOMENTS, q, q) - entry(MOMENTS, p, p)) / (2.0 * off);
  const sign: f64 = theta < 0 ? -1.0 : 1.0;
  const t = sign / (Math.abs(theta) + Math.sqrt(theta * theta + 1.0));
  const c = 1.0 / Math.sqrt(t * t + 1.0);
  const s = t * c;
  turnColumns(MOMENTS, p, q, c, s);
  turnRows(MOMENTS, p, q, c, s);
  turnColumns(AXES, p, q, c, s);
}

function turnColumns(table: usize, p: i32, q: i32, c: f64, s: f64): void {
  for (let row = 0; row < 3; row++) {
    const a = entry(table, row, p);
    const b = entry(table, row, q);
    put(table, row, p, c * a - s * b);
    put(table, row, q, s * a + c * b);
  }
}

function turnRows(table: usize, p: i32, q: i32, c: f64, s: f64): void {
  for (let column = 0; column < 3; column++) {
    const a = entry(table, p, column);
    const b = entry(table, q, column);
    put(table, p, column, c * a - s * b);
    put(table, q, column, s * a + c * b);
  }
}

/** The principal axes as a rotation (Shepperd 1978: divide by the greatest component). */
export function principalRotation(): v128 {
  const xx = entry(AXES, 0, 0);
  const yy = entry(AXES, 1, 1);
  const zz = entry(AXES, 2, 2);
  const x = entry(AXES, 2, 1) - entry(AXES, 1, 2);
  const y = entry(AXES, 0, 2) - entry(AXES, 2, 0);
  const z = entry(AXES, 1, 0) - entry(AXES, 0, 1);
  const yz = entry(AXES, 2, 1) + entry(AXES, 1, 2);
  const zx = entry(AXES, 0, 2) + entry(AXES, 2, 0);
  const xy = entry(AXES, 1, 0) + entry(AXES, 0, 1);
  const w = 1.0 + xx + yy + zz;
  if (w >= 1.0) return unitQuat(x, y, z, w);
  if (xx >= yy && xx >= zz) return unitQuat(1.0 + xx - yy - zz, xy, zx, x);
  if (yy >= zz) return unitQuat(xy, 1.0 - xx + yy - zz, yz, y);
  return unitQuat(zx, yz, 1.0 - xx - yy + zz, z);
}

function unitQuat(x: f64, y: f64, z: f64, w: f64): v128 {
  const length = Math.sqrt(x * x + y * y + z * z + w * w);
  return quat(<f32>(x / length), <f32>(y / length), <f32>(z / length), <f32>(w / length));
}
