import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encodeIncident, type Incident } from '../../core-wasm/host/incident-file.ts';
import { loadCoreModule } from '../../server/artifacts.ts';
import { makeIncident, tickOf } from '../../server/sim/made-incident.ts';
import { ROOT } from '../setup/shell.ts';

let folder = '';
let incident: Incident;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'desync-'));
  incident = await makeIncident(await loadCoreModule(), {
    spoil: (core, tick) => {
      if (tick !== 10) return;
      const { bytes } = Reflect.get(core, 'memory') as { readonly bytes: Uint8Array };
      const abi = Reflect.get(core, 'abi') as Readonly<Record<string, WebAssembly.Global>>;
      const at = (abi.bodiesAddress?.value as number) + 3 * 144 + 5;
      bytes[at] = (bytes[at] as number) ^ 4;
    },
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, head: Partial<Incident['head']> = {}, share = 1): string {
  const file = encodeIncident({ ...incident.head, ...head }, incident.frames);
  const path = join(folder, name);
  const bytes = name.endsWith('.gz') ? gzipSync(file) : file;
  writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * share)));
  return path;
}

function explain(...words: string[]) {
  const { stdout, stderr, exitCode } = Bun.spawnSync({
    cmd: [process.execPath, 'ops/cli.ts', 'desync', 'explain', ...words],
    cwd: ROOT,
  });
  return { out: stdout.toString(), err: stderr.toString(), code: exitCode };
}

test('names tick, entity, field, expected and got, packed or not', () => {
  for (const name of ['one.incident', 'one.incident.gz']) {
    const { out, code } = explain(fileOf(name), '--json');
    expect(code).toBe(0);
    const { explanation } = JSON.parse(out.trim().split('\n').at(-1) ?? '');
    const tick = tickOf(incident, 10);
    expect(explanation).toMatchObject({ kind: 'client', tick, isExact: true });
    const { entity, field, expected, got } = explanation.first;
    expect([field, typeof expected, typeof got]).toEqual(['position.y', 'number', 'number']);
    expect(out).toContain(`tick ${tick} `);
    expect(out).toContain(`body 0x${entity.toString(16)}: position.y is ${got}, expected`);
  }
});

test('says what is wrong with a file that it cannot explain', () => {
  const cases = [
    [fileOf('cut.incident', {}, 0.5), 'cut off'],
    [fileOf('cut.incident.gz', {}, 0.5), 'cut off'],
    [fileOf('other.incident', { coreHash: 'ab'.repeat(32) }), `core ${'ab'.repeat(32)}`],
    [join(folder, 'none'), 'cannot be read'],
    [join(ROOT, 'package.json'), 'does not begin like an incident'],
  ] as const;
  for (const [path, words] of cases) {
    const { err, code } = explain(path);
    expect([words, err.includes(words), code]).toEqual([words, true, 1]);
  }
  expect(explain().code).toBe(2);
});

test('takes the core that is named', () => {
  const path = fileOf('one.incident');
  expect(explain(path, '--core', 'build/core.wasm').code).toBe(0);
  expect(explain(path, '--core', 'package.json').err).toContain('is no core');
});
