import { loadavg } from 'node:os';
import { type Bench, type Choice, chosen, UnknownChoice } from '../bench.ts';
import type { ServerName } from './load.ts';
import { type MessageSizes, measureServer, messageSizesOf, type Row } from './measure.ts';
import { type Found, searchMost } from './search.ts';
import { installColyseus, missingFor } from './servers.ts';
import { netTable, type Ratio, ratiosOf } from './table.ts';

/** Ours first: the floor carries messages of our sizes. */
const SERVERS: readonly ServerName[] = ['ours', 'colyseus', 'floor'];
const PLAYERS = '200';
const QUICK_PLAYERS = '8';
const SECONDS = 30;
const QUICK_SECONDS = 2;
/** What ours may send to one who sees 32 others; used when ours is not measured. */
const SIZES: MessageSizes = { upBytes: 40, downBytes: 275 };

/** What holds: of 20 frames a second every bot gets so many, and sees others so soon. */
const FRAMES_PER_SECOND_MIN = 19;
const SEEN_P99_MAX_MS = 150;
const SEARCH_FIRST = 250;
const SEARCH_LAST = 8_000;
const SEARCH_SHARE = 0.05;
/** Of its core: above it, what is measured is how much the bots bear. */
const LOAD_CPU_MAX = 0.95;

type Report = (line: string) => void;

interface Plan {
  readonly servers: readonly ServerName[];
  readonly players: readonly number[];
  readonly seconds: number;
}

export interface NetResult {
  readonly seconds: number;
  readonly rows: readonly Row[];
  readonly ratios: readonly Ratio[];
  /** The most players that each server bears, where it was searched for. */
  readonly most?: Readonly<Partial<Record<ServerName, Found>>>;
}

export const net: Bench = {
  about: 'our server beside Colyseus and bare sockets: bytes, CPU, delay until others see it',
  async run(report, choice): Promise<NetResult> {
    const plan = await planOf(choice, report);
    report(
      `load average ${loadavg()
        .map((value) => value.toFixed(2))
        .join(' ')}`,
    );
    const rows = await measureAll(plan, report);
    for (const line of ['', ...netTable(rows)]) report(line);
    const failures = rows.flatMap((row) => row.failures);
    if (failures.length > 0) throw new Error(`the run proves nothing:\n${failures.join('\n')}`);
    const result = { seconds: plan.seconds, rows, ratios: ratiosOf(rows) };
    return choice.search ? { ...result, most: await searchAll(plan, rows, report) } : result;
  },
};

/** Throws `UnknownChoice`. Who cannot run here is left out, and what would help is reported. */
async function planOf(choice: Choice, report: Report): Promise<Plan> {
  const { quick } = choice;
  const wanted = chosen('server', choice.servers, SERVERS);
  const players = (choice.players ?? (quick ? QUICK_PLAYERS : PLAYERS))
    .split(',')
    .map((text) => countIn('--players', text));
  const seconds = countIn('--seconds', choice.seconds ?? String(quick ? QUICK_SECONDS : SECONDS));
  if (!quick && wanted.includes('colyseus') && missingFor('colyseus') !== null) {
    report('Installing Colyseus …');
    await installColyseus();
  }
  const servers = SERVERS.filter((server) => {
    const missing = wanted.includes(server) ? missingFor(server) : null;
    if (missing !== null) report(`without ${server}. ${missing}`);
    return wanted.includes(server) && missing === null;
  });
  return { servers, players, seconds };
}

function countIn(name: string, text: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 100_000) return count;
  throw new UnknownChoice(`${name} wants whole numbers from 1 to 100000, not "${text}"`);
}

async function measureAll({ servers, players, seconds }: Plan, report: Report): Promise<Row[]> {
  const rows: Row[] = [];
  for (const count of players) {
    for (const server of servers) {
      report(`${server} with ${count} players for ${seconds} s …`);
      rows.push(await measureServer(server, count, seconds, sizesLike(rows, count)));
    }
  }
  return rows;
}

/** Sizes of our messages: with as many players, or else with the last number measured. */
function sizesLike(rows: readonly Row[], players: number): MessageSizes {
  const ours = rows.filter(({ server }) => server === 'ours');
  const row = ours.find(({ asked }) => asked === players) ?? ours.at(-1);
  return (row && messageSizesOf(row)) ?? SIZES;
}

async function searchAll(
  { servers, seconds }: Plan,
  rows: readonly Row[],
  report: Report,
): Promise<Partial<Record<ServerName, Found>>> {
  const most: Partial<Record<ServerName, Found>> = {};
  report('');
  for (const server of servers) {
    const found = await searchMost(SEARCH_FIRST, SEARCH_LAST, SEARCH_SHARE, async (players) => {
      const row = await measureServer(server, players, seconds, sizesLike(rows, players));
      const trial = judge(row);
      report(`${server} ${players}: ${trial.says}`);
      return trial;
    });
    most[server] = found;
    const limit = found.tooMany === null ? 'no limit found' : `not ${found.tooMany}`;
    report(`${server}: ${found.most} players hold, ${limit}`);
  }
  return most;
}

function judge(row: Row): { readonly holds: boolean; readonly says: string } {
  const { framesPerSecondWorst, seenP99Ms, serverCpu, loadCpu, othersCpu, failures } = row;
  if (failures.length > 0) {
    const says = failures.join('; ').replaceAll(/\s+/g, ' ').slice(0, 200);
    return { holds: false, says };
  }
  const holds =
    (framesPerSecondWorst ?? 0) >= FRAMES_PER_SECOND_MIN &&
    (seenP99Ms ?? Number.POSITIVE_INFINITY) <= SEEN_P99_MAX_MS;
  const limit = (loadCpu ?? 0) > LOAD_CPU_MAX ? ', the bots at the end of their core' : '';
  const cpu = `CPU ${serverCpu}, others ${othersCpu}${limit}`;
  const figures = `${framesPerSecondWorst} frames/s, p99 ${seenP99Ms} ms, ${cpu}`;
  return { holds, says: `${holds ? 'holds' : 'does not hold'} (${figures})` };
}
