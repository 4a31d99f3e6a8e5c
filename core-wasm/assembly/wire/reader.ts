/**
 * A cursor over bytes that may be hostile. Reading past the end gives zeros and sets a flag, so
 * that a decoder reads straight through and asks once.
 */

export const enum WireFault {
  NONE = 0,
  TRUNCATED = 1,
  TRAILING_BYTES = 2,
  UNKNOWN_KIND = 3,
  OUT_OF_RANGE = 4,
  TOO_LONG = 5,
  WRONG_FRAME = 6,
  WRONG_LAYOUT = 7,
}

let at: usize = 0;
let end: usize = 0;
let overrun: bool = false;

export function beginRead(start: usize, length: i32): void {
  at = start;
  end = start + <usize>length;
  overrun = false;
}

export function readAddress(): usize {
  return at;
}

export function isOverrun(): bool {
  return overrun;
}

export function isAtEnd(): bool {
  return at == end;
}

function has(bytes: usize): bool {
  if (end - at >= bytes) return true;
  overrun = true;
  at = end;
  return false;
}

/** Passes over so many bytes: where they begin, for who knows what stands there; 0 past the end. */
export function passOver(bytes: i32): usize {
  if (!has(<usize>bytes)) return 0;
  at += <usize>bytes;
  return at - <usize>bytes;
}

export function readU8(): u32 {
  if (!has(1)) return 0;
  const value = <u32>load<u8>(at);
  at += 1;
  return value;
}

export function readU16(): u32 {
  if (!has(2)) return 0;
  const value = <u32>load<u16>(at);
  at += 2;
  return value;
}

export function readI16(): i32 {
  return <i32>(<i16>readU16());
}

export function readU32(): u32 {
  if (!has(4)) return 0;
  const value = load<u32>(at);
  at += 4;
  return value;
}

export function readU64(): u64 {
  if (!has(8)) return 0;
  const value = load<u64>(at);
  at += 8;
  return value;
}

export function readF32(): f32 {
  return reinterpret<f32>(readU32());
}

/** Three f32; lane 3 is zero. */
export function readVec3(): v128 {
  const x = readF32();
  const y = readF32();
  const z = readF32();
  return f32x4.replace_lane(
    f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(0), 0, x), 1, y),
    2,
    z,
  );
}
