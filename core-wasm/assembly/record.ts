/**
 * Records and parts of them, in whole blocks of 16 bytes. For so few bytes the call behind
 * `memory.copy` and `memory.fill` takes longer than they do.
 */

export function copyRecord(to: usize, from: usize, bytes: usize): void {
  for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, v128.load(from + at));
}

export function clearRecord(at: usize, bytes: usize): void {
  for (const end = at + bytes; at < end; at += 16) v128.store(at, i32x4.splat(0));
}
