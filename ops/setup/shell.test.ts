import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './shell.ts';

/** A package whose script starts the way that ours does, and becomes a shell that waits. */
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'become-'));
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const script = scripts.start.replace('ops/cli.ts', 'front.ts');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts: { start: script } }));
  writeFileSync(
    join(folder, 'front.ts'),
    `import { become } from '${ROOT}/ops/setup/shell.ts';
    process.stdout.write(process.pid + '\\n');
    become(['/bin/sh', '-c', 'echo $$ $BUN_FEATURE_FLAG_NO_ORPHANS; exec sleep 600']);`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The launcher, the two process ids that were printed, and the end of what holds its stdout. */
async function startChain() {
  const launcher = Bun.spawn({
    cmd: [process.execPath, 'start'],
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const reader = launcher.stdout.pipeThrough(new TextDecoderStream()).getReader();
  let printed = '';
  while (printed.split('\n').length < 3) printed += (await reader.read()).value ?? '';
  const ended = (async () => {
    while (!(await reader.read()).done);
    return 'ended' as const;
  })();
  return { launcher, lines: printed.trim().split('\n'), ended };
}

test('the command takes the process over, and Bun does not end what it starts', async () => {
  const { launcher, lines, ended } = await startChain();
  expect(lines[1]).toBe(lines[0] ?? '');
  launcher.kill('SIGTERM');
  expect(await ended).toBe('ended');
});

test('killing the launcher ends the command', async () => {
  const { launcher, ended } = await startChain();
  launcher.kill('SIGKILL');
  expect(await ended).toBe('ended');
});
