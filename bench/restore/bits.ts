import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { Core, type CoreModule } from '../../core-wasm/host/core.ts';
import { openBeside } from '../../db/beside.ts';
import { connect, type Database } from '../../db/connect.ts';
import type { PostgresStore } from '../../db/postgres-store.ts';
import { openStore } from '../../db/store.ts';
import { createCoreShelf } from '../../server/persist/core-shelf.ts';
import { type Finding, verifyWorld } from '../../server/persist/verify.ts';
import { createSeededRandom, type SeededRandom } from '../../server/seeded-random.ts';
import { makeHistory } from './made-history.ts';

const REGION = 1;
const WORLD_FRAMES = 300;
const CHECKPOINT_FRAMES = 60;
const BOTS = 3;
/** Half a minute. */
const REPORT_EVERY = 50;

export interface BitsOptions {
  readonly flips: number;
  readonly seed: number;
  /** Altered first, whatever the seed says. */
  readonly given?: readonly Flip[];
  /** Hears how far it is, now and then, and of each flip that was missed. */
  readonly report?: (line: string) => void;
}

type ColumnType = 'bytea' | 'int4' | 'int8' | 'text';

/** Every column of what `verify` answers for. */
const COLUMNS = {
  journal_groups: {
    region: 'int4',
    first_frame: 'int8',
    last_frame: 'int8',
    payload: 'bytea',
    chain: 'bytea',
  },
  checkpoints: {
    region: 'int4',
    frame: 'int8',
    taken_us: 'int8',
    core_hash: 'text',
    schema_hash: 'text',
    state_hash: 'text',
    state_bytes: 'int4',
    state: 'bytea',
    state_digest: 'bytea',
    chain: 'bytea',
    content_hash: 'bytea',
  },
} as const satisfies Record<string, Record<string, ColumnType>>;
type Table = keyof typeof COLUMNS;

export interface Flip {
  readonly table: Table;
  readonly column: string;
  /** Of all of the column's rows, by frame. */
  readonly row: number;
  readonly bit: number;
}

export interface BitsResult {
  readonly flips: number;
  /** By table and column. */
  readonly found: Readonly<Record<string, number>>;
  /** Those that `verify` did not name. */
  readonly missed: readonly Flip[];
}

/**
 * Alters one bit at a time of a stored world, as a bad disk does, and asks `verify` whether it
 * names the group or checkpoint; then sets it back.
 */
