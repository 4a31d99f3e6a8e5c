import { Color } from 'three';

/** Colours by number: the same entity or account looks the same on every screen. */

function linear(hexes: readonly number[]): Float32Array {
  const color = new Color();
  const out = new Float32Array(hexes.length * 3);
  hexes.forEach((hex, i) => {
    color.setHex(hex).toArray(out, i * 3);
  });
  return out;
}

/** Loose things: warm paint that stands off teal ground and violet rock. */
const LOOSE = linear([
  0xf2a541, 0xe2583e, 0xf4e3c1, 0x49b6c4, 0xd94f70, 0x8fbf5a, 0xe98a3a, 0xb6a6e9,
]);
/** Things that nothing moves: pale basalt. */
const STATIC = linear([0xb5aec0, 0xa7a3b8, 0xc0b6bd, 0xada6ab]);
/** Suits: twelve hues far enough apart to tell friends from afar. */
const SUIT = linear([
  0xff7a59, 0x4fc3f7, 0xffd54f, 0xba68c8, 0x81c784, 0xf06292, 0x4dd0c4, 0xffb74d, 0x7986cb,
  0xdce775, 0xe57373, 0x90caf9,
]);

/** Spreads neighbouring numbers over the table (Knuth's multiplicative hash). */
function pick(table: Float32Array, number: number): number {
  const spread = Math.imul(number, 0x9e3779b1) >>> 16;
  return (spread % (table.length / 3)) * 3;
}

function copy(table: Float32Array, at: number, out: Float32Array, outAt: number): void {
  out[outAt] = table[at] ?? 1;
  out[outAt + 1] = table[at + 1] ?? 1;
  out[outAt + 2] = table[at + 2] ?? 1;
}

export function writeLooseColor(entity: number, out: Float32Array, at: number): void {
  copy(LOOSE, pick(LOOSE, entity), out, at);
}

export function writeStaticColor(entity: number, out: Float32Array, at: number): void {
  copy(STATIC, pick(STATIC, entity), out, at);
}

export function writeSuitColor(account: number, out: Float32Array, at: number): void {
  // In the table's order, in which neighbours differ most.
  copy(SUIT, (account % (SUIT.length / 3)) * 3, out, at);
}
