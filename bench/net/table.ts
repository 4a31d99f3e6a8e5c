import { rounded } from '../bench.ts';
import type { Row } from './measure.ts';

const HEAD = [
  ...['server', 'players', 'joined', 'stayed', 'kB/s down', 'kB/s up', 'frames/s', 'worst'],
  ...['CPU', 'seen p50 ms', 'p99 ms', 'load CPU', 'others'],
];

/** One line for each server and number of players, then ours as parts of the others. */
export function netTable(rows: readonly Row[]): string[] {
  return [...columns([HEAD, ...rows.map(cellsOf)]), ...ratioTable(rows)];
}

function cellsOf(row: Row): string[] {
  return [
    row.server,
    ...[row.asked, row.joined, row.stayed].map(String),
    ...[row.bytesDownPerPlayerPerSecond, row.bytesUpPerPlayerPerSecond].map(kilobytes),
    ...[row.framesPerSecond, row.framesPerSecondWorst, row.serverCpu].map(cell),
    ...[row.seenP50Ms, row.seenP99Ms, row.loadCpu, row.othersCpu].map(cell),
  ];
}

const COMPARED = [
  'bytesDownPerPlayerPerSecond',
  'bytesUpPerPlayerPerSecond',
  'framesPerSecond',
  'serverCpu',
  'seenP50Ms',
  'seenP99Ms',
] as const;
const RATIO_HEAD = 'ours ÷,players,kB/s down,kB/s up,frames/s,CPU,seen p50,p99';

export interface Ratio {
  readonly to: string;
  readonly players: number;
  /** Ours divided by theirs; null where either was not measured. */
  readonly of: Readonly<Record<(typeof COMPARED)[number], number | null>>;
}

/** Ours beside each other server that had as many players. */
export function ratiosOf(rows: readonly Row[]): Ratio[] {
  return rows.flatMap((theirs) => {
    const ours = rows.find(({ server, asked }) => server === 'ours' && asked === theirs.asked);
    if (ours === undefined || theirs.server === 'ours') return [];
    const of = Object.fromEntries(
      COMPARED.map((figure) => [figure, quotient(ours[figure], theirs[figure])]),
    ) as Ratio['of'];
    return [{ to: theirs.server, players: theirs.asked, of }];
  });
}

function ratioTable(rows: readonly Row[]): string[] {
  const ratios = ratiosOf(rows);
  if (ratios.length === 0) return [];
  const lines = ratios.map(({ to, players, of }) => [
    to,
    String(players),
    ...COMPARED.map((figure) => cell(of[figure])),
  ]);
  return ['', ...columns([RATIO_HEAD.split(','), ...lines])];
}

function quotient(ours: number | null, theirs: number | null): number | null {
  return ours === null || theirs === null || theirs === 0 ? null : rounded(ours / theirs);
}

function kilobytes(bytes: number | null): string {
  return bytes === null ? '–' : (bytes / 1000).toFixed(2);
}

function cell(value: number | null): string {
  return value === null ? '–' : String(value);
}

/** The first column flush left, the others right. */
function columns(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  return lines.map((cells) =>
    cells
      .map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)))
      .join('  '),
  );
}
