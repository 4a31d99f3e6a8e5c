import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerProcess, startServer } from '../../server/probe/server-process.ts';

const SOURCE = new URL('walk.ts', import.meta.url).pathname;
const SECONDS = '4';
const TIMEOUT_MS = 120_000;

let folder: string;
let server: ServerProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spacetime-walk-'));
  server = await startServer({ dataDir: join(folder, 'data') });
  const made = await Bun.build({
    entrypoints: [SOURCE],
    outdir: folder,
    target: 'node',
    format: 'esm',
  });
  expect(made.success).toBe(true);
  await Bun.write(join(folder, 'package.json'), '{"type":"module"}');
}, TIMEOUT_MS);
afterAll(async () => {
  await server.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** What one of them said until it closed by itself. */
async function walk(command: readonly string[]): Promise<string> {
  const address = `http://127.0.0.1:${server.port}`;
  const run = Bun.spawn([...command, address, SECONDS], { stderr: 'inherit' });
  const said = await new Response(run.stdout).text();
  expect(await run.exited).toBe(0);
  return said;
}

test(
  'the example walks in the world and sees others, on Bun and on Node',
  async () => {
    expect((await Bun.file(SOURCE).text()).split('\n').length).toBeLessThan(80);
    // Before version 22 Node has WebSocket behind a flag.
    const node = ['node', '--experimental-websocket', join(folder, 'walk.js')];
    const said = await Promise.all([walk([process.execPath, SOURCE]), walk(node)]);
    for (const text of said) {
      const places = [...text.matchAll(/I am at (.*)/g)].map(([, place]) => place);
      expect(new Set(places).size).toBeGreaterThan(1);
      expect(text).toContain('player ');
      expect(text).toContain('closed: 1000');
    }
  },
  TIMEOUT_MS,
);
