import { expect, test } from 'bun:test';
import { ROOT } from './shell.ts';
import { PROGRAMS } from './system.ts';

test('where nothing may be installed, the exact line to type is the error', () => {
  const script = `
    import { requirePrograms } from '${ROOT}/ops/setup/system.ts';
    await requirePrograms().catch((error) => console.log(error.constructor.name, error.message));
  `;
  const { stdout } = Bun.spawnSync({
    cmd: [process.execPath, '-e', script],
    env: { PATH: '/nowhere' },
  });
  const packages = PROGRAMS.map((program) => program.debian).join(' ');
  expect(stdout.toString()).toStartWith('StepFailed ');
  expect(stdout.toString()).toContain(
    `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages}\n`,
  );
});
