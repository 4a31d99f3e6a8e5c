import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const ROOT = join(import.meta.dir, '..');

/**
 * Bundles the page into `outDir`: index.html, its script and style under names that carry their
 * hash, so that they may be cached for ever, and the core when it was built. Everything that the
 * page needs is in there; it asks no other host. Throws with the bundler's messages.
 */
export async function buildClient(outDir: string): Promise<void> {
  await rm(outDir, { recursive: true, force: true });
  await mkdir(outDir, { recursive: true });
  const built = await Bun.build({
    entrypoints: [join(ROOT, 'client/index.html')],
    outdir: outDir,
    target: 'browser',
    minify: true,
    sourcemap: 'external',
    naming: { entry: '[name].[ext]', chunk: '[name]-[hash].[ext]', asset: '[name]-[hash].[ext]' },
    throw: false,
  });
  if (!built.success) throw new Error(built.logs.map(String).join('\n'));
  const core = Bun.file(join(ROOT, 'build/core.wasm'));
  if (await core.exists()) await cp(core.name as string, join(outDir, 'core.wasm'));
}
