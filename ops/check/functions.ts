/** Where one function stands; offsets into the blanked code. */
export interface FunctionSpan {
  /** Empty for an arrow function. */
  readonly name: string;
  readonly start: number;
  /** Behind the closing brace. */
  readonly end: number;
}

const DECLARED = /\bfunction\b\s*\*?\s*([\w$]*)\s*(?:<[^(]*>)?\(/g;
const METHOD = new RegExp(
  String.raw`^[ \t]*(?:(?:public|private|protected|static|override|async|get|set)\s+)*` +
    String.raw`\*?\s*(#?[A-Za-z_$][\w$]*)\s*(?:<[^(\n]*>)?\(`,
  'gm',
);
const ARROW = /=>\s*\{/g;
const NOT_METHODS: ReadonlySet<string> = new Set(
  'if for while switch catch return function await new throw super import with'.split(' '),
);

/** Functions, methods and arrow functions with a body, in the order of their kinds. */
export function functionsIn(code: string): FunctionSpan[] {
  const spans: FunctionSpan[] = [];
  const add = (name: string, start: number, bodyAt: number) => {
    if (bodyAt !== -1) spans.push({ name, start, end: closingOf(code, bodyAt) + 1 });
  };
  for (const match of code.matchAll(DECLARED)) {
    add(match[1] ?? '', match.index, bodyAfter(code, match.index + match[0].length - 1));
  }
  for (const match of code.matchAll(METHOD)) {
    const name = match[1] ?? '';
    if (NOT_METHODS.has(name)) continue;
    add(name, match.index, bodyAfter(code, match.index + match[0].length - 1));
  }
  for (const match of code.matchAll(ARROW)) {
    add('', match.index, match.index + match[0].length - 1);
  }
  return spans;
}

/** Offset of the brace that opens the body behind the parameter list at `open`, or −1. */
function bodyAfter(code: string, open: number): number {
  let at = nextSolid(code, closingOf(code, open) + 1);
  if (code[at] === '{') return at;
  if (code[at] !== ':') return -1;
  // A return type: braces after one of these belong to it, the first other brace is the body.
  let before = ':';
  for (at = nextSolid(code, at + 1); at < code.length; at = nextSolid(code, at + 1)) {
    const char = code[at] ?? '';
    if (char === ';' || char === '=') return -1;
    if (char === '{' && !':|&<,('.includes(before)) return at;
    if ('({[<'.includes(char)) at = closingOf(code, at);
    before = code[at] ?? '';
  }
  return -1;
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '{': '}', '[': ']', '<': '>' };

/** Offset of the bracket that closes the one at `open`; the end of the text when none does. */
function closingOf(code: string, open: number): number {
  const opening = code[open] ?? '';
  const closing = CLOSING[opening];
  let depth = 0;
  for (let i = open; i < code.length; i++) {
    if (code[i] === opening) depth++;
    else if (code[i] === closing && code[i - 1] !== '=' && --depth === 0) return i;
  }
  return code.length - 1;
}

function nextSolid(code: string, from: number): number {
  let at = from;
  while (at < code.length && /\s/.test(code[at] ?? '')) at++;
  return at;
}
