import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildClient } from './build.ts';

let folder: string;
let files: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'client-build-'));
  await buildClient(folder);
  files = await readdir(folder);
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

async function text(ending: string): Promise<string> {
  const name = files.find((file) => file.endsWith(ending));
  if (name === undefined) throw new Error(`nothing ends in ${ending}`);
  return readFile(join(folder, name), 'utf8');
}

describe('the built page', () => {
  test('names each of its files by their hash, and they are there', async () => {
    const html = await text('.html');
    const named = [...html.matchAll(/(?:src|href)="\.\/([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(named).toHaveLength(3);
    for (const name of named) {
      expect(name).toMatch(/-[a-z0-9]{8,}\.(js|css|svg)$/);
      expect(files).toContain(name);
    }
  });

  test('has no script or style of its own, which the server’s policy would refuse', async () => {
    const html = await text('.html');
    expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/);
  });

  test('asks no other host', async () => {
    // A namespace is a name, not an address.
    const namespaces = /https?:\/\/www\.w3\.org\/\d{4}\/\w+/g;
    for (const ending of ['.html', '.js', '.css']) {
      const found = (await text(ending)).replaceAll(namespaces, '').match(/https?:\/\/[^"'`\s]+/g);
      expect(found).toBeNull();
    }
  });

  test('brings the core along, and maps for a debugger apart', async () => {
    expect(files).toContain('core.wasm');
    expect(files.some((file) => file.endsWith('.js.map'))).toBe(true);
    expect(await text('.js')).not.toContain('sourceMappingURL=data:');
  });
});
