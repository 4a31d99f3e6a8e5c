import { expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { artifactPath } from '../../server/artifacts.ts';

const SOURCE = new URL('../example.ts', import.meta.url).pathname;

/** What the API page promises a newcomer: the program as it stands there, from nothing. */
async function runs(command: readonly string[]): Promise<void> {
  const run = Bun.spawn([...command, artifactPath('core.wasm')], { stderr: 'inherit' });
  const said = await new Response(run.stdout).text();
  expect(await run.exited).toBe(0);
  expect(said).toContain('5 bodies, faults 0, hash ');
  expect(said).toContain('half a second ago a ray met it after 4.50 m');
  expect(said).toContain('from the snapshot again: the same world');
}

test('the example runs on Bun', () => runs([process.execPath, SOURCE]));

test('the example runs on Node, bundled', async () => {
  const outdir = mkdtempSync(join(tmpdir(), 'spacetime-example-'));
  try {
    const made = await Bun.build({ entrypoints: [SOURCE], outdir, target: 'node', format: 'esm' });
    expect(made.success).toBe(true);
    await Bun.write(join(outdir, 'package.json'), '{"type":"module"}');
    await runs(['node', join(outdir, 'example.js')]);
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
});
