import { type OpenStore, openStore } from '../db/store.ts';
import { type Blacklist, createBlacklist } from './auth/blacklist.ts';
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
import { createSecurityLog, type SecurityLog } from './observe/security-log.ts';
import type { Bus, Clock, Entropy } from './ports.ts';

/** What stands before there is a world: the ports, the observers, the ticket office. */
export interface Parts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Logger;
  readonly meters: Meters;
  readonly metrics: Metrics;
  readonly health: HealthState;
  readonly store: OpenStore;
  readonly bus: Bus;
  readonly blacklist: Blacklist;
  readonly tickets: TicketOffice;
  readonly securityLog: SecurityLog;
}

/** The real ports. Throws when the store or the key cannot be had. */
export async function openParts(config: Config): Promise<Parts> {
  const clock = createClock();
  const entropy = createEntropy();
  const log = createLog({ level: config.logLevel, clock });
  const meters = createMeters();
  const metrics = createMetrics(meters);
  const store = await openStore({
    ...config.database,
    databaseUrl: config.databaseUrl,
    dataDir: config.dataDir,
    log: (event) => log.info(event),
    onAnswered: (durationMs) =>
      metrics.observe('spacetime_store_query_duration_seconds', durationMs / 1000, {}),
  });
  meters.storeUsage = () => store.usage();
  const bus = await openBus({
    redisUrl: config.redisUrl,
    clock,
    onFault: (error) => log.warn({ event: 'bus-fault', error: error.message }),
  });
  const securityLog = createSecurityLog(store.books, clock);
  meters.securityEventsLost = () => securityLog.lostCount;
  const blacklist = createBlacklist({
    books: store.books,
    bus,
    clock,
    onRevoked: () =>
      securityLog.note({ kind: 'revocation', code: 'ticket', account: null, address: null }),
    onFault: (error) => log.warn({ event: 'blacklist-fault', error: String(error) }),
  });
  await blacklist.start();
  const tickets = createTicketOffice({
    clock,
    entropy,
    bus: blacklist,
    key: await openTicketKey(config.tickets.keyPath, entropy),
    ttlSeconds: config.tickets.ttlSeconds,
    renewalSeconds: config.tickets.renewalSeconds,
  });
  const health = createHealth();
  const ports = { clock, entropy, store, bus };
  return { ...ports, log, meters, metrics, health, blacklist, tickets, securityLog };
}
