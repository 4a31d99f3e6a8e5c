import { join } from 'node:path';
import { CLIENT_MESSAGE_BYTES_MAX } from '../core-wasm/host/core.ts';
import { createApp } from './api/app.ts';
import { loadAssets } from './api/assets.ts';
import { artifactPath, loadCoreArtifact } from './artifacts.ts';
import { createDoorkeeper, DRAINING } from './auth/doorkeeper.ts';
import type { Config } from './config.ts';
import { drain } from './drain.ts';
import { EXIT_BROKEN, EXIT_LEASE_LOST } from './exit-code.ts';
import { openIncidentFolder } from './incident/folder.ts';
import { createLobby } from './lobby/lobby.ts';
import { listen } from './net/listen.ts';
import type { Listener } from './net/transport.ts';
import { startRollUp } from './observe/roll-up.ts';
import { watchParts } from './observe/watch-parts.ts';
import { openParts, type Parts } from './open-parts.ts';
import { openWorld, REGION } from './open-world.ts';
import type { Link } from './ports.ts';
import { type Pacer, startPacer } from './room/pacer.ts';
import { takeEvidence } from './room/repair.ts';
import type { Room } from './room/room.ts';
import { runTick } from './room/tick.ts';

/** The composition root: ports, world, door, loop, in that order; a signal undoes it. */
export async function serve(config: Config): Promise<void> {
  const { module, wasm } = await loadCoreArtifact();
  const parts = await openParts(config);
  const { store, bus, log, health } = parts;
  // Before its first frame: whoever replays this world later needs the core that played it.
  await store.keepCore(module.hash, wasm);
  const ending: { shutDown: (why: string, code: number) => void } = { shutDown: () => {} };

  const room = await openWorld({
    ...parts,
    module,
    seed: config.worldSeed,
    journalDays: config.journalDays,
    limits: { ...config.limits, ...config },
    onLeaseLost: () => ending.shutDown('lease lost', EXIT_LEASE_LOST),
    onCheckpoint: (durationMs) =>
      parts.metrics.observe('spacetime_checkpoint_duration_seconds', durationMs / 1000, {}),
    onCommit: ({ lagMs, writeMs }) => {
      parts.metrics.observe('spacetime_journal_durable_lag_seconds', lagMs / 1000, {});
      parts.metrics.observe('spacetime_journal_write_duration_seconds', writeMs / 1000, {});
    },
    onArrived: (session) => {
      const ttlSeconds = config.reconnectGraceSeconds + config.limits.heartbeatSeconds;
      bus.saveSession(session, ttlSeconds).catch((error) => onFault('save session', error));
    },
  });
  health.core = true;

  const listener = await openDoor(config, parts, room, onFault);
  const watch = watchParts(parts);
  const rollUp = startRollUp({
    ...parts,
    books: store.books,
    region: REGION,
    onLost: (cause) => log.warn({ event: 'metrics-lost', cause }),
  });
  const pacer = startLoop(parts, room);
  ending.shutDown = once((why, code) => {
    health.draining = true;
    log.info({ event: 'drain', why });
    watch.stop();
    rollUp.stop();
    parts.blacklist.stop();
    const timeoutMs = config.drainSeconds * 1000;
    void drain({ ...parts, room, pacer, listener, timeoutMs }).then((verified) =>
      process.exit(verified || code !== 0 ? code : EXIT_BROKEN),
    );
  });
  process.on('SIGTERM', () => ending.shutDown('SIGTERM', 0));
  process.on('SIGINT', () => ending.shutDown('SIGINT', 0));

  const { tick } = room.core;
  log.info({ event: 'listening', port: listener.port, transport: config.transport, tick });
  announce(config, listener.port);

  function onFault(what: string, error: unknown): void {
    log.warn({ event: 'lookup-failed', what, error: String(error) });
  }
}

async function openDoor(
  config: Config,
  parts: Parts,
  room: Room,
  onFault: (what: string, error: unknown) => void,
): Promise<Listener> {
  const { tickets, health, meters, bus, store, securityLog } = parts;
  const onHostile = (link: Link, code: number): void =>
    securityLog.note({
      kind: 'close',
      code: String(code),
      account: link.admission.account,
      address: null,
    });
  const assets = await loadAssets(artifactPath('client'), {
    '/core.wasm': artifactPath('core.wasm'),
  });
  return listen(config.transport, {
    host: config.host,
    port: config.port,
    tls: config.tls,
    clock: parts.clock,
    limits: {
      messageBytesMax: CLIENT_MESSAGE_BYTES_MAX,
      hardBufferBytes: config.limits.hardBufferBytes,
    },
    admit: createDoorkeeper(
      tickets,
      () => (health.draining ? DRAINING : null),
      meters.refusalsByCode,
      (code, address) => securityLog.note({ kind: 'refusal', code, account: null, address }),
    ),
    fetch: createApp({
      ...parts,
      assets,
      guestsPerMinute: config.tickets.guestsPerMinute,
      sceneHistory: (limit) => store.books.sceneHistory(REGION, limit),
      onLimited: (code, address) =>
        securityLog.note({ kind: 'limit', code, account: null, address }),
      incidents: {
        ...parts,
        folder: openIncidentFolder(join(config.dataDir, 'incidents')),
        coreHash: room.core.module.hash,
        takeEvidence: (account) => takeEvidence(room.evidence, account),
      },
    }),
    events: createLobby(room, { bus, store, limits: config.limits, onFault, onHostile }),
  });
}

function startLoop({ clock, meters, metrics, health, log }: Parts, room: Room): Pacer {
  const tick = (): void => {
    try {
      runTick(room);
    } catch (error) {
      const site = room.core.faultSite();
      log.fatal({ event: 'tick-broke', tick: room.core.tick, error: String(error), site });
      process.exit(EXIT_BROKEN);
    }
  };
  return startPacer(clock, meters, tick, (durationMs) => {
    metrics.observeTick(durationMs);
    health.tickLagMs = meters.tickLagMs;
    health.journal = meters.journalState;
    health.tickedAtMs = clock.nowMs();
  });
}

function once(run: (why: string, code: number) => void): (why: string, code: number) => void {
  let ran = false;
  return (why, code) => {
    if (ran) return;
    ran = true;
    run(why, code);
  };
}

function announce({ tls, host }: Config, port: number): void {
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  console.error(`SpaceTime VR: walk in at ${tls === null ? 'http' : 'https'}://${shown}:${port}/`);
}
