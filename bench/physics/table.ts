import type { Row } from './measure.ts';
import type { Quality } from './quality.ts';

/** Engines as rows, for one scene on one runtime; × is the ratio to the best peer of the run. */
export function sceneTable(rows: readonly Row[], about: string): string[] {
  const [first] = rows;
  if (first === undefined) return [];
  const peers = rows.filter(({ engine }) => engine !== 'ours');
  const cells = rows.map((row) => [
    row.engine,
    ...[row.medianMs, row.p99Ms].map(String),
    ratio(row.medianMs, bestOf(peers, 'medianMs')),
    String(row.snapshotMs),
    String(row.restoreMs),
    String(Math.round(row.stateBytes / 1024)),
    String(row.rollback8Ms),
    ratio(row.rollback8Ms, bestOf(peers, 'rollback8Ms')),
    `${row.overlapMeanMm} / ${row.overlapMaxMm}`,
    `${row.driftMmps}${row.rollbackExact ? '' : ' INEXACT'}`,
  ]);
  const head = 'engine,tick,p99,×,save,restore,KiB,rollback 8,×,overlap mm,drift mm/s'.split(',');
  return [`${first.scene} · ${first.runtime} · ${about}`, ...columns([head, ...cells]), ''];
}

/** Our core against the best peer of each scene and runtime: what the goals are about. */
export function ratioTable(rows: readonly Row[]): string[] {
  const head = 'scene,runtime,tick,best peer,to deterministic,save+restore ms,rollback 8'.split(
    ',',
  );
  const lines = rows.flatMap((own) => {
    if (own.engine !== 'ours') return [];
    const peers = rows.filter(
      ({ engine, scene, runtime }) =>
        engine !== 'ours' && scene === own.scene && runtime === own.runtime,
    );
    const best = bestOf(peers, 'medianMs');
    const deterministic = peers.find(({ engine }) => engine === 'rapier-deterministic');
    return [
      [
        own.scene,
        own.runtime,
        ratio(own.medianMs, best),
        peers.find(({ medianMs }) => medianMs === best)?.engine ?? '–',
        ratio(own.medianMs, deterministic?.medianMs ?? null),
        (own.snapshotMs + own.restoreMs).toFixed(3),
        ratio(own.rollback8Ms, bestOf(peers, 'rollback8Ms')),
      ],
    ];
  });
  return lines.length === 0 ? [] : ['ours ÷ best peer', ...columns([head, ...lines])];
}

export function qualityTable(all: readonly Quality[]): string[] {
  if (all.length === 0) return [];
  const head = 'quality,stack sinks mm,sways mm,slope %,pendulum %,joint gap mm'.split(',');
  const lines = all.map(({ engine, ...figures }) => [
    engine,
    ...Object.values(figures).map((value) => (value === null ? '–' : String(value))),
  ]);
  return [...columns([head, ...lines]), ''];
}

function bestOf(peers: readonly Row[], figure: 'medianMs' | 'rollback8Ms'): number | null {
  return peers.length === 0 ? null : Math.min(...peers.map((row) => row[figure]));
}

function ratio(value: number, to: number | null): string {
  return to === null ? '–' : (value / to).toFixed(2);
}

/** The first column flush left, the others right. */
function columns(lines: readonly (readonly string[])[]): string[] {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((cells) => cells[column]?.length ?? 0)),
  );
  return lines.map((cells) =>
    cells
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  '),
  );
}
