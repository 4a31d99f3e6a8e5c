/** Polynomial of CRC-32 as in gzip and PNG (ISO 3309), lowest bit first. */
const POLYNOMIAL = 0xedb88320;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  return rest;
});

/**
 * CRC-32 of some pieces of bytes, one behind the other. Finds every single altered bit and every
 * burst of up to 32; it is no defence against somebody who alters bytes on purpose, who is found by
 * the hashes of the states that a recording plays to.
 */
export function crc32(...pieces: readonly Uint8Array[]): number {
  let rest = 0xffffffff;
  for (const bytes of pieces) {
    for (let i = 0; i < bytes.length; i++) {
      rest = (TABLE[(rest ^ (bytes[i] as number)) & 0xff] as number) ^ (rest >>> 8);
    }
  }
  return ~rest >>> 0;
}
