import type { CoreModule } from '../../core-wasm/host/core.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Judge } from './agreement.ts';
import type { BandwidthWatch } from './bandwidth.ts';
import type { Capture } from './capture.ts';
import type { CoreLoan } from './core-pool.ts';
import type { DamageKind } from './damage.ts';
import type { Ledger } from './ledger.ts';
import type { MemoryStore } from './memory-store.ts';
import type { Mischief } from './mischief.ts';
import type { Scenario } from './scenario.ts';
import type { SimClient } from './sim-client.ts';
import type { SimServer } from './sim-server.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Who found something wrong. */
export type Checker =
  | 'agreement'
  | 'bandwidth'
  | 'authority'
  | 'durability'
  | 'integrity'
  | 'liveness'
  /** What one client gets, followed without a client. */
  | 'capture';

/** A run under way. */
export interface Sim {
  readonly seed: number;
  readonly scenario: Scenario;
  readonly cores: CoreLoan;
  readonly module: CoreModule;
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly store: MemoryStore;
  readonly clients: SimClient[];
  /** The server that each client's world is of; null from a new connection to its first frame. */
  readonly homes: Array<SimServer | null>;
  /** The one that players find; null while it restarts. */
  server: SimServer | null;
  /** Servers whose region another one took over, until they have stopped. */
  readonly usurped: SimServer[];
  restartAtMs: number;
  starts: number;
  /** What the next start finds damaged, where that is not left to chance; null for nothing. */
  damageDue: DamageKind | null | 'by chance';
  damages: number;
  /** What each client had been told is durable when damage took some of it away. */
  toldBeforeDamage: readonly number[];
  /** When each client's partition ends; 0 while it has none. */
  readonly partitionEndsMs: number[];
  readonly violations: Set<string>;
  readonly judge: Judge;
  readonly bandwidth: BandwidthWatch;
  readonly ledger: Ledger;
  /** Of the server that players find: what it names may be another's in the next one's world. */
  mischief: Mischief;
  readonly captures: Capture[];
  crashes: number;
  cuts: number;
  takeovers: number;
  partitions: number;
  resumed: number;
  late: number;
  fresh: number;
}

export function violate(sim: Sim, checker: Checker, what: string): void {
  sim.violations.add(`${checker}: ${what}`);
}

/** Stops a server dead, and takes down who came back to it. */
export function stop(sim: Sim, server: SimServer): void {
  const { resumed, late, fresh } = server.room.meters.returns;
  sim.resumed += resumed;
  sim.late += late;
  sim.fresh += fresh;
  server.crash();
}
