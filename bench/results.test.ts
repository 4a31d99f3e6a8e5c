import { expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machineFolder, saveResult } from './results.ts';

test.each([
  ['AMD EPYC 7B13', 2, 'amd-epyc-7b13-2-cores'],
  ['Intel(R) Xeon(R) CPU @ 2.20GHz', 8, 'intel-xeon-8-cores'],
  ['Apple M2', 8, 'apple-m2-8-cores'],
])('%s with %i cores', (cpu, cores, folder) => {
  expect(machineFolder({ cpu, cores })).toBe(folder);
});

test('a result says where, when, on what commit and by which command', () => {
  const root = mkdtempSync(join(tmpdir(), 'results-'));
  try {
    const path = saveResult('step', 'bun run bench step', { tickMs: 1.5 }, root);
    const record = JSON.parse(readFileSync(join(root, path), 'utf8'));
    expect(record).toMatchObject({
      bench: 'step',
      command: 'bun run bench step',
      result: { tickMs: 1.5 },
    });
    expect(record.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(record.commit).not.toBe('');
    expect(record.machine.cores).toBeGreaterThan(0);
  } finally {
    rmSync(root, { recursive: true });
  }
});
