import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Declaration, declarationsOf, docBefore, membersOf, rowsOf } from './declarations.ts';
import type { Finding } from './source.ts';

/** `core-wasm/API.md` is a function of what the library exports and of its comments. */

const PAGE = 'core-wasm/API.md';
const ENTRY = 'core-wasm/host/index.ts';
const LIMITS = 'core-wasm/assembly/limits.ts';

const INTRODUCTION = `# The core as a library

Made of [host/index.ts](host/index.ts) and its comments by \`bun ops/check/api-page.ts\`: change
those. A program that uses it in 30 lines: [example.ts](example.ts). What is behind it:
[README.md](README.md).

Units are metres, seconds, kilograms, newtons and radians unless a name or a comment says else.
Axes are right-handed, +y is up; gravity is that of the region. A rotation is a unit quaternion
x, y, z, w. Positions are those of the centre of mass, in the region's own coordinates. An entity
id is 32 bits, generation and index; 0 is nobody, and in answers the terrain. Numbers cross as f32.

A value out of range is refused as a whole: a \`WireFault\` for bytes, a \`RangeError\` where a
program calls with what cannot be. What goes wrong inside a tick is a bit of \`StepFault\`; the
world stays valid.
`;

/** What belongs together, in reading order. A name that is exported must stand in one of them. */
const SECTIONS: readonly (readonly [title: string, names: readonly string[]])[] = [
  ['Worlds', ['compileCore', 'CoreModule', 'World', 'BodyGiven', 'Core', 'StateReader', 'Terrain']],
  ['Bodies', ['ShapeKind', 'BodyKind', 'BodyRole', 'SpawnBody', 'SpawnPlayer']],
  [
    'Hulls and compounds',
    ['CompoundChild', 'CompoundPiece', 'DefinitionFrame', 'bodyPose', 'meshPose', 'Pose3'],
  ],
  [
    'Joints',
    [
      'JointKind',
      'AddJoint',
      'Ends',
      'Frames',
      'BallJoint',
      'HingeJoint',
      'DistanceJoint',
      'WeldJoint',
      'emptyJoints',
      'JointColumns',
    ],
  ],
  [
    'Frames',
    [
      'TICK_RATE_HZ',
      'TICKS_PER_FRAME',
      'FrameWriter',
      'Codec',
      'EntryPacker',
      'Unpacked',
      'PlayerInput',
      'Intent',
      'Button',
      'Pose',
      'PartPose',
      'FrameHeader',
    ],
  ],
  [
    'Queries',
    [
      'Queries',
      'QueryShape',
      'QueryFilter',
      'QueryHit',
      'QueryStatus',
      'Overlap',
      'Vector',
      'emptyHit',
      'Rewind',
      'REWIND_TICKS_MAX',
    ],
  ],
  ['Interest', ['Interest', 'InterestSettings', 'INTEREST_DEFAULTS', 'GHOST_BUDGET_MIN_BYTES']],
  [
    'Bubbles',
    [
      'BubbleWriter',
      'BubbleReader',
      'BubbleFrame',
      'BubbleRead',
      'Ghost',
      'GhostParts',
      'ghostKeyOf',
    ],
  ],
  [
    'Columns for drawing',
    [
      'emptyBodies',
      'BodyColumns',
      'emptyPlayers',
      'PlayerColumns',
      'emptyContacts',
      'ContactPoints',
      'emptyBoxes',
      'Boxes',
    ],
  ],
  ['Time', ['STEP_STAGES', 'StepStage']],
  ['Events', ['EventKind', 'TickEvent']],
  ['Faults', ['StepFault', 'WireFault']],
];

/** Every name that the entry point exports, and the file that declares it. */
function exportsOf(root: string): Map<string, string> {
  const text = readFileSync(join(root, ENTRY), 'utf8');
  const found = new Map<string, string>();
  for (const [, names, file] of text.matchAll(/export \{([^}]*)\} from '\.\/([^']+)'/g)) {
    for (const name of (names as string).split(',')) {
      const plain = name.replace(/^\s*(?:type )?\s*/, '').trim();
      if (plain !== '') found.set(plain, file as string);
    }
  }
  return found;
}

