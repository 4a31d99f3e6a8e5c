import { CloseCode } from '../../core-wasm/host/close-code.ts';

/** What is read from a server's metrics page, at one moment. */
export interface MetricsSample {
  readonly atMs: number;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** Cumulative counts of the tick histogram, by upper edge in seconds, ascending. */
  readonly tickBuckets: ReadonlyArray<readonly [edge: number, count: number]>;
  /** Ticks given up because the loop was too far behind: then 20 Hz were not held. */
  readonly slippedTicks: number;
  /** Bodies of players, also of those who just left. */
  readonly players: number;
  /**
   * Sockets that are open now, that ever were, and that their clients closed on purpose; without
   * second sockets, which a client opens when it likes.
   */
  readonly links: number;
  readonly linksOpened: number;
  readonly linksLeft: number;
}

const CPU = 'process_cpu_seconds_total';
const RSS = 'process_resident_memory_bytes';
const SLIPPED = 'spacetime_slipped_ticks_total';
const PLAYERS = 'spacetime_players';
const LINKS = 'spacetime_links';
const OPENED = 'spacetime_links_opened_total';
const SPARES_ASKED = 'spacetime_spares_asked_total';
const CLOSES = 'spacetime_link_closes_total';
const TICKS = 'spacetime_tick_duration_seconds_bucket';

/** Null when the server gives no metrics away (they may be closed to the outside). */
export async function scrape(origin: string, nowMs: () => number): Promise<MetricsSample | null> {
  const response = await fetch(`${origin}/metrics`).catch(() => null);
  return response?.ok ? parseMetrics(await response.text(), nowMs()) : null;
}

export function parseMetrics(page: string, atMs: number): MetricsSample {
  const figure = (name: string) =>
    Number(page.match(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)`, 'm'))?.[1] ?? Number.NaN);
  // A label that was never counted has no line.
  const total = (name: string, labels: string) =>
    [...page.matchAll(new RegExp(`^${name}\\{[^}]*${labels}[^}]*\\} (\\S+)`, 'gm'))]
      .map(([, value]) => Number(value))
      .reduce((sum, value) => sum + value, 0);
  const buckets = [
    ...page.matchAll(new RegExp(`^${TICKS}\\{[^}]*le="([^"]+)"[^}]*\\} (\\S+)`, 'gm')),
  ];
  return {
    atMs,
    cpuSeconds: figure(CPU),
    rssBytes: figure(RSS),
    tickBuckets: buckets
      .map(([, edge, count]) => [edgeOf(edge as string), Number(count)] as const)
      .sort((a, b) => a[0] - b[0]),
    slippedTicks: figure(SLIPPED),
    players: figure(PLAYERS),
    links: total(LINKS, 'state=') - total(LINKS, 'state="spare"'),
    linksOpened: figure(OPENED) - (figure(SPARES_ASKED) || 0),
    linksLeft: total(CLOSES, `code="${CloseCode.NORMAL}"`),
  };
}

function edgeOf(text: string): number {
  return text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text);
}

/** Cores that the server kept busy between two samples. */
export function cpuCores(before: MetricsSample, after: MetricsSample): number {
  return ((after.cpuSeconds - before.cpuSeconds) * 1000) / (after.atMs - before.atMs);
}

/**
 * Quantile of the ticks between two samples, ms: linear within its bucket, as Prometheus does. In
 * the last, open bucket it is that bucket's lower edge. Null when no tick was made.
 */
export function tickQuantileMs(
  before: MetricsSample,
  after: MetricsSample,
  quantile: number,
): number | null {
  const counts = after.tickBuckets.map(
    ([edge, count], i) => [edge, count - (before.tickBuckets[i]?.[1] ?? 0)] as const,
  );
  const total = counts.at(-1)?.[1] ?? 0;
  if (total === 0) return null;
  const rank = quantile * total;
  let lowerEdge = 0;
  let lowerCount = 0;
  for (const [edge, count] of counts) {
    if (count >= rank) {
      if (edge === Number.POSITIVE_INFINITY) return lowerEdge * 1000;
      const share = count === lowerCount ? 1 : (rank - lowerCount) / (count - lowerCount);
      return (lowerEdge + (edge - lowerEdge) * share) * 1000;
    }
    lowerEdge = edge;
    lowerCount = count;
  }
  return lowerEdge * 1000;
}
