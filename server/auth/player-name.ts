import type { Entropy } from '../ports.ts';

export const NAME_LENGTH_MAX = 24;

/**
 * A name that one line of text can show: 1…24 characters (code points), nothing invisible, no text
 * direction switches, no towers of accents. Null when nothing is left.
 */
export function cleanName(raw: string): string | null {
  const visible = raw.replace(/\s/gu, ' ').replace(/\p{C}/gu, '').normalize('NFKC');
  const plain = visible.replace(/\s+/gu, ' ').replace(/(\p{M}{2})\p{M}+/gu, '$1');
  const cut = Array.from(plain.trim()).slice(0, NAME_LENGTH_MAX).join('').trim();
  return cut === '' ? null : cut;
}

/** A name for somebody who gave none, such as `Guest 4821`. */
export function guestName(entropy: Entropy): string {
  const [high = 0, low = 0] = entropy.bytes(2);
  return `Guest ${1000 + (((high << 8) | low) % 9000)}`;
}
