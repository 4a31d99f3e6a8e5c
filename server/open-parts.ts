import { openStore } from '../db/store.ts';
import { openTicketKey } from './auth/ticket-key.ts';
import { createTicketOffice, type TicketOffice } from './auth/tickets.ts';
import { createClock } from './clock.ts';
import { openBus } from './cluster/open-bus.ts';
import type { Config } from './config.ts';
import { createEntropy } from './entropy.ts';
import { createHealth, type HealthState } from './observe/health.ts';
import { createLog, type Logger } from './observe/log.ts';
import { createMeters, type Meters } from './observe/meters.ts';
import { createMetrics, type Metrics } from './observe/metrics.ts';
import type { Bus, Clock, Entropy, Store } from './ports.ts';

/** What stands before there is a world: the ports, the observers, the ticket office. */
export interface Parts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Logger;
  readonly meters: Meters;
  readonly metrics: Metrics;
  readonly health: HealthState;
  readonly store: Store;
  readonly bus: Bus;
  readonly tickets: TicketOffice;
}

/** The real ports. Throws when the store or the key cannot be had. */
export async function openParts(config: Config): Promise<Parts> {
  const clock = createClock();
  const entropy = createEntropy();
  const log = createLog({ level: config.logLevel, clock });
  const meters = createMeters();
  const store = await openStore({
    databaseUrl: config.databaseUrl,
    dataDir: config.dataDir,
    log: (event) => log.info(event),
  });
  const bus = await openBus({
    redisUrl: config.redisUrl,
    clock,
    onFault: (error) => log.warn({ event: 'bus-fault', error: error.message }),
  });
  const tickets = createTicketOffice({
    clock,
    entropy,
    bus,
    key: await openTicketKey(config.tickets.keyPath, entropy),
    ttlSeconds: config.tickets.ttlSeconds,
    renewalSeconds: config.tickets.renewalSeconds,
  });
  const metrics = createMetrics(meters);
  return { clock, entropy, log, meters, metrics, health: createHealth(), store, bus, tickets };
}