/** The page as it should be. Throws when an export has no section or no declaration. */
export function apiPageOf(root: string): string {
  const files = exportsOf(root);
  const placed = new Set(SECTIONS.flatMap(([, names]) => names));
  const homeless = [...files.keys()].filter((name) => !placed.has(name));
  if (homeless.length > 0) throw new Error(`no section in api-page.ts for ${homeless.join(', ')}`);
  const sections = SECTIONS.map(([title, names]) => {
    const entries = names.map((name) => entryOf(find(root, files.get(name), name)));
    return `## ${title}\n\n${entries.join('\n')}`;
  });
  return [INTRODUCTION, ...sections, limitsOf(root)].join('\n');
}

function find(root: string, file: string | undefined, name: string): Declaration[] {
  if (file === undefined) throw new Error(`${name} is not exported by ${ENTRY}`);
  const text = readFileSync(join(root, 'core-wasm/host', file), 'utf8');
  const found = declarationsOf(text).filter((declaration) => declaration.name === name);
  if (found.length === 0) throw new Error(`${file} does not declare ${name}`);
  return found;
}

/** A constant and the type of its values are one entry. */
function entryOf([first]: Declaration[]): string {
  const declaration = first as Declaration;
  const lines = [`### ${declaration.name}\n`];
  if (declaration.doc !== '') lines.push(`${declaration.doc}\n`);
  const rows = declaration.kind === 'const' ? rowsOf(declaration) : [];
  if (rows.length > 0) {
    lines.push(
      table(
        ['name', 'value', 'meaning'],
        rows.map((row) => [row.name, row.value, row.doc]),
      ),
    );
  } else if (declaration.kind === 'class') {
    lines.push(code(declaration.text.slice(0, declaration.text.indexOf('{')).trim()));
    const members = membersOf(declaration).filter(({ text }) => !text.includes('abi: Abi'));
    for (const member of members) lines.push(memberOf(member));
  } else {
    lines.push(code(declaration.text));
  }
  return `${lines.join('\n')}`;
}

function memberOf({ doc, text }: { doc: string; text: string }): string {
  const name = text.replace(/\s+/g, ' ');
  const said = doc === '' ? '' : `  \n  ${doc.replaceAll('\n', '\n  ')}`;
  return `- \`${name}\`${said}\n`;
}

/** Capacities and constants of the artifact. */
function limitsOf(root: string): string {
  const text = readFileSync(join(root, LIMITS), 'utf8');
  const rows = [...text.matchAll(/^export const (\w+): \w+ =\s+([^;]+);/gm)].map((match) => [
    match[1] as string,
    (match[2] as string).replace(/<\w+>/g, ''),
    docBefore(text, match.index),
  ]);
  const introduction =
    'Of [assembly/limits.ts](assembly/limits.ts). A capacity that is full is a bit of `StepFault`.';
  return `## Limits\n\n${introduction}\n\n${table(['name', 'value', 'meaning'], rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/\s+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

function code(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\`\n`;
}

export function apiPage(root: string): Finding[] {
  const finding = { path: PAGE, line: 0, rule: 'api-page' };
  try {
    const wanted = apiPageOf(root);
    const path = join(root, PAGE);
    if (existsSync(path) && readFileSync(path, 'utf8') === wanted) return [];
    return [{ ...finding, message: 'is not what the code says: bun ops/check/api-page.ts' }];
  } catch (error) {
    return [{ ...finding, message: error instanceof Error ? error.message : String(error) }];
  }
}

if (import.meta.main) {
  const root = join(import.meta.dir, '../..');
  writeFileSync(join(root, PAGE), apiPageOf(root));
}
