import { type Finding, findAll, lineAt, type SourceFile } from './source.ts';

/**
 * AssemblyScript without a heap: what allocates, throws or reaches the host is not written.
 * The compiler would accept each of these and pay with garbage in the STATE arena's neighbourhood.
 */
const FORBIDDEN: readonly (readonly [RegExp, string])[] = [
  [/\bnew\s+\w+/g, 'allocates: records live at fixed addresses in layout.ts'],
  [/\b(?:Array|Map|Set|String|ArrayBuffer|\w+Array)\s*[<(]/g, 'is a managed object'],
  [/=>/g, 'is a function value: call by name'],
  [/\b(?:throw|try|catch)\b/g, 'does not exist here: assert, or set a fault bit'],
  [/\brelaxed_\w+/g, 'is relaxed SIMD: its result depends on the machine'],
  [/(?:^|[=(,:?]|\breturn)[ \t]*\[/gm, 'is an array literal: it allocates'],
  [/^[ \t]*@(?!unmanaged\b|final\b)\w+/gm, 'is a decorator that formatter and linter cannot parse'],
];

export function assembly(file: SourceFile): Finding[] {
  if (!file.path.startsWith('core-wasm/assembly/') || !file.path.endsWith('.ts')) return [];
  // Static data is the one place for lists: the compiler lays it out, nothing allocates.
  const code = file.code.replace(/memory\.data<[^(]*\(\s*\[[^\]]*\]/g, (list) =>
    list.replace(/[^\n]/g, ' '),
  );
  return [
    ...FORBIDDEN.flatMap(([pattern, why]) =>
      findAll({ ...file, code }, pattern, 'assembly', ([what]) => `"${what.trim()}" ${why}`),
    ),
    ...managedClasses(file),
    ...strings(file),
  ];
}

const CLASS_HEAD = /^[ \t]*((?:@\w+\s+)*)(?:export\s+)?(?:abstract\s+)?class\s+(\w+)/gm;

function managedClasses(file: SourceFile): Finding[] {
  return [...file.code.matchAll(CLASS_HEAD)]
    .filter(([, decorators]) => !decorators?.includes('@unmanaged'))
    .map((match) => ({
      path: file.path,
      line: lineAt(file.text, match.index + match[0].length),
      rule: 'assembly',
      message: `class ${match[2]} is managed: mark it @unmanaged`,
    }));
}

/** What the compiler reads and nothing holds at run time: the paths of imports, field names. */
const COMPILE_TIME = /\b(?:from|import)\s*$|\boffsetof<\w+>\(\s*$/;

function strings(file: SourceFile): Finding[] {
  return file.literals
    .filter(({ start }) => !COMPILE_TIME.test(file.code.slice(Math.max(0, start - 60), start)))
    .map(({ start, end }) => ({
      path: file.path,
      line: lineAt(file.text, start),
      rule: 'assembly',
      message: `${file.text.slice(start, end)} is a managed string`,
    }));
}
