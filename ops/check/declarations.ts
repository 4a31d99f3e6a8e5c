import { blank } from './blank.ts';

/** One exported declaration of a file, as a page of an API shows it. */
export interface Declaration {
  readonly name: string;
  readonly kind: 'class' | 'interface' | 'function' | 'const' | 'type';
  /** Its doc comment as plain text, '' when it has none. */
  readonly doc: string;
  /** As written, without `export` and, for functions, without the body. */
  readonly text: string;
}

/** A member of a class or object: what comes before its body or end. */
export interface Member {
  readonly doc: string;
  readonly text: string;
}

const HEAD =
  /^export (?:declare )?(?:abstract )?(class|interface|function|async function|const|type) (\w+)/gm;

/** The exported declarations of TypeScript that Biome has formatted, in order. */
export function declarationsOf(text: string): Declaration[] {
  const { code } = blank(text);
  return [...code.matchAll(HEAD)].map((match) => {
    const start = match.index;
    const kind = (match[1] as string).replace('async ', '') as Declaration['kind'];
    const end = endOf(code, start, kind === 'function');
    return {
      name: match[2] as string,
      kind,
      doc: docBefore(text, start),
      text: text
        .slice(start, end)
        .replace(/^export /, '')
        .trim(),
    };
  });
}

/** Where the declaration ends: its closing line, or for `headOnly` the brace of its body. */
function endOf(code: string, start: number, headOnly: boolean): number {
  if (headOnly) return bodyBrace(code, start);
  const firstLine = code.slice(start, lineEnd(code, start));
  if (/[;}]\s*$/.test(firstLine)) return lineEnd(code, start);
  const close = /^[})].*$/gm;
  close.lastIndex = start;
  const match = close.exec(code);
  return match === null ? code.length : lineEnd(code, match.index);
}

function lineEnd(code: string, from: number): number {
  const end = code.indexOf('\n', from);
  return end < 0 ? code.length : end;
}

/** The brace that opens a function's body: the first that ends its line outside of parentheses. */
function bodyBrace(code: string, start: number): number {
  let depth = 0;
  for (let at = start; at < code.length; at++) {
    const char = code[at];
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === '{' && depth === 0 && code[at + 1] === '\n') return at;
  }
  return code.length;
}

/** The text of the doc comment that ends right before `start`, without its stars. */
export function docBefore(text: string, start: number): string {
  const before = text.slice(0, start).replace(/\n[ \t]*$/, '');
  if (!before.endsWith('*/')) return '';
  const open = before.lastIndexOf('/**');
  if (open < 0 || before.slice(open).includes('*/\n')) return '';
  return before
    .slice(open + 3, -2)
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();
}

const MEMBER =
  /^ {2}(?! )(?!private|protected|\}|\/)(?:readonly |static |get |async |override )*\w+/gm;

/** The public members of a class, each as far as its body or end. */
export function membersOf(declaration: Declaration): Member[] {
  const { code } = blank(declaration.text);
  return [...code.matchAll(MEMBER)].map((match) => {
    const text = declaration.text.slice(match.index, memberEnd(code, match.index)).trim();
    return { doc: docBefore(declaration.text, match.index), text: oneLine(text) };
  });
}

/** A property ends at its value or semicolon, a method at its body. */
function memberEnd(code: string, start: number): number {
  const property = /^[\w ?]+(?=[:=;])[^(=;]*?(?=\s*[=;])/.exec(code.slice(start));
  return property === null ? bodyBrace(code, start) : start + property[0].length;
}

function oneLine(text: string): string {
  return text
    .replace(/\s*\n\s*/g, ' ')
    .replace(/\( /g, '(')
    .replace(/,? \)/g, ')');
}

/** Rows of an object of constants: name, value and the comment above. */
export function rowsOf(declaration: Declaration): { name: string; value: string; doc: string }[] {
  const { code, literals } = blank(declaration.text);
  if (literals.length > 0) return [];
  return [...code.matchAll(/\b([A-Z][A-Z0-9_]*): (-?[\w.]+)/g)].map((match) => ({
    name: match[1] as string,
    value: match[2] as string,
    doc: docBefore(declaration.text, match.index),
  }));
}
