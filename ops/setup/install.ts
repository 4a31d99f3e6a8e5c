import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { become, ROOT, runHere, StepFailed } from './shell.ts';

const STAMP = `${ROOT}/node_modules/.installed-from`;

/** What the installed packages are a function of. */
function wantedPackages(): string {
  const hash = new Bun.CryptoHasher('sha256');
  for (const file of ['bun.lock', 'package.json', 'bunfig.toml']) {
    hash.update(readFileSync(`${ROOT}/${file}`));
  }
  return `${hash.digest('hex')} bun ${Bun.version}\n`;
}

/** Whether node_modules holds just what the lock file asks for. */
export function arePackagesInstalled(): boolean {
  return existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wantedPackages();
}

/**
 * Makes node_modules what the lock file says. After an install the process starts over with the
 * same words: a Bun that was started without node_modules resolves packages by installing them
 * itself, at versions of its own choice.
 */
export async function installPackages(): Promise<void> {
  if (arePackagesInstalled()) return;
  const wanted = wantedPackages();
  console.error('Installing packages …');
  const code = await runHere([process.execPath, 'install', '--frozen-lockfile']);
  if (code !== 0) {
    throw new StepFailed(
      `bun install failed with ${code}. Check that the package registry can be reached, ` +
        'and that bun.lock belongs to package.json (bun install --lockfile-only), then try again.',
    );
  }
  writeFileSync(STAMP, wanted);
  become([process.execPath, ...process.execArgv, ...process.argv.slice(1)]);
}
