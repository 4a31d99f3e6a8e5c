import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blank, type Literal } from './blank.ts';

/** One file of the repository as the rules see it. */
export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** `text` with comments and the contents of literals blanked; same length, same lines. */
  readonly code: string;
  /** Where the string and template literals stood. */
  readonly literals: readonly Literal[];
}

/** A broken rule, or one about to break. */
export interface Finding {
  readonly path: string;
  /** From 1; 0 means the file as a whole. */
  readonly line: number;
  readonly rule: string;
  /** What is wrong and what to do. */
  readonly message: string;
  /** Warnings are printed and do not fail. */
  readonly isWarning?: true;
}

const IGNORED_FOLDERS: ReadonlySet<string> = new Set([
  '.git',
  'node_modules',
  'build',
  'world-data',
]);
const READ_EXTENSIONS = /\.(ts|md|json|css|html|sql|lock|toml)$|^\.ci\/run$|^(LICENSE|NOTICE)$/;

/** Every file that a rule may look at, in path order. Reads about 2 MB in a few milliseconds. */
export function readRepository(root: string): SourceFile[] {
  return pathsUnder(root, '')
    .filter((path) => READ_EXTENSIONS.test(path))
    .sort()
    .map((path) => sourceFile(path, readFileSync(join(root, path), 'utf8')));
}

function pathsUnder(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return IGNORED_FOLDERS.has(entry.name) ? [] : pathsUnder(root, path);
    return entry.isFile() ? [path] : [];
  });
}

export function sourceFile(path: string, text: string): SourceFile {
  if (!path.endsWith('.ts')) return { path, text, code: text, literals: [] };
  return { path, text, ...blank(text) };
}

export function isTest(path: string): boolean {
  return /\.(test|fuzz)\.ts$/.test(path) || path.startsWith('core-wasm/test/');
}

/** From 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++;
  }
  return line;
}

/** A finding for every match of `pattern` (global) in the file's code. */
export function findAll(
  file: SourceFile,
  pattern: RegExp,
  rule: string,
  message: (match: RegExpExecArray) => string,
): Finding[] {
  return [...file.code.matchAll(pattern)].map((match) => ({
    path: file.path,
    line: lineAt(file.text, match.index),
    rule,
    message: message(match),
  }));
}
