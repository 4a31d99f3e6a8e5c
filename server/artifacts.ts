import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type CoreModule, compileCore } from '../core-wasm/host/core.ts';

/**
 * Where a built file lies: `build/` beside `server/`, or one up when this code runs bundled from
 * `build/server-node/`. Throws when nothing was built.
 */
export function artifactPath(name: string): string {
  const places = ['../build/', '../'].map((base) =>
    fileURLToPath(new URL(base + name, import.meta.url)),
  );
  const found = places.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${name} is not built: run \`bun run build\``);
  return found;
}

/** The built core and its bytes. */
export async function loadCoreArtifact(): Promise<{
  readonly module: CoreModule;
  readonly wasm: Uint8Array;
}> {
  const wasm = new Uint8Array(await readFile(artifactPath('core.wasm')));
  return { module: await compileCore(wasm), wasm };
}

export async function loadCoreModule(): Promise<CoreModule> {
  return (await loadCoreArtifact()).module;
}
