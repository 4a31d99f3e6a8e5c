import { functionsIn } from './functions.ts';
import { type Finding, findAll, isTest, lineAt, type SourceFile } from './source.ts';

const FILE_LINES_MAX = 600;
const FILE_LINES_WARN = 350;
const FUNCTION_LINES_MAX = 70;
const LINE_COLUMNS_MAX = 100;
const FOLDER_README_LINES_MAX = 60;

/** Size, names and words: what a reader trips over before he has read a line of logic. */
export function tidy(file: SourceFile): Finding[] {
  return [
    ...fileLength(file),
    ...lineLength(file),
    ...functionLength(file),
    ...pathName(file),
    ...functionNames(file),
    ...bannedWords(file),
  ];
}

function fileLength(file: SourceFile): Finding[] {
  const lines = file.text.split('\n').length - 1;
  const finding = { path: file.path, line: 0, rule: 'file-length' };
  if (file.path.endsWith('/README.md') && lines > FOLDER_README_LINES_MAX) {
    const message = `${lines} lines; a folder's README has at most ${FOLDER_README_LINES_MAX}`;
    return [{ ...finding, message }];
  }
  if (!/\.(ts|css|html)$/.test(file.path) || isTest(file.path)) return [];
  if (lines > FILE_LINES_MAX) {
    return [{ ...finding, message: `${lines} lines, at most ${FILE_LINES_MAX}: split it` }];
  }
  if (lines <= FILE_LINES_WARN) return [];
  const message = `${lines} lines, ${FILE_LINES_MAX} will fail: split it soon`;
  return [{ ...finding, message, isWarning: true }];
}

function lineLength(file: SourceFile): Finding[] {
  if (!file.path.endsWith('.ts')) return [];
  return file.text.split('\n').flatMap((text, index) => {
    if (text.length <= LINE_COLUMNS_MAX) return [];
    const message = `${text.length} columns, at most ${LINE_COLUMNS_MAX}`;
    return [{ path: file.path, line: index + 1, rule: 'line-length', message }];
  });
}

function functionLength(file: SourceFile): Finding[] {
  if (!file.path.endsWith('.ts') || isTest(file.path)) return [];
  return functionsIn(file.code).flatMap(({ name, start, end }) => {
    const line = lineAt(file.code, start);
    const lines = lineAt(file.code, end) - line + 1;
    if (lines <= FUNCTION_LINES_MAX) return [];
    const message = `${name || 'arrow function'} has ${lines} lines, at most ${FUNCTION_LINES_MAX}`;
    return [{ path: file.path, line, rule: 'function-length', message }];
  });
}

const DRAWER_NAMES = /^(utils?|helpers?|managers?|misc|common|shared|data)$/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/;

function pathName(file: SourceFile): Finding[] {
  if (!/\.(ts|css|html|sql)$/.test(file.path)) return [];
  const finding = { path: file.path, line: 0, rule: 'path-name' };
  return file.path.split('/').flatMap((part) => {
    const stem = part.replace(/\..*$/, '');
    if (DRAWER_NAMES.test(stem)) {
      return [{ ...finding, message: `"${stem}" is a drawer, not a name: say what is in it` }];
    }
    if (KEBAB.test(part) || file.path.startsWith('db/migrations/')) return [];
    return [{ ...finding, message: `"${part}" is not kebab-case` }];
  });
}

const DRAWER_FUNCTIONS =
  /^(utils?|helpers?|manager|misc|common|shared|data|handle)$|.(Manager|Helper|Utils?)$/;

function functionNames(file: SourceFile): Finding[] {
  if (!file.path.endsWith('.ts')) return [];
  return functionsIn(file.code)
    .filter(({ name }) => DRAWER_FUNCTIONS.test(name))
    .map(({ name, start }) => ({
      path: file.path,
      line: lineAt(file.code, start),
      rule: 'function-name',
      message: `"${name}" says nothing: name what it does`,
    }));
}

/** Unfinished work, and places that exist on one machine only. */
const BANNED_WORDS =
  /\b(TODO|FIXME|XXX)\b|(?<![\w.~-])(\/(?:work|root|home\/\w+|tmp)\/[\w.-]+)|\.\.\/shared\b/g;

/** Their digests may spell anything. */
const LOCK_FILE = /(^|\/)(bun\.lock|package-lock\.json)$/;

function bannedWords(file: SourceFile): Finding[] {
  // These rules and their tests have to spell what they ban.
  if (file.path.startsWith('ops/check/') || LOCK_FILE.test(file.path)) return [];
  return findAll({ ...file, code: file.text }, BANNED_WORDS, 'banned-word', ([word]) =>
    /^\W/.test(word) ? `"${word}" is a place on one machine` : `${word}: do it, or open an issue`,
  );
}
