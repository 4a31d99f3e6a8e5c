import type { Finding, SourceFile } from './source.ts';

/** The lock file works behind any registry, and no version moves by itself. */
export function packages(file: SourceFile): Finding[] {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  if (name === 'bun.lock') return lockNamesNoHost(file, /:\/\//);
  // npm's also names whom one may give money to.
  if (name === 'package-lock.json') return lockNamesNoHost(file, /"resolved": ".*:\/\//);
  if (name === 'package.json') return versionsAreExact(file);
  return [];
}

function lockNamesNoHost(file: SourceFile, address: RegExp): Finding[] {
  return file.text.split('\n').flatMap((text, index) => {
    if (!address.test(text)) return [];
    const message = 'names a host: install with the default registry, or remove the address';
    return [{ path: file.path, line: index + 1, rule: 'lock-host', message }];
  });
}

const EXACT = /^(npm:[\w@./-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/;

function versionsAreExact(file: SourceFile): Finding[] {
  const manifest = JSON.parse(file.text) as Record<string, unknown>;
  const kinds = ['dependencies', 'devDependencies', 'optionalDependencies'];
  return kinds.flatMap((kind) =>
    Object.entries((manifest[kind] ?? {}) as Record<string, string>)
      .filter(([, version]) => !EXACT.test(version))
      .map(([name, version]) => ({
        path: file.path,
        line: 0,
        rule: 'exact-version',
        message: `${name} ${version}: pin one version`,
      })),
  );
}
