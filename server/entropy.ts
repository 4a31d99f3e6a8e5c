import { randomBytes } from 'node:crypto';
import type { Entropy } from './ports.ts';

/** The operating system's generator. */
export function createEntropy(): Entropy {
  return { bytes: (count) => new Uint8Array(randomBytes(count)) };
}
