/**
 * Quaternions x y z w inside columns. Every function writes into `out`, which may be one of its
 * own inputs, and allocates nothing.
 */

/** Shorter than this it is no rotation at all (a row never written): drawn as unturned. */
const LENGTH_SQUARED_MIN = 1e-12;

/**
 * Normalised linear interpolation on the shortest arc. Against slerp it is off by less than a
 * tenth of a degree for what turns in one tick, and costs no trigonometry.
 */
export function nlerp(
  a: Float32Array,
  aAt: number,
  b: Float32Array,
  bAt: number,
  alpha: number,
  out: Float32Array,
  outAt: number,
): void {
  const bx = b[bAt] as number;
  const by = b[bAt + 1] as number;
  const bz = b[bAt + 2] as number;
  const bw = b[bAt + 3] as number;
  const ax = a[aAt] as number;
  const ay = a[aAt + 1] as number;
  const az = a[aAt + 2] as number;
  const aw = a[aAt + 3] as number;
  // q and −q are one rotation: take the one that is nearer.
  const weight = ax * bx + ay * by + az * bz + aw * bw < 0 ? alpha - 1 : 1 - alpha;
  store(
    ax * weight + bx * alpha,
    ay * weight + by * alpha,
    az * weight + bz * alpha,
    aw * weight + bw * alpha,
    out,
    outAt,
  );
}

/** `out` = the turn that leads from rotation `b` to rotation `a`: a · b⁻¹. */
export function turnBetween(
  a: Float32Array,
  aAt: number,
  b: Float32Array,
  bAt: number,
  out: Float32Array,
  outAt: number,
): void {
  const x = -(b[bAt] as number);
  const y = -(b[bAt + 1] as number);
  const z = -(b[bAt + 2] as number);
  multiply(a, aAt, x, y, z, b[bAt + 3] as number, out, outAt);
}

/** `out` = rotation `b`, turned further by the share `alpha` (0…1) of `turn`. */
export function turnBy(
  turn: Float32Array,
  turnAt: number,
  alpha: number,
  b: Float32Array,
  bAt: number,
  scratch: Float32Array,
  out: Float32Array,
  outAt: number,
): void {
  nlerp(IDENTITY, 0, turn, turnAt, alpha, scratch, 0);
  const x = b[bAt] as number;
  const y = b[bAt + 1] as number;
  const z = b[bAt + 2] as number;
  multiply(scratch, 0, x, y, z, b[bAt + 3] as number, out, outAt);
}

const IDENTITY = new Float32Array([0, 0, 0, 1]);

function multiply(
  a: Float32Array,
  aAt: number,
  bx: number,
  by: number,
  bz: number,
  bw: number,
  out: Float32Array,
  outAt: number,
): void {
  const ax = a[aAt] as number;
  const ay = a[aAt + 1] as number;
  const az = a[aAt + 2] as number;
  const aw = a[aAt + 3] as number;
  store(
    aw * bx + ax * bw + ay * bz - az * by,
    aw * by - ax * bz + ay * bw + az * bx,
    aw * bz + ax * by - ay * bx + az * bw,
    aw * bw - ax * bx - ay * by - az * bz,
    out,
    outAt,
  );
}

function store(x: number, y: number, z: number, w: number, out: Float32Array, outAt: number) {
  const lengthSquared = x * x + y * y + z * z + w * w;
  const sane = lengthSquared > LENGTH_SQUARED_MIN;
  const scale = sane ? 1 / Math.sqrt(lengthSquared) : 0;
  out[outAt] = x * scale;
  out[outAt + 1] = y * scale;
  out[outAt + 2] = z * scale;
  out[outAt + 3] = sane ? w * scale : 1;
}
