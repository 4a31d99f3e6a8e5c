/** Integer hashing: random numbers come from (seed, place, purpose), never from a stream. */

/** 32-bit finaliser (MurmurHash3 fmix32): every input bit reaches every output bit. */
export function mix32(value: u32): u32 {
  let h = value;
  h ^= h >>> 16;
  h *= 0x85ebca6b;
  h ^= h >>> 13;
  h *= 0xc2b2ae35;
  h ^= h >>> 16;
  return h;
}

export function hash3(seed: u32, x: i32, y: i32): u32 {
  return mix32(mix32(seed ^ (<u32>x * 0x9e3779b1)) ^ (<u32>y * 0x85ebca77));
}

/** 0 ≤ value < 1 with 24 bits. */
export function unit(hash: u32): f32 {
  return <f32>(hash >>> 8) * <f32>(1.0 / 16777216.0);
}

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

function round64(lane: u64, input: u64): u64 {
  return rotl<u64>(lane + input * P2, 31) * P1;
}

function mergeRound64(hash: u64, lane: u64): u64 {
  return (hash ^ round64(0, lane)) * P1 + P4;
}

/** XXH64 (Collet, xxHash specification 0.1.1) of `length` bytes at `start`. */
export function hash64(start: usize, length: i32, seed: u64): u64 {
  let at = start;
  const end = start + <usize>length;
  let hash: u64;
  if (length >= 32) {
    let a = seed + P1 + P2;
    let b = seed + P2;
    let c = seed;
    let d = seed - P1;
    const limit = end - 32;
    while (at <= limit) {
      a = round64(a, load<u64>(at));
      b = round64(b, load<u64>(at, 8));
      c = round64(c, load<u64>(at, 16));
      d = round64(d, load<u64>(at, 24));
      at += 32;
    }
    hash = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
    hash = mergeRound64(hash, a);
    hash = mergeRound64(hash, b);
    hash = mergeRound64(hash, c);
    hash = mergeRound64(hash, d);
  } else {
    hash = seed + P5;
  }
  hash += <u64>length;
  while (at + 8 <= end) {
    hash = rotl<u64>(hash ^ round64(0, load<u64>(at)), 27) * P1 + P4;
    at += 8;
  }
  if (at + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(at) * P1), 23) * P2 + P3;
    at += 4;
  }
  while (at < end) {
    hash = rotl<u64>(hash ^ (<u64>load<u8>(at) * P5), 11) * P1;
    at += 1;
  }
  hash ^= hash >>> 33;
  hash *= P2;
  hash ^= hash >>> 29;
  hash *= P3;
  return hash ^ (hash >>> 32);
}
