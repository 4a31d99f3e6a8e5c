import type { Finding, SourceFile } from './source.ts';

/** The lock file works behind any registry, and no version moves by itself. */
export function packages(file: SourceFile): Finding[] {
  if (file.path === 'bun.lock') return lockNamesNoHost(file);
  if (file.path === 'package.json') return versionsAreExact(file);
  return [];
}

function lockNamesNoHost(file: SourceFile): Finding[] {
  return file.text.split('\n').flatMap((text, index) => {
    if (!text.includes('://')) return [];
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
