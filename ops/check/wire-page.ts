import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { declarationsOf, rowsOf } from './declarations.ts';
import type { Finding } from './source.ts';

/**
 * Makes the page of the wire protocol out of the code that reads and writes it: layouts from the
 * comments beside it, numbers and fields from the code itself. So what a stranger builds on is what
 * both ends run.
 */

const PAGE = 'core-wasm/WIRE.md';
const WIRE = 'core-wasm/assembly/wire';

const INTRODUCTION = `# The wire

Made of the code by \`bun ops/check/wire-page.ts\`: change the comments there, not this page.
Binary, little endian, over WebSocket; one message a WebSocket frame. Whoever wants to speak it
without our host finds all bytes here; [client/example/walk.ts](../client/example/walk.ts) is a
whole client on the host in under 80 lines.

1. \`POST /auth/guest\` gives a ticket; \`POST /auth/renew\` another one for the same account.
2. The socket is opened with the subprotocols \`spacetime.v1\` and \`ticket.TICKET\`. The server
   answers with \`spacetime.v1\`, or refuses before the upgrade.
3. HELLO with the protocol's version and the hash of \`/core.wasm\` (the first 8 bytes of its
   SHA-256). WELCOME says which entity is the player's. SNAPSHOT has all that is static; everything
   else enters with FRAMEs, 20 a second, each three ticks long.
4. INPUT for a frame must come before the server seals it; TIMING in FRAMEs says how early it
   came. PING at least every few seconds, or the heartbeat ends the connection.
5. KEEPING follows WELCOME and comes whenever it changes: 0 what is played is kept within a moment,
   1 the store is behind, 2 the world stands still until it is not. Frames before \`kept\` no crash
   takes away; another \`lease\` is another server, which found all before \`began\`, nothing else.
   DURABLE in FRAMEs goes on from there.
6. Whose inputs are often late may open a second socket and say SPARE there with WELCOME's epoch:
   what he sends on both then comes as the faster of them has it. Nothing is said to him on it.
`;

/** Sections: the page's heading, and where the comment stands that says the layout. */
const LAYOUTS: ReadonlyArray<readonly [heading: string, path: string]> = [
  ['Messages', `${WIRE}/messages.ts`],
  ['FRAME', `${WIRE}/bubble/message.ts`],
  ['Ghosts', `${WIRE}/bubble/ghost-record.ts`],
  ['The frame that a world steps', `${WIRE}/frame.ts`],
  ['Entries: what a player did', `${WIRE}/entry.ts`],
  ['Packed entries', `${WIRE}/pack/pack.ts`],
  ['Packed frames: what the journal stores', `${WIRE}/pack/frame-pack.ts`],
  ['Commands about joints', `${WIRE}/joint-command.ts`],
  ['Commands about looks', `${WIRE}/define.ts`],
];

export function wirePageOf(root: string): string {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const [messages, frame, ...others] = LAYOUTS.map(
    ([heading, path]) =>
      `## ${heading}\n\nFrom [${path}](${linkTo(path)}).\n\n${layoutOf(read(path))}`,
  );
  return [
    INTRODUCTION,
    messages,
    numbers('Kinds', read('core-wasm/host/messages.ts'), 'MessageKind'),
    frame,
    commands(read(`${WIRE}/command.ts`)),
    ...others,
    numbers('Wire faults', read('core-wasm/host/types.ts'), 'WireFault'),
    numbers('Close codes', read('core-wasm/host/close-code.ts'), 'CloseCode'),
  ].join('\n');
}

function linkTo(path: string): string {
  return path.replace('core-wasm/', '');
}

/** The first comment with an indented block, as prose and fenced blocks. */
function layoutOf(text: string): string {
  const comments = [...text.matchAll(/\/\*\*\n([\s\S]*?)\n \*\//g)].map(([, body]) =>
    (body as string).split('\n').map((line) => line.replace(/^ \* ?/, '').trimEnd()),
  );
  const found = comments.find((lines) => lines.some((line) => line.startsWith('  ')));
  if (found === undefined) throw new Error('no layout in the comments of a file of the wire');
  const out: string[] = [];
  let isFenced = false;
  found.forEach((line, i) => {
    const next = found.slice(i + 1).find((other) => other !== '') ?? '';
    const goesOn = line.startsWith('  ') || (line === '' && isFenced && next.startsWith('  '));
    if (goesOn !== isFenced) out.push('```');
    isFenced = goesOn;
    out.push(isFenced ? line.replace(/^ {2}/, '') : line);
  });
  if (isFenced) out.push('```');
  return `${out.join('\n').trim()}\n`;
}

function numbers(heading: string, text: string, name: string): string {
  const declaration = declarationsOf(text).find((one) => one.name === name);
  if (declaration === undefined) throw new Error(`there is no ${name}`);
  const rows = rowsOf(declaration).map(({ name, value, doc }) => [value, name, doc]);
  return `## ${heading}\n\n${table(['number', 'name', 'meaning'], rows)}`;
}

const READS: Readonly<Record<string, string>> = {
  readU8: 'u8',
  readU16: 'u16',
  readU32: 'u32',
  readU64: 'u64',
  readF32: 'f32',
  readVec3: '3 f32',
};

/** Each command's fields, in the order in which its reader takes them. */
function commands(text: string): string {
  const rows = [...text.matchAll(/^ {2}([A-Z_]+) = (\d+),$/gm)].map(([, name, number]) => {
    const words = (name as string).split('_');
    const reader = `read${words.map((word) => word[0] + word.slice(1).toLowerCase()).join('')}`;
    const body = new RegExp(`\\nfunction ${reader}\\([^]*?\\n}`).exec(text)?.[0];
    return [number as string, name as string, body === undefined ? 'below' : fieldsOf(body)];
  });
  return `## Commands\n\nKind u8, then:\n\n${table(['kind', 'name', 'fields'], rows)}`;
}

function fieldsOf(body: string): string {
  return [...body.matchAll(/const (\w+) = ([^;]*);/g)]
    .flatMap(([, name, value]) => {
      const reads = [...(value as string).matchAll(/\b(read\w+)\(\)/g)].map(
        ([, read]) => READS[read as string],
      );
      if (reads.length === 0 || reads.includes(undefined)) return [];
      const [, condition, then] = /^(.*?) \? (.*?) : /.exec(value as string) ?? [];
      const when = then?.includes('read') ? 'if' : 'unless';
      const type = reads.join(', ').replace('3 f32, f32', '4 f32');
      return [`${name} ${type}${condition === undefined ? '' : ` (${when} ${condition})`}`];
    })
    .join(', ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replace(/\s+/g, ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  return `${[line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
}

export function wirePage(root: string): Finding[] {
  const finding = { path: PAGE, line: 0, rule: 'wire-page' };
  try {
    const path = join(root, PAGE);
    if (existsSync(path) && readFileSync(path, 'utf8') === wirePageOf(root)) return [];
    return [{ ...finding, message: 'is not what the code says: bun ops/check/wire-page.ts' }];
  } catch (error) {
    return [{ ...finding, message: error instanceof Error ? error.message : String(error) }];
  }
}

if (import.meta.main) {
  const root = join(import.meta.dir, '../..');
  writeFileSync(join(root, PAGE), wirePageOf(root));
}
