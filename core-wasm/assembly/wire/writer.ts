/** A cursor that writes into the outbox. Room is asserted: what is written is our own. */

let at: usize = 0;
let start: usize = 0;
let end: usize = 0;

export function beginWrite(address: usize, capacity: i32): void {
  start = address;
  at = address;
  end = address + <usize>capacity;
}

/** Bytes written so far. */
export function written(): i32 {
  return <i32>(at - start);
}

export function room(): i32 {
  return <i32>(end - at);
}

export function writeU8(value: u32): void {
  assert(end - at >= 1);
  store<u8>(at, <u8>value);
  at += 1;
}

export function writeU16(value: u32): void {
  assert(end - at >= 2);
  store<u16>(at, <u16>value);
  at += 2;
}

export function writeU32(value: u32): void {
  assert(end - at >= 4);
  store<u32>(at, value);
  at += 4;
}

export function writeU64(value: u64): void {
  assert(end - at >= 8);
  store<u64>(at, value);
  at += 8;
}

export function writeF32(value: f32): void {
  writeU32(reinterpret<u32>(value));
}

export function writeBytes(from: usize, length: i32): void {
  assert(<i32>(end - at) >= length);
  memory.copy(at, from, length);
  at += length;
}
