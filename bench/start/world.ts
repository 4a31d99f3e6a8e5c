import { sql } from 'drizzle-orm';
import { Core, type CoreModule } from '../../core-wasm/host/core.ts';
import { BodyKind, ShapeKind, type SpawnBody } from '../../core-wasm/host/types.ts';
import { connect } from '../../db/connect.ts';
import { openDatabase, openStore } from '../../db/store.ts';
import { GENESIS_CHAIN, nextChain, packFrames } from '../../server/persist/chain.ts';
import { trackPieces } from '../../server/persist/pieces.ts';
import { STATE_SCHEMA_HASH } from '../../server/persist/state-layout.ts';
import type { RegionLease, Store } from '../../server/ports.ts';

/** How large a world is made. */
export interface WorldSize {
  /** Static bodies of the region that is opened; the core holds 16,384. */
  readonly pieces: number;
  /** Movers of that region, asleep; the core holds 16,384. */
  readonly creatures: number;
  /** Rows of all regions together. */
  readonly piecesInAll: number;
  /** Neighbours, whose rows stand in the same tables. */
  readonly neighbours: number;
  /** Of each neighbour's journal. */
  readonly journalBytes: number;
}

export interface MadeWorld {
  readonly stateBytes: number;
  readonly databaseBytes: number;
  readonly pieces: number;
  readonly movers: number;
}

const REGION = 1;
const SEED = 1;
/** A frame holds 256 KiB, which is some 1,900 spawns. */
const SPAWNS_PER_FRAME = 1000;
/** So that who fell has come to rest. */
const SETTLE_FRAMES = 100;
const GROUND_M = 240;
const NEIGHBOUR_GROUP_BYTES = 32 * 1024;

/** Makes a world in `dataDir` as a server that played it would have left it, and closes it. */
export async function makeLargeWorld(
  module: CoreModule,
  dataDir: string,
  size: WorldSize,
): Promise<MadeWorld> {
  const store = await openStore({ databaseUrl: null, dataDir, log: () => {} });
  let made: Pick<MadeWorld, 'stateBytes' | 'pieces' | 'movers'>;
  try {
    const { lease } = await store.claimRegion(REGION, SEED);
    for (let region = 2; region < 2 + size.neighbours; region++) {
      await store.claimRegion(region, SEED);
    }
    made = await playRegion(module, store, lease, size);
  } finally {
    await store.close();
  }
  return { ...made, databaseBytes: await fillNeighbours(dataDir, size) };
}

async function playRegion(
  module: CoreModule,
  store: Store,
  lease: RegionLease,
  size: WorldSize,
): Promise<Pick<MadeWorld, 'stateBytes' | 'pieces' | 'movers'>> {
  const core = await Core.create(module);
  core.reset(SEED);
  const changed = trackPieces(core, []);
  const waiting = [...pieces(core, size.pieces), ...creatures(core, size.creatures)];
  let chain = GENESIS_CHAIN;
  let entity = 0;
  for (let settled = 0; settled < SETTLE_FRAMES; ) {
    const frame = core.frame;
    const batch = waiting.splice(0, SPAWNS_PER_FRAME);
    if (batch.length === 0) settled++;
    core.frameBegin(frame, core.stateHash());
    for (const body of batch) {
      entity = core.nextEntity(entity);
      if (!core.addSpawnBody({ ...body, entity })) throw new Error('a frame holds fewer spawns');
    }
    const bytes = core.frameEnd();
    core.stepFrame(bytes);
    const payload = packFrames([bytes]);
    chain = nextChain(chain, payload);
    const group = { firstFrame: frame, lastFrame: frame, payload, chain };
    const pieceChanges = changed();
    const projection = pieceChanges === null ? {} : { pieces: pieceChanges };
    await mustCommit(store.appendGroup(lease, group, { players: [], ...projection }));
  }
  const state = core.snapshot();
  await mustCommit(
    store.saveCheckpoint(lease, {
      frame: core.frame,
      takenMs: Date.now(),
      coreHash: module.hash,
      schemaHash: STATE_SCHEMA_HASH,
      stateHash: core.stateHash(),
      state,
      chain,
    }),
  );
  const standing = (await store.pieces(REGION)).length;
  return { stateBytes: state.length, pieces: standing, movers: core.bodyCount - standing };
}

