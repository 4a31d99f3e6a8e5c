import { posix } from 'node:path';
import { type Finding, isTest, lineAt, type SourceFile } from './source.ts';

/** One import, re-export or dynamic import of a file. */
interface Import {
  readonly from: string;
  readonly line: number;
  /** As written. */
  readonly specifier: string;
  /** Path in the repository, without its extension; null for a package or a built-in. */
  readonly target: string | null;
  readonly isTypeOnly: boolean;
}

/**
 * Which folders may import which, first match wins; own folder is always allowed.
 * The direction is the direction of the data: DESIGN's core knows nobody, nobody knows the tools.
 */
const DIRECTIONS: readonly { readonly folder: string; readonly may: readonly string[] }[] = [
  { folder: 'core-wasm/assembly', may: [] },
  { folder: 'core-wasm/host', may: [] },
  { folder: 'server/game', may: ['core-wasm/host'] },
  // The simulator is the one place where both ends meet.
  { folder: 'server/sim', may: ['core-wasm/host', 'server', 'db', 'client'] },
  { folder: 'server', may: ['core-wasm/host', 'db'] },
  { folder: 'client', may: ['core-wasm/host', 'server/game'] },
  { folder: 'db', may: [] },
  { folder: 'ops', may: [''] },
  { folder: 'bench', may: [''] },
];
/** Types that a folder may name although it may not import the code. */
const TYPES_ONLY: Readonly<Record<string, readonly string[]>> = { db: ['server/ports'] };

/** Folders that run in every engine or on no host at all: neither packages nor built-ins. */
const WITHOUT_PACKAGES = ['core-wasm/assembly', 'core-wasm/host', 'server/game'];

const IMPORT =
  /\b(import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s*)?(?=['"])|\bimport\s*\(\s*(?=['"])/g;

export function importsOf(file: SourceFile): Import[] {
  const endOf = new Map(file.literals.map(({ start, end }) => [start, end]));
  return [...file.code.matchAll(IMPORT)].flatMap((match) => {
    const start = match.index + match[0].length;
    const end = endOf.get(start);
    if (end === undefined) return [];
    const specifier = file.text.slice(start + 1, end - 1);
    const target = specifier.startsWith('.')
      ? posix.join(posix.dirname(file.path), specifier).replace(/\.ts$/, '')
      : null;
    const line = lineAt(file.text, start);
    return [{ from: file.path, line, specifier, target, isTypeOnly: match[2] !== undefined }];
  });
}

export function imports(files: readonly SourceFile[]): Finding[] {
  const all = files
    .filter((file) => file.path.endsWith('.ts') && !isTest(file.path))
    .flatMap(importsOf);
  return [...all.flatMap(direction), ...cycles(all)];
}

function isWithin(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}

function direction({ from, line, specifier, target, isTypeOnly }: Import): Finding[] {
  const finding = { path: from, line, rule: 'import-direction' };
  if (target === null) {
    const folder = WITHOUT_PACKAGES.find((one) => isWithin(from, one));
    if (folder === undefined) return [];
    return [{ ...finding, message: `${folder} imports no package and no built-in: ${specifier}` }];
  }
  const rule = DIRECTIONS.find(({ folder }) => isWithin(from, folder));
  if (rule === undefined) return [];
  const allowed = [
    rule.folder,
    ...rule.may,
    ...(isTypeOnly ? (TYPES_ONLY[rule.folder] ?? []) : []),
  ];
  if (allowed.some((folder) => isWithin(target, folder))) return [];
  const may = rule.may.length > 0 ? rule.may.join(', ') : 'nothing of ours';
  return [{ ...finding, message: `${rule.folder} may import ${may}; this is ${target}` }];
}

/** Folders are units; files beside them (server/main.ts, client/main.ts) are units of their own. */
function unitOf(path: string): string {
  return path.split('/').length > 2 ? path.split('/').slice(0, 2).join('/') : path;
}

/** Folders that need each other are one folder in two places. Types may point back. */
function cycles(all: readonly Import[]): Finding[] {
  const edges = new Map<string, Map<string, Import>>();
  for (const one of all) {
    if (one.target === null || one.isTypeOnly) continue;
    const from = unitOf(one.from.replace(/\.ts$/, ''));
    const to = unitOf(one.target);
    if (from === to) continue;
    const targets = edges.get(from) ?? new Map<string, Import>();
    if (!targets.has(to)) targets.set(to, one);
    edges.set(from, targets);
  }
  return cyclesIn(edges).flatMap((path) => {
    const [first, second] = path;
    const through = edges.get(first ?? '')?.get(second ?? '');
    if (through === undefined) return [];
    const message = `cycle ${[...path, first].join(' → ')}: move what both need below both`;
    return [{ path: through.from, line: through.line, rule: 'import-cycle', message }];
  });
}

/** One cycle through each set of units that reach each other; depth first, in name order. */
function cyclesIn(edges: ReadonlyMap<string, ReadonlyMap<string, unknown>>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const visit = (unit: string, path: readonly string[]) => {
    const at = path.indexOf(unit);
    if (at !== -1) {
      found.push(path.slice(at));
      return;
    }
    if (done.has(unit)) return;
    for (const next of [...(edges.get(unit)?.keys() ?? [])].sort()) visit(next, [...path, unit]);
    done.add(unit);
  };
  for (const unit of [...edges.keys()].sort()) visit(unit, []);
  return found;
}