export async function flipBits(module: CoreModule, options: BitsOptions): Promise<BitsResult> {
  const folder = mkdtempSync(join(tmpdir(), 'bits-'));
  const store = await openStore({ databaseUrl: null, dataDir: folder, log: () => {} });
  try {
    const plan = { bots: BOTS, frames: WORLD_FRAMES, checkpointFrames: CHECKPOINT_FRAMES };
    await makeHistory({ module, store, wallStartMs: Date.UTC(2026, 0, 1), ...plan });
    const beside = await openBeside({ databaseUrl: null, dataDir: folder });
    const direct = connect(beside.url, { socketsMax: 1, applicationName: 'spacetime-vr bits' });
    try {
      await forgetConstraints(direct.database);
      const core = await Core.create(module);
      return await flipAll(direct.database, beside.store, core, options);
    } finally {
      await direct.close(0);
      await beside.close();
    }
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A disk asks no constraint. */
async function forgetConstraints(database: Database): Promise<void> {
  const rows = await database.execute<{ relation: string; name: string }>(sql`
    select conrelid::regclass::text as relation, conname as name from pg_constraint
    where contype in ('c', 'f')
      and conrelid in ('journal_groups'::regclass, 'checkpoints'::regclass)`);
  for (const { relation, name } of rows) {
    await database.execute(sql.raw(`alter table ${relation} drop constraint "${name}"`));
  }
}

async function flipAll(
  database: Database,
  store: PostgresStore,
  core: Core,
  { flips, seed, given = [], report = () => {} }: BitsOptions,
): Promise<BitsResult> {
  const random = createSeededRandom(seed);
  const places = Object.entries(COLUMNS).flatMap(([table, columns]) =>
    Object.keys(columns).map((column) => ({ table: table as Table, column })),
  );
  const found: Record<string, number> = {};
  const missed: Flip[] = [];
  const none = await findings(store, core);
  if (none.length > 0) throw new Error(`damaged from the start: ${JSON.stringify(none)}`);
  for (let made = 0; made < flips; ) {
    const place = places[made % places.length] as (typeof places)[number];
    const flip = given[made] ?? choose(place, random);
    const altered = await alter(database, flip);
    if (altered === null) continue;
    made++;
    const named = (await findings(store, core)).some((finding) => names(finding, flip, altered));
    if (named)
      found[`${flip.table}.${flip.column}`] = (found[`${flip.table}.${flip.column}`] ?? 0) + 1;
    else {
      missed.push(flip);
      report(`missed: ${JSON.stringify(flip)}`);
    }
    if (made % REPORT_EVERY === 0) report(`${made}/${flips} altered, ${missed.length} missed`);
    await database.execute(sql.raw(statementOf(flip, `'${altered.place}'`)));
  }
  return { flips, found, missed };
}

function choose(
  place: { readonly table: Table; readonly column: string },
  random: SeededRandom,
): Flip {
  return { ...place, row: Math.floor(random() * 1000), bit: Math.floor(random() * 2 ** 30) };
}

interface Altered {
  /** Where the row is now. */
  readonly place: string;
  /** What the numbers of the row are and were. */
  readonly frames: readonly (readonly [first: number, last: number])[];
}

/** Null when the altered row would have another one's key: then it is no single row any more. */
async function alter(database: Database, flip: Flip): Promise<Altered | null> {
  const isGroup = flip.table === 'journal_groups';
  const [first, last] = isGroup ? ['first_frame', 'last_frame'] : ['frame', 'frame'];
  const numbers = `ctid::text as place, ${first} as first, ${last} as last`;
  const [count] = await database.execute<{ count: number }>(
    sql.raw(`select count(*)::int as count from ${flip.table}`),
  );
  const [before] = await database.execute<{ place: string; first: string; last: string }>(
    sql.raw(
      `select ${numbers} from ${flip.table} order by ${last} ` +
        `offset ${flip.row % (count?.count ?? 1)} limit 1`,
    ),
  );
  if (!before) throw new Error(`nothing is in ${flip.table}`);
  try {
    const [after] = await database.execute<{ place: string; first: string; last: string }>(
      sql.raw(`${statementOf(flip, `'${before.place}'`)} returning ${numbers}`),
    );
    if (!after) throw new Error('the row is not where it was');
    const frames = [before, after].map((row) => [Number(row.first), Number(row.last)] as const);
    return { place: after.place, frames };
  } catch (error) {
    if (String((error as Error).cause ?? error).includes('duplicate key')) return null;
    throw error;
  }
}

/** Alters the bit, and a second time sets it back. */
function statementOf({ table, column, bit }: Flip, place: string): string {
  const type = (COLUMNS[table] as Readonly<Record<string, ColumnType>>)[column];
  const values: Readonly<Record<ColumnType, string>> = {
    bytea: `set_bit(${column}, ${bit} % (octet_length(${column}) * 8),
      1 - get_bit(${column}, ${bit} % (octet_length(${column}) * 8)))`,
    int4: `${column} # (1 << ${bit % 32})`,
    int8: `${column} # (1::bigint << ${bit % 64})`,
    text: `overlay(${column} placing
      chr(ascii(substr(${column}, 1 + ${bit >> 3} % length(${column}), 1)) # (1 << ${bit % 7}))
      from 1 + ${bit >> 3} % length(${column}))`,
  };
  if (type === undefined) throw new Error(`no column ${column}`);
  return `update ${table} set ${column} = ${values[type]} where ctid = ${place}`;
}

async function findings(store: PostgresStore, core: Core): Promise<readonly Finding[]> {
  const cores = createCoreShelf(core, store);
  const strays = await store.strays();
  const how = { samples: 0, sampleFrames: 0, strays };
  return (await verifyWorld({ store, region: REGION, seed: 1, cores, ...how })).findings;
}

/** Whether a finding is about that very row, by the frames that it had or has. */
function names(finding: Finding, { table }: Flip, { frames }: Altered): boolean {
  if (finding.what !== (table === 'journal_groups' ? 'group' : 'checkpoint')) return false;
  return frames.some(([first, last]) => finding.frame <= last && finding.lastFrame >= first);
}