async function mustCommit(write: Promise<{ readonly kind: string }>): Promise<void> {
  const outcome = await write;
  if (outcome.kind !== 'committed') throw new Error(JSON.stringify(outcome));
}

type Body = Omit<SpawnBody, 'entity'>;
const REST = [0, 0, 0] as const;

/** A town of floors and walls all over the ground. */
function pieces(core: Core, count: number): Body[] {
  return grid(count).map(([x, z], i) => {
    const isWall = i % 2 === 1;
    const size = isWall ? ([0.1, 1.2, 0.9] as const) : ([0.9, 0.1, 0.9] as const);
    const y = core.terrainHeight(x, z) + (isWall ? 1.2 : 0.1);
    return { ...still(x, y, z), kind: BodyKind.STATIC, shape: ShapeKind.BOX, size };
  });
}

/** Boxes between the pieces: they fall a hand's breadth and sleep, where what is round rolls on. */
function creatures(core: Core, count: number): Body[] {
  return grid(count).map(([gridX, gridZ]) => {
    const [x, z] = [gridX + 1.6, gridZ + 1.6];
    const y = core.terrainHeight(x, z) + 0.5;
    const size = [0.3, 0.3, 0.3] as const;
    return { ...still(x, y, z), kind: BodyKind.DYNAMIC, shape: ShapeKind.BOX, size };
  });
}

function still(x: number, y: number, z: number) {
  return {
    position: [x, y, z] as const,
    rotation: [0, 0, 0, 1] as const,
    linearVelocity: REST,
    angularVelocity: REST,
    density: 1000,
    friction: 0.8,
    restitution: 0,
  };
}

function grid(count: number): (readonly [x: number, z: number])[] {
  const side = Math.ceil(Math.sqrt(count));
  const spacing = (2 * GROUND_M) / side;
  return Array.from({ length: count }, (_, i) => {
    const [column, row] = [i % side, Math.floor(i / side)];
    return [(column + 0.25) * spacing - GROUND_M, (row + 0.25) * spacing - GROUND_M] as const;
  });
}

/** Rows of the regions beside, as far as they cost whoever opens this one; returns bytes in all. */
async function fillNeighbours(dataDir: string, size: WorldSize): Promise<number> {
  const postgres = await openDatabase({ databaseUrl: null, dataDir, log: () => {} });
  const connection = connect(postgres.url, { socketsMax: 1, applicationName: 'bench' });
  const { database } = connection;
  const each = Math.ceil((size.piecesInAll - size.pieces) / Math.max(1, size.neighbours));
  const groups = Math.ceil(size.journalBytes / NEIGHBOUR_GROUP_BYTES);
  try {
    for (let region = 2; region < 2 + size.neighbours; region++) {
      await database.execute(sql`
        insert into placed_pieces select ${region}::int, i, 1, 0, 0.9, 0.1, 0.9,
          random() * 480 - 240, random() * 40, random() * 480 - 240, 0, 0, 0, 1, i
        from generate_series(1, ${each}::int) i`);
      await database.execute(sql`
        insert into journal_groups
        select ${region}::int, i * 5, i * 5 + 4, noise.bytes, sha256(i::text::bytea)
        from generate_series(0, ${groups - 1}::int) i, lateral (
          select string_agg(sha256((i * 10000 + j)::text::bytea), '') as bytes
          from generate_series(1, ${NEIGHBOUR_GROUP_BYTES / 32}::int) j
        ) as noise`);
    }
    await database.execute(sql`checkpoint`);
    const [row] = await database.execute<{ bytes: string }>(
      sql`select pg_database_size(current_database()) as bytes`,
    );
    return Number(row?.bytes);
  } finally {
    await connection.close(1);
    await postgres.close();
  }
}
