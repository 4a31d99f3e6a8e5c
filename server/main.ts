import { CLIENT_MESSAGE_BYTES_MAX } from '../core-wasm/host/core.ts';
import { openStore } from '../db/store.ts';
import { createApp } from './api/app.ts';
import { loadAssets } from './api/assets.ts';
import { artifactPath, loadCoreModule } from './artifacts.ts';
import { createDoorkeeper, DRAINING } from './auth/doorkeeper.ts';
import { openTicketKey } from './auth/ticket-key.ts';
import { createTicketOffice } from './auth/tickets.ts';
import { createClock } from './clock.ts';
import { openBus } from './cluster/open-bus.ts';
import { type Config, readConfig } from './config.ts';
import { drain } from './drain.ts';
import { createEntropy } from './entropy.ts';
import { listen } from './net/listen.ts';
import { createHealth } from './observe/health.ts';
import { createLog } from './observe/log.ts';
import { createMeters } from './observe/meters.ts';
import { createMetrics } from './observe/metrics.ts';
import { watchParts } from './observe/watch-parts.ts';
import { openWorld } from './open-world.ts';
import { startPacer } from './room/pacer.ts';
import { runTick } from './room/tick.ts';
import { createLobby } from './session/lobby.ts';

/** Wrong configuration: nothing was started. */
const EXIT_USAGE = 2;
/** A broken invariant: the next start rebuilds the world from checkpoint and journal. */
const EXIT_BROKEN = 70;

const outcome = readConfig(process.env);
if (outcome.ok) await serve(outcome.config);
else {
  for (const problem of outcome.problems) console.error(`configuration: ${problem}`);
  process.exit(EXIT_USAGE);
}

/** The composition root: ports, world, doors, loop, in that order; a signal undoes it. */
async function serve(config: Config): Promise<void> {
  const clock = createClock();
  const entropy = createEntropy();
  const log = createLog({ level: config.logLevel, clock });
  const meters = createMeters();
  const metrics = await createMetrics(meters);
  const health = createHealth();

  const module = await loadCoreModule();
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

  const room = await openWorld({
    module,
    store,
    clock,
    meters,
    log,
    seed: config.worldSeed,
    limits: { ...config.limits, ...config },
    onLeaseLost: () => void shutDown('lease lost', EXIT_BROKEN),
  });
  health.core = true;

  const assets = await loadAssets(artifactPath('client'), {
    '/core.wasm': artifactPath('core.wasm'),
  });
  const app = createApp({
    clock,
    entropy,
    tickets,
    store,
    health,
    metrics,
    log,
    assets,
    guestsPerMinute: config.tickets.guestsPerMinute,
  });
  const listener = await listen(config.transport, {
    host: config.host,
    port: config.port,
    tls: config.tls,
    clock,
    limits: {
      messageBytesMax: CLIENT_MESSAGE_BYTES_MAX,
      hardBufferBytes: config.limits.hardBufferBytes,
    },
    admit: createDoorkeeper(
      tickets,
      () => (health.draining ? DRAINING : null),
      meters.refusalsByCode,
    ),
    fetch: app,
    events: createLobby(room, {
      bus,
      store,
      limits: config.limits,
      onFault: (what, error) => log.warn({ event: 'lookup-failed', what, error: String(error) }),
    }),
  });
  const parts = watchParts({ clock, health, store, bus });
  const pacer = startPacer(clock, meters, tick, (durationMs) => {
    metrics.observeTick(durationMs);
    health.tickLagMs = meters.tickLagMs;
    health.tickedAtMs = clock.nowMs();
  });

  function tick(): void {
    try {
      runTick(room);
    } catch (error) {
      log.fatal({
        event: 'tick-broke',
        tick: room.core.tick,
        error: String(error),
        site: room.core.faultSite(),
      });
      process.exit(EXIT_BROKEN);
    }
  }

  let stopping = false;
  async function shutDown(why: string, exitCode: number): Promise<void> {
    if (stopping) return;
    stopping = true;
    health.draining = true;
    log.info({ event: 'drain', why });
    parts.stop();
    const verified = await drain({ room, pacer, listener, store, bus, log });
    process.exit(verified ? exitCode : EXIT_BROKEN);
  }
  process.on('SIGTERM', () => void shutDown('SIGTERM', 0));
  process.on('SIGINT', () => void shutDown('SIGINT', 0));

  const scheme = config.tls === null ? 'http' : 'https';
  const host = config.host === '0.0.0.0' ? 'localhost' : config.host;
  log.info({
    event: 'listening',
    port: listener.port,
    transport: config.transport,
    tick: room.core.tick,
  });
  console.error(`SpaceTime VR: walk in at ${scheme}://${host}:${listener.port}/`);
}
