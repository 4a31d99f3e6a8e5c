import { Core, type CoreModule, createCodec } from '../core-wasm/host/core.ts';
import { hashText } from '../core-wasm/host/hash-text.ts';
import { TICK_RATE_HZ, TICKS_PER_FRAME } from '../core-wasm/host/types.ts';
import type { Logger } from './observe/log.ts';
import type { Meters } from './observe/meters.ts';
import { type Checkpointer, createCheckpointer } from './persist/checkpoint.ts';
import { type CoreShelf, createCoreShelf } from './persist/core-shelf.ts';
import { createJournal, type GroupCommit, UNDURABLE_SECONDS } from './persist/journal.ts';
import { trackPieces } from './persist/pieces.ts';
import { type Recovered, recover } from './persist/recover.ts';
import type {
  Clock,
  Projection,
  RegionLease,
  ResumableSession,
  SceneEvent,
  Store,
} from './ports.ts';
import { queueGenesis } from './room/genesis.ts';
import { markAllAbsent } from './room/presence.ts';
import { createRoom, projectPlayers, type Room, type RoomLimits } from './room/room.ts';

/** The one region of a world that one server holds. */
export const REGION = 1;

export interface WorldParts {
  readonly module: CoreModule;
  readonly store: Store;
  readonly clock: Clock;
  readonly meters: Meters;
  readonly log: Logger;
  readonly seed: number;
  readonly limits: RoomLimits;
  /** For how long any tick can be restored; `JOURNAL_DAYS` without it. */
  readonly journalDays?: number | undefined;
  /** A player's session began, or moved to a newer socket. */
  readonly onArrived: (session: ResumableSession) => void;
  readonly onCheckpoint: (durationMs: number) => void;
  /** A group of the journal is durable. */
  readonly onCommit?: (commit: GroupCommit) => void;
  /** Another server holds the region now: stop. */
  readonly onLeaseLost: () => void;
}

/** The world cannot be served by this server as it is; the message says what to do. */
export class WorldRefused extends Error {}

/**
 * Takes the region over and brings its world to the last tick that was kept. Throws
 * `WorldRefused`, or what the store throws when it cannot be read.
 */
export async function openWorld(parts: WorldParts): Promise<Room> {
  const { module, store, clock, log } = parts;
  const { lease, seed } = await store.claimRegion(REGION, parts.seed);
  const core = await Core.create(module);
  const beganMs = clock.nowMs();
  const [recovered, stored] = await Promise.all([
    recoverWorld(parts, lease, createCoreShelf(core, store), seed),
    store.pieces(REGION),
  ]);
  const { frame, chain } = recovered;
  const codec = await createCodec(module);
  const { undurableSeconds = UNDURABLE_SECONDS } = parts.limits;
  let turn = 0;
  const changedPieces = trackPieces(core, stored);
  const project = (): Projection => {
    const picture = projectPlayers(core, turn++);
    const pieces = changedPieces();
    return pieces === null ? picture : { ...picture, pieces };
  };
  const journal = createJournal({
    store,
    lease,
    clock,
    firstFrame: frame,
    chain,
    packer: codec,
    queueFramesMax: (undurableSeconds * TICK_RATE_HZ) / TICKS_PER_FRAME,
    project,
    onLeaseLost: parts.onLeaseLost,
    onState: (state, cause) => log.warn({ event: 'journal-state', state, cause }),
    onCommit: (commit) => parts.onCommit?.(commit),
  });
  const checkpointer = createCheckpointer({
    store,
    lease,
    clock,
    journal,
    core,
    journalDays: parts.journalDays,
    onSaved: parts.onCheckpoint,
    onTrouble: (trouble) => log.error({ event: 'checkpoint-trouble', ...trouble }),
  });
  if (recovered.tookOverFrom !== null) await takeOver(parts, checkpointer, recovered);
  const room = createRoom({
    core,
    codec,
    clock,
    lease,
    limits: parts.limits,
    meters: parts.meters,
    journal,
    checkpointer,
    onFaults: reportFaults(log, clock),
    onArrived: parts.onArrived,
  });
  if (frame === 0) queueGenesis(room);
  else markAllAbsent(room);
  noteOpening(parts, lease, recovered);
  log.info({
    event: 'world-open',
    seed,
    epoch: lease.epoch,
    tick: core.tick,
    stateHash: hashText(core.stateHash()),
    tookMs: Math.round(clock.nowMs() - beganMs),
  });
  return room;
}

async function recoverWorld(
  { store, log }: WorldParts,
  lease: RegionLease,
  cores: CoreShelf,
  seed: number,
): Promise<Recovered> {
  const recovery = await recover({ store, lease, cores, genesis: (core) => core.reset(seed) });
  if (recovery.kind === 'other-core') {
    throw new WorldRefused(
      `this world was last played under core ${recovery.coreHash} up to frame ${recovery.frame}, ` +
        'which was not kept, or whose states this one cannot take: start that version of the ' +
        'server, or another DATA_DIR',
    );
  }
  if (recovery.kind === 'no-start') {
    throw new WorldRefused(
      'no checkpoint of this world verifies and its first frames were pruned: nothing was ' +
        'changed; `bun run ops verify` names what is damaged',
    );
  }
  if (recovery.kind !== 'recovered') {
    throw new WorldRefused(`the damaged end of the journal could not be cut off: ${recovery.kind}`);
  }
  const { frame, checkpointFrame, framesReplayed, cutOff } = recovery;
  log.info({ event: 'world-recovered', frame, checkpointFrame, framesReplayed });
  if (cutOff !== null) log.error({ event: 'journal-cut-off', ...cutOff });
  return recovery;
}

/**
 * From here on another core plays. The first checkpoint under it says where that was, so it is
 * waited for: a frame before it would be replayed with the old core and taken for damage.
 */
async function takeOver(
  { log }: WorldParts,
  checkpointer: Checkpointer,
  { frame, tookOverFrom }: Recovered,
): Promise<void> {
  const saved = await checkpointer.saveLast();
  if (saved.kind !== 'committed') {
    throw new WorldRefused(`the change to a new core could not be saved: ${saved.kind}`);
  }
  log.info({ event: 'core-took-over', frame, from: tookOverFrom });
}

/** Not waited for: a world whose history cannot be written is open all the same. */
function noteOpening({ store, log }: WorldParts, lease: RegionLease, recovered: Recovered): void {
  const { frame, checkpointFrame, framesReplayed, cutOff } = recovered;
  const kind = cutOff !== null ? 'cut' : frame === 0 ? 'genesis' : 'recovered';
  const event: SceneEvent = { kind, frame, detail: { checkpointFrame, framesReplayed, ...cutOff } };
  void store.noteScene(lease, event).then((outcome) => {
    if (outcome.kind !== 'committed') log.warn({ event: 'scene-unnoted', scene: kind, ...outcome });
  });
}

const FAULT_REPORT_INTERVAL_MS = 10_000;

/** A fault may repeat every tick; the log hears of each bit at most once in an interval. */
function reportFaults(log: Logger, clock: Clock): (faults: number) => void {
  const reportedMs = new Map<number, number>();
  return (faults) => {
    const nowMs = clock.nowMs();
    for (let bit = 1; bit <= faults; bit <<= 1) {
      if ((faults & bit) === 0) continue;
      if (nowMs - (reportedMs.get(bit) ?? Number.NEGATIVE_INFINITY) < FAULT_REPORT_INTERVAL_MS) {
        continue;
      }
      reportedMs.set(bit, nowMs);
      log.warn({ event: 'step-fault', bit });
    }
  };
}
