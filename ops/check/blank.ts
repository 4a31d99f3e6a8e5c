/** A string or template literal in a source text. */
export interface Literal {
  /** Offset of the opening quote. */
  readonly start: number;
  /** Offset behind the closing quote. */
  readonly end: number;
}

/**
 * One pass over TypeScript that knows comments, strings, nested templates and regular expressions.
 * A parser would know more; this takes a millisecond a file and needs no package.
 */
export function blank(text: string): { code: string; literals: Literal[] } {
  const out = text.split('');
  const literals: Literal[] = [];
  /** Depth of braces inside each open `${`. */
  const templates: number[] = [];
  const wipe = (from: number, to: number) => {
    for (let i = from; i < to; i++) if (out[i] !== '\n') out[i] = ' ';
  };
  let at = 0;
  let templateStart = -1;
  const readTemplate = (from: number) => {
    const end = templateEnd(text, from);
    wipe(from, end.contentEnd);
    if (end.isOpen) templates.push(0);
    else literals.push({ start: templateStart, end: end.next });
    at = end.next;
  };
  while (at < text.length) {
    const char = text[at];
    const pair = text.slice(at, at + 2);
    if (pair === '//') {
      const end = endOr(text.indexOf('\n', at), text.length);
      wipe(at, end);
      at = end;
    } else if (pair === '/*') {
      const end = endOr(text.indexOf('*/', at), text.length - 2) + 2;
      wipe(at, end);
      at = end;
    } else if (char === "'" || char === '"') {
      const end = quotedEnd(text, at);
      wipe(at + 1, end - 1);
      literals.push({ start: at, end });
      at = end;
    } else if (char === '`') {
      templateStart = at;
      readTemplate(at + 1);
    } else if (char === '/' && startsRegExp(out, at)) {
      const end = regExpEnd(text, at);
      wipe(at + 1, end - 1);
      at = end;
    } else if (char === '}' && templates.at(-1) === 0) {
      templates.pop();
      readTemplate(at + 1);
    } else {
      const depth = templates.length - 1;
      if (depth >= 0 && char === '{') templates[depth] = (templates[depth] ?? 0) + 1;
      if (depth >= 0 && char === '}') templates[depth] = (templates[depth] ?? 0) - 1;
      at++;
    }
  }
  return { code: out.join(''), literals };
}

function endOr(found: number, otherwise: number): number {
  return found === -1 ? otherwise : found;
}

/** Behind the closing quote; an unclosed string ends with its line. */
function quotedEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === text[start]) return i + 1;
    else if (text[i] === '\n') return i;
  }
  return text.length;
}

/** Content of a template from `from` to its closing backtick, or to the next `${`. */
function templateEnd(text: string, from: number) {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '`') return { contentEnd: i, next: i + 1, isOpen: false };
    else if (text[i] === '$' && text[i + 1] === '{') {
      return { contentEnd: i, next: i + 2, isOpen: true };
    }
  }
  return { contentEnd: text.length, next: text.length, isOpen: false };
}

/** A slash opens a regular expression where a value may start, and divides elsewhere. */
function startsRegExp(out: readonly string[], at: number): boolean {
  let i = at - 1;
  while (i >= 0 && (out[i] === ' ' || out[i] === '\n')) i--;
  const before = out[i];
  if (before === undefined || '(,=:[!&|?{};+'.includes(before)) return true;
  if (before === '>' && out[i - 1] === '=') return true;
  return /\b(return|typeof|case)$/.test(out.slice(Math.max(0, i - 7), i + 1).join(''));
}

function regExpEnd(text: string, start: number): number {
  let inClass = false;
  for (let i = start + 1; i < text.length; i++) {
    const char = text[i];
    if (char === '\\') i++;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '\n') return i;
    else if (char === '/' && !inClass) return i + 1;
  }
  return text.length;
}
