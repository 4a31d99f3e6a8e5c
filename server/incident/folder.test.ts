import { afterEach, beforeEach, expect, test } from 'bun:test';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openIncidentFolder } from './folder.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'incidents-'));
});
afterEach(() => rm(root, { recursive: true }));

test('the newest files are kept, as many as may be', async () => {
  const path = join(root, 'deep', 'incidents');
  const folder = openIncidentFolder(path, { filesMax: 3, bytesMax: 1000 });
  const names = ['1', '2', '3', '4', '5'];
  await Promise.all(names.map((name) => folder.keep(name, new Uint8Array(10))));
  const kept = (await readdir(path)).sort();
  expect(kept).toEqual(['3.incident.gz', '4.incident.gz', '5.incident.gz']);
});

test('the newest bytes are kept, and nothing that was left half written', async () => {
  const folder = openIncidentFolder(root, { filesMax: 100, bytesMax: 100 });
  await writeFile(join(root, '0.incident.gz.partial'), 'half');
  await writeFile(join(root, 'notes.txt'), 'of somebody else');
  for (const name of ['1', '2', '3']) await folder.keep(name, new Uint8Array(45));
  const kept = (await readdir(root)).sort();
  expect(kept).toEqual(['2.incident.gz', '3.incident.gz', 'notes.txt']);
});

test('a file that cannot be kept is told, and the next one is kept', async () => {
  const folder = openIncidentFolder(root);
  await expect(folder.keep('no/such/folder', new Uint8Array(1))).rejects.toThrow();
  await folder.keep('1', new Uint8Array(1));
  expect(await readdir(root)).toEqual(['1.incident.gz']);
});
