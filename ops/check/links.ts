import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type Finding, lineAt, type SourceFile } from './source.ts';

/** What the pages may name. */
export interface Names {
  /** Scripts of package.json. */
  readonly scripts: ReadonlySet<string>;
  /** The version of Bun that the project runs on. */
  readonly bun: string;
  /** Whether a path (relative to the repository) exists. */
  exists(path: string): boolean;
}

export function namesOf(root: string, files: readonly SourceFile[]): Names {
  const text = files.find((file) => file.path === 'package.json')?.text ?? '{}';
  const manifest = JSON.parse(text) as {
    scripts?: Record<string, string>;
    engines?: { bun?: string };
  };
  return {
    scripts: new Set(Object.keys(manifest.scripts ?? {})),
    bun: manifest.engines?.bun ?? '',
    exists: (path) => existsSync(join(root, path)),
  };
}

/** Every link, command and path in a page is one that exists. */
export function links(file: SourceFile, names: Names): Finding[] {
  if (!file.path.endsWith('.md') && file.path !== '.ci/run') return [];
  return [
    ...relativeLinks(file, names),
    ...commands(file, names),
    ...bunVersions(file, names),
    ...paths(file, names),
  ];
}

const LINK = /\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g;

function relativeLinks(file: SourceFile, names: Names): Finding[] {
  return eachMatch(file, LINK, 'link', ([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return null;
    const [path = '', anchor = ''] = target.split('#');
    if (path === '') {
      return anchorsOf(file.text).has(anchor) ? null : `no heading makes #${anchor}`;
    }
    const resolved = posix.join(posix.dirname(file.path), path);
    return names.exists(resolved) ? null : `${target} does not resolve`;
  });
}

/** The anchors that headings get on the usual forges. */
function anchorsOf(text: string): Set<string> {
  const headings = text.matchAll(/^#+ +(.+)$/gm);
  return new Set(
    [...headings].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Words behind `bun` that are Bun's own. */
const BUN_WORDS: ReadonlySet<string> = new Set(['install', 'add', 'remove', 'run', 'x', 'test']);
const COMMAND = /\bbun(?:@[\d.]+)? (run )?([a-z][\w:-]*)(?![\w./])/g;

/** Commands stand in code spans and code blocks; prose may say "bun reads". */
function commands(file: SourceFile, names: Names): Finding[] {
  const code = codeOnly(file);
  return eachMatch({ ...file, text: code }, COMMAND, 'command', ([command, run, script = '']) => {
    if (names.scripts.has(script)) return null;
    if (run === undefined && BUN_WORDS.has(script)) return null;
    return `${command.trim()}: package.json has no script "${script}"`;
  });
}

function bunVersions(file: SourceFile, names: Names): Finding[] {
  return eachMatch(file, /\bbun@([\d.]*\d)/g, 'bun-version', ([, version = '']) =>
    version === names.bun ? null : `bun@${version}, while package.json pins ${names.bun}`,
  );
}

const CODE_PATH = /`([.\w-]+(?:\/[.\w-]+)*\/?)(?::\d+)?`/g;

/** A code span whose first part is a folder or file of the repository is a path in it. */
function paths(file: SourceFile, names: Names): Finding[] {
  return eachMatch(file, CODE_PATH, 'path', ([, path = '']) => {
    const [first = ''] = path.split('/');
    const isMade = first === 'build' || first === 'node_modules' || first === 'world-data';
    if (isMade || !path.includes('/') || !names.exists(first)) return null;
    return names.exists(path) ? null : `\`${path}\` does not exist`;
  });
}

/** The text with everything outside code spans and fences blanked; lines stay. */
function codeOnly(file: SourceFile): string {
  if (!file.path.endsWith('.md')) return file.text.replace(/^#.*$/gm, '');
  const kept = [...file.text.matchAll(/```[\s\S]*?```|`[^`\n]+`/g)];
  const out = file.text.replace(/[^\n]/g, ' ').split('');
  for (const match of kept) {
    for (let i = 0; i < match[0].length; i++) out[match.index + i] = match[0][i] ?? ' ';
  }
  return out.join('');
}

function eachMatch(
  file: SourceFile,
  pattern: RegExp,
  rule: string,
  judge: (match: RegExpExecArray) => string | null,
): Finding[] {
  return [...file.text.matchAll(pattern)].flatMap((match) => {
    const message = judge(match);
    if (message === null) return [];
    return [{ path: file.path, line: lineAt(file.text, match.index), rule, message }];
  });
}
