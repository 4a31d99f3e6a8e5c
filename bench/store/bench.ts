import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Connection, connect } from '../../db/connect.ts';
import { startEmbedded } from '../../db/embedded.ts';
import { migrateDatabase } from '../../db/migrate.ts';
import { Pool } from '../../db/pool.ts';
import { selectAccount } from '../../db/queries/accounts.ts';
import { insertGroup } from '../../db/queries/journal.ts';
import { claimRegion } from '../../db/queries/regions.ts';
import type { PlacedPiece, PlayerProjection, RegionLease } from '../../server/ports.ts';
import { type Bench, type Figures, percentile, rounded } from '../bench.ts';
import { fillAccounts, upsertByValues } from './rows.ts';

const ACCOUNTS = 1000;
const PLAYERS = 500;
const PIECES = 1000;
const GROUP_BYTES = 8000;

interface Load {
  readonly selects: number;
  readonly groups: number;
  readonly upserts: number;
}
const FULL: Load = { selects: 20_000, groups: 600, upserts: 40 };
const QUICK: Load = { selects: 400, groups: 20, upserts: 2 };
/** Questions at once, over the default pool. */
const ASKERS = 16;
const SOCKETS = 10;

/** What the store's hot path takes, prepared and plain, and rows by JSON and by `values`. */
export const store: Bench = {
  about: 'the database: selects and groups a second, prepared and plain; rows a second by way',
  async run(report, { quick }) {
    const folder = mkdtempSync(join(tmpdir(), 'spacetime-bench-store-'));
    const postgres = await startEmbedded(folder, () => {});
    try {
      await migrateDatabase(postgres.url);
      const load = quick ? QUICK : FULL;
      const figures: Record<string, Figures> = {};
      const plain = new URL(postgres.url);
      plain.searchParams.set('prepare', 'false');
      await withConnection(postgres.url, ({ database }) => fillAccounts(database, ACCOUNTS));
      for (const [how, url] of [
        ['plain', plain.href],
        ['prepared', postgres.url],
      ] as const) {
        figures[how] = await measureStatements(url, load);
        report(`${how}: ${JSON.stringify(figures[how])}`);
      }
      figures.rows = await measureRows(postgres.url, load);
      report(`rows: ${JSON.stringify(figures.rows)}`);
      return figures;
    } finally {
      await postgres.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measureStatements(url: string, load: Load): Promise<Figures> {
  const pool = new Pool({
    url,
    socketsMax: SOCKETS,
    applicationName: 'bench',
    answerTimeoutMs: 60_000,
  });
  const ask = (count: number, askers: number) => selectsPerSecond(pool, count, askers);
  await ask(load.selects / 10, ASKERS);
  const alone = await ask(load.selects / 4, 1);
  const together = await ask(load.selects, ASKERS);
  const writes = await pool.ask(async (database) => {
    const { lease } = await claimRegion(database, url.length, 1);
    const ms: number[] = [];
    for (let frame = 0; frame < load.groups; frame++) {
      const beganMs = performance.now();
      await insertGroup(database, lease, groupAt(frame), { players: players(frame, PLAYERS / 8) });
      ms.push(performance.now() - beganMs);
    }
    return ms;
  });
  await pool.close(1);
  return {
    selectsPerSecondAlone: rounded(alone),
    [`selectsPerSecondOf${ASKERS}`]: rounded(together),
    groupsPerSecond: rounded((1000 * writes.length) / writes.reduce((sum, ms) => sum + ms, 0)),
    groupP50Ms: rounded(percentile(writes, 0.5)),
    groupP95Ms: rounded(percentile(writes, 0.95)),
  };
}

async function selectsPerSecond(pool: Pool, count: number, askers: number): Promise<number> {
  let asked = 0;
  const beganMs = performance.now();
  await Promise.all(
    Array.from({ length: askers }, async () => {
      while (asked < count) {
        const account = 1 + (asked++ % ACCOUNTS);
        await pool.ask((database) => selectAccount(database, account));
      }
    }),
  );
  return (1000 * count) / (performance.now() - beganMs);
}

/** Rows a second, 1,000 at once: in the group's statement, and players by `values`. */
async function measureRows(url: string, load: Load): Promise<Figures> {
  return await withConnection(url, async ({ database }) => {
    const { lease } = await claimRegion(database, 9000, 1);
    const perSecond = async (rows: number, write: (turn: number) => Promise<unknown>) => {
      await write(0);
      const beganMs = performance.now();
      for (let turn = 1; turn <= load.upserts; turn++) await write(turn);
      return rounded((1000 * rows * load.upserts) / (performance.now() - beganMs));
    };
    let frame = 0;
    const insert = (projection: { players: PlayerProjection[]; pieces?: PlacedPiece[] }) => {
      const { pieces } = projection;
      const changes = pieces === undefined ? {} : { pieces: { placed: pieces, removed: [] } };
      const { players: seen } = projection;
      return insertGroup(database, lease, groupAt(frame++), { players: seen, ...changes });
    };
    return {
      playersByJsonPerSecond: await perSecond(ACCOUNTS, (turn) =>
        insert({ players: players(turn, ACCOUNTS) }),
      ),
      playersByValuesPerSecond: await perSecond(ACCOUNTS, (turn) =>
        upsertByValues(database, lease as RegionLease, players(turn, ACCOUNTS)),
      ),
      piecesByJsonPerSecond: await perSecond(PIECES, (turn) =>
        insert({ players: [], pieces: pieces(turn) }),
      ),
    };
  });
}

async function withConnection<T>(url: string, run: (one: Connection) => Promise<T>): Promise<T> {
  const connection = connect(url, { socketsMax: 1, applicationName: 'bench' });
  try {
    return await run(connection);
  } finally {
    await connection.close(1);
  }
}

function groupAt(frame: number) {
  const payload = new Uint8Array(GROUP_BYTES).fill(frame);
  return { firstFrame: frame, lastFrame: frame, payload, chain: new Uint8Array(32).fill(frame) };
}

function players(turn: number, count: number): PlayerProjection[] {
  return Array.from({ length: count }, (_, i) => {
    const account = 1 + (i % ACCOUNTS);
    return { account, x: i + turn * 0.1, y: 1.5, z: -i * 0.37, yaw: (turn * 977 + i) & 0xffff };
  });
}

function pieces(turn: number): PlacedPiece[] {
  return Array.from({ length: PIECES }, (_, i) => ({
    entity: 1 + i,
    shape: 1,
    definition: 0,
    size: [1, 0.1, 1],
    position: [Math.fround(i * 0.37 + turn), 2, Math.fround(-i * 0.11)],
    rotation: [0, 0, 0, 1],
  }));
}
