import { deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const BYTES_PER_PIXEL = 3;
/** Kept of each channel: the lowest bit of drawn ground is noise that no eye sees. */
const CHANNEL_MASK = 0xfe;
const NONE = 0;
const SUB = 1;
const UP = 2;
const AVERAGE = 3;
const PAETH = 4;

interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly bytes: Uint8Array;
}

/**
 * The same picture in fewer bytes: browsers write PNG for speed. Takes 8-bit RGB without interlace,
 * which is what they write of a page; throws on anything else.
 */
export function shrinkPng(png: Uint8Array): Uint8Array {
  const pixels = readPng(png);
  for (let i = 0; i < pixels.bytes.length; i++) {
    pixels.bytes[i] = (pixels.bytes[i] ?? 0) & CHANNEL_MASK;
  }
  return writePng(pixels);
}

export function readPng(png: Uint8Array): Pixels {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const header = 16;
  const [width, height] = [view.getUint32(header), view.getUint32(header + 4)];
  const kind = [8, 9, 12].map((at) => png[header + at]);
  if (kind.join() !== '8,2,0') throw new Error(`no plain 8-bit RGB picture: ${kind}`);
  const packed: Uint8Array[] = [];
  for (let at = SIGNATURE.length; at < png.length; at += view.getUint32(at) + 12) {
    const name = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (name === 'IDAT') packed.push(png.subarray(at + 8, at + 8 + view.getUint32(at)));
  }
  const lines = inflateSync(Buffer.concat(packed));
  const stride = width * BYTES_PER_PIXEL;
  const bytes = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const line = lines.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1));
    const filter = lines[y * (stride + 1)] ?? NONE;
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x;
      bytes[at] = (line[x] ?? 0) + predicted(bytes, stride, x, y, filter);
    }
  }
  return { width, height, bytes };
}

export function writePng({ width, height, bytes }: Pixels): Uint8Array {
  const stride = width * BYTES_PER_PIXEL;
  const lines = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    lines.set(smallestLine(bytes, stride, y), y * (stride + 1));
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 2, 0, 0, 0], 8);
  const packed = deflateSync(lines, { level: 9, memLevel: 9 });
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', packed),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** A line and the number of its filter, by the usual guess: small differences pack well. */
function smallestLine(bytes: Uint8Array, stride: number, y: number): Uint8Array {
  let best = new Uint8Array(0);
  let least = Number.POSITIVE_INFINITY;
  for (const filter of [NONE, SUB, UP, AVERAGE, PAETH]) {
    const line = new Uint8Array(stride + 1);
    line[0] = filter;
    let sum = 0;
    for (let x = 0; x < stride; x++) {
      const left = (bytes[y * stride + x] ?? 0) - predicted(bytes, stride, x, y, filter);
      line[x + 1] = left;
      sum += Math.abs((left << 24) >> 24);
    }
    if (sum < least) {
      least = sum;
      best = line;
    }
  }
  return best;
}

/** What a filter of PNG expects at a byte, from those to the left and above. */
function predicted(
  bytes: Uint8Array,
  stride: number,
  x: number,
  y: number,
  filter: number,
): number {
  const at = y * stride + x;
  const isFirst = x < BYTES_PER_PIXEL;
  const left = isFirst ? 0 : (bytes[at - BYTES_PER_PIXEL] ?? 0);
  const up = y === 0 ? 0 : (bytes[at - stride] ?? 0);
  switch (filter) {
    case SUB:
      return left;
    case UP:
      return up;
    case AVERAGE:
      return (left + up) >> 1;
    case PAETH:
      return paeth(left, up, isFirst || y === 0 ? 0 : (bytes[at - stride - BYTES_PER_PIXEL] ?? 0));
    default:
      return 0;
  }
}

function paeth(left: number, up: number, upLeft: number): number {
  const guess = left + up - upLeft;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - upLeft)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : upLeft;
}

function chunk(name: string, content: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(content.length + 12);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(name, 4, 'latin1');
  bytes.set(content, 8);
  bytes.writeUInt32BE(Bun.hash.crc32(bytes.subarray(4, 8 + content.length)), 8 + content.length);
  return bytes;
}
