import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Every file under `path`, or `path` itself when it is one; sorted, tests left out. */
function filesUnder(root: string, path: string): string[] {
  const full = join(root, path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (stat === undefined) return [];
  if (stat.isFile()) return [path];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

/**
 * SHA-256, hex, over names and contents of everything under `paths` (relative to `root`).
 * Contents instead of modification times: a checkout or a copy changes the times of equal files.
 */
export function digestOf(root: string, paths: readonly string[]): string {
  const hash = new Bun.CryptoHasher('sha256');
  for (const path of paths.flatMap((one) => filesUnder(root, one))) {
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${content.length}\0`);
    hash.update(content);
  }
  return hash.digest('hex');
}
