import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './setup/shell.ts';

/** The front on a machine without packages: a copy of the sources. */
let bare = '';
const SOURCES = 'ops bench client core-wasm server package.json bun.lock bunfig.toml'.split(' ');

beforeAll(() => {
  bare = mkdtempSync(join(tmpdir(), 'bare-'));
  for (const path of SOURCES) {
    cpSync(join(ROOT, path), join(bare, path), { recursive: true });
  }
});
afterAll(() => rmSync(bare, { recursive: true }));

function cli(words: readonly string[], env: Record<string, string> = {}) {
  const { stdout, stderr, exitCode } = Bun.spawnSync({
    cmd: [process.execPath, '--no-install', 'ops/cli.ts', ...words],
    cwd: bare,
    env: { ...process.env, ...env },
  });
  return { out: stdout.toString(), err: stderr.toString(), code: exitCode };
}

function verbNames(): string[] {
  return [...cli(['--help']).out.matchAll(/^ {2}(\w+) /gm)].map(([, name = '']) => name);
}

describe('without packages', () => {
  test('the verbs are listed, each with its usage', () => {
    const names = verbNames();
    expect(names).toContain('start');
    for (const name of names) {
      const { out, code } = cli([name, '--help']);
      expect(out).toContain('bun ');
      expect(code).toBe(0);
    }
  });

  test('no word at all prints the verbs and exits with 2', () => {
    const { out, code } = cli([]);
    expect(out).toContain('start');
    expect(code).toBe(2);
  });

  test('an unknown verb exits with 2 and names the others', () => {
    const { err, code } = cli(['strat']);
    expect(err).toContain('"strat"');
    expect(err).toContain('start');
    expect(code).toBe(2);
  });

  test('an inherited property is no verb', () => {
    expect(cli(['constructor']).code).toBe(2);
  });

  test('an unknown flag exits with 2 and shows the usage, before anything is installed', () => {
    for (const verb of ['start', 'dev', 'build', 'check', 'test', 'doctor']) {
      const { err, code } = cli([verb, '--no-such-flag']);
      expect(err).toContain('--no-such-flag');
      expect(err).toContain(`bun ${verb === 'start' ? '' : 'run '}`);
      expect(code).toBe(2);
    }
  });

  test('doctor says what is missing and ends with one JSON line', () => {
    const { out, code } = cli(['doctor', '--json']);
    const report = JSON.parse(out.trim().split('\n').at(-1) ?? '');
    expect(report.ok).toBe(false);
    const missing = report.findings.filter((finding: { ok: boolean }) => !finding.ok);
    expect(missing.map((finding: { what: string }) => finding.what)).toContain('packages');
    expect(code).toBe(1);
  });
});

test('every script of package.json is a verb', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const verbs = verbNames();
  for (const script of Object.values<string>(scripts)) {
    const word = /ops\/cli\.ts (\w+)/.exec(script)?.[1];
    if (word !== undefined) expect(verbs).toContain(word);
  }
});
