import { type Bench, chosen, type Figures, rounded } from '../bench.ts';
import { type DatabaseServer, startDatabaseServer } from './database.ts';
import { drainDeadline, drainWhileAway } from './drain-faults.ts';
import { fullDisk, mountSmallDisk } from './full-disk.ts';
import { lostLease } from './lease-faults.ts';
import { type FaultOptions, slowStore, storeAway, storeAwayTooLong } from './store-faults.ts';

/** What a world must hold, in the figures of a fault during which it is played on. */
const FRAMES_HZ_MIN = 19.5;
const BOTS = 50;
/** A prepared statement goes there and back once: 5 s a write. */
const PACKET_DELAY_MS = 5000;
const SLOW_MS = 60_000;
const AWAY_MS = 60_000;
/** By default a world stands still before that. */
const UNDURABLE_AWAY_SECONDS = 120;
const FULL_DISK_MS = 30_000;
const STOOD_MS = 15_000;
const UNDURABLE_SECONDS = 15;

interface Plan {
  readonly database: DatabaseServer;
  readonly quick: boolean;
}

/** Null of a fault that cannot be made on this machine. */
const FAULTS = {
  'slow-store': (plan: Plan) =>
    slowStore({ ...options(plan, SLOW_MS), packetDelayMs: plan.quick ? 1300 : PACKET_DELAY_MS }),
  'store-away': (plan: Plan) => storeAway(options(plan, AWAY_MS), UNDURABLE_AWAY_SECONDS),
  'store-away-too-long': (plan: Plan) =>
    storeAwayTooLong({
      ...options(plan, STOOD_MS),
      undurableSeconds: plan.quick ? 3 : UNDURABLE_SECONDS,
    }),
  'full-disk': (plan: Plan) => withSmallDisk(options(plan, FULL_DISK_MS)),
  'lost-lease': (plan: Plan) => lostLease(options(plan, 0)),
  'drain-while-away': (plan: Plan) => drainWhileAway(options(plan, 0)),
  'drain-deadline': (plan: Plan) => drainDeadline(options(plan, 0), 'refuses'),
  'drain-hangs': (plan: Plan) => drainDeadline(options(plan, 0), 'hangs'),
} satisfies Record<string, (plan: Plan) => Promise<Figures | null>>;
type FaultName = keyof typeof FAULTS;
const NAMES = Object.keys(FAULTS) as FaultName[];

/** What a store can do to a world, at the lengths that are promised. */
export const faults: Bench = {
  about: `a store that is slow, away, full or another's, under ${BOTS} bots: --scenes, --quick`,
  async run(report, { scenes, quick }) {
    const names = chosen('fault', scenes, NAMES);
    const database = await startDatabaseServer();
    const results: Record<string, Figures> = {};
    const failed: string[] = [];
    try {
      for (const name of names) {
        try {
          const figures = await FAULTS[name]({ database, quick });
          report(`${name}: ${figures === null ? 'SKIPPED' : describe(figures)}`);
          if (figures === null) continue;
          results[name] = figures;
          if (!quick) expectRate(figures);
        } catch (error) {
          failed.push(name);
          report(`${name}: FAILED: ${error instanceof Error ? error.message : error}`);
        }
      }
    } finally {
      await database.stop();
    }
    if (failed.length > 0) throw new Error(`see above why it failed: ${failed.join(', ')}`);
    return results;
  },
};

function options({ database, quick }: Plan, lengthMs: number): FaultOptions {
  return quick ? { database, bots: 4, lengthMs: 0 } : { database, bots: BOTS, lengthMs };
}

async function withSmallDisk(fault: FaultOptions): Promise<Figures | null> {
  const disk = mountSmallDisk();
  if (disk === null) return null;
  try {
    return await fullDisk(fault, disk);
  } finally {
    disk.unmount();
  }
}

function expectRate({ framesHz }: Figures): void {
  if (framesHz === undefined || framesHz >= FRAMES_HZ_MIN) return;
  throw new Error(`${rounded(framesHz)} frames a second, not ${FRAMES_HZ_MIN}`);
}

function describe(figures: Figures): string {
  const words = Object.entries(figures).map(([name, value]) => `${name} ${rounded(value)}`);
  return words.length === 0 ? 'as it should be' : words.join(', ');
}
