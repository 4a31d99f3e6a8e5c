import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileCore } from '../../core-wasm/host/core.ts';
import { artifactPath } from '../../server/artifacts.ts';
import { startServer } from '../../server/probe/server-process.ts';
import type { Herd } from '../swarm/herd.ts';
import { startRemoteHerd } from '../swarm/remote-herd.ts';
import { watchJournal } from '../watch/journal-watch.ts';
import { pause, until } from '../watch/until.ts';
import { type Outcome, type Patient, strike, type Victim } from './blow.ts';
import { createExaminer, type Examiner } from './recovered.ts';
import { type Sight, startWitnesses } from './witnesses.ts';

export interface CrashOptions {
  /** Who is struck, one after the other. */
  readonly victims: readonly Victim[];
  /** Light bots, which keep the world busy and must come back. */
  readonly bots: number;
  /** Full clients, which say what was confirmed. */
  readonly witnesses: number;
  /** Play between two blows: at least this, and up to twice as long. */
  readonly playMs: number;
  /** Lies about a sight of that blow: it must be found, or finding nothing proves nothing. */
  readonly canaryBlow?: number;
  readonly onBlow: (blow: Blow) => void;
}

/** A blow and what was found afterwards. */
export interface Blow extends Omit<Outcome, 'landmarks' | 'sights'> {
  /** From the blow until all bots and witnesses were in the world again, ms. */
  readonly backMs: number;
  /** Bubbles that clients had confirmed and that are in the kept world, byte for byte. */
  readonly agreements: number;
  /** Frames of the journal that were played again, each against its hash. */
  readonly frames: number;
  readonly desyncs: number;
}

/** Strikes a real server again and again under load, and looks what its players lost. */
export async function runCrashes(options: CrashOptions): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'spacetime-crash-'));
  const env = {
    SPACETIME_RECONNECT_GRACE_SECONDS: '60',
    SPACETIME_GUESTS_PER_MINUTE: '100000',
    SPACETIME_PLAYERS_MAX: '4096',
    LOG_LEVEL: 'info',
  };
  const server = await startServer({ dataDir, env });
  const url = `ws://127.0.0.1:${server.port}`;
  const wasm = new Uint8Array(await readFile(artifactPath('core.wasm')));
  const module = await compileCore(wasm);
  const herd = startBots(url, options.bots, wasm);
  const witnesses = await startWitnesses(options.witnesses, url, module);
  const watch = watchJournal(`http://127.0.0.1:${server.port}`);
  const patient: Patient = { dataDir, env, server, watch, witnesses };
  const examiner = await createExaminer(dataDir, module);
  const everybody = () =>
    until(
      () => herd.counts().acked >= options.bots && witnesses.liveCount() === witnesses.count,
      () => `${herd.counts().acked} of ${options.bots}: ${herd.counts().reasons.join(', ')}`,
    );
  try {
    await everybody();
    for (const [blow, victim] of options.victims.entries()) {
      await pause(options.playMs * (1 + Math.random()));
      const falsify = blow === options.canaryBlow ? withLie : asTheyAre;
      options.onBlow(await oneBlow(patient, victim, everybody, examiner, falsify));
    }
  } finally {
    watch.stop();
    await herd.finish();
    witnesses.close();
    await patient.server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function oneBlow(
  patient: Patient,
  victim: Victim,
  everybody: () => Promise<void>,
  examiner: Examiner,
  falsify: (sights: readonly Sight[]) => readonly Sight[],
): Promise<Blow> {
  const { witnesses } = patient;
  const desyncs = witnesses.desyncs();
  const beganMs = performance.now();
  const { landmarks, sights, ...outcome } = await strike(patient, victim);
  await everybody();
  const backMs = performance.now() - beganMs;
  const { agreements, frames, wrong } = await examiner.examine(falsify(sights), landmarks);
  return {
    ...outcome,
    agreements,
    frames,
    wrong: [...outcome.wrong, ...wrong],
    backMs,
    desyncs: witnesses.desyncs() - desyncs,
  };
}

function asTheyAre(sights: readonly Sight[]): readonly Sight[] {
  return sights;
}

/** What a witness saw last is said to have been as it was at first. */
function withLie(sights: readonly Sight[]): readonly Sight[] {
  const last = sights.at(-1);
  const first = sights.find(({ witness }) => witness === last?.witness);
  if (last === undefined || first === undefined) throw new Error('nothing was seen');
  return [...sights.slice(0, -1), { ...last, state: first.state }];
}

/** In a thread of their own, where they do not hold the witnesses up. */
function startBots(url: string, count: number, wasm: Uint8Array<ArrayBuffer>): Herd {
  return startRemoteHerd(
    {
      url,
      first: 0,
      count,
      kind: 'light',
      mode: 'roam',
      spreadM: 0,
      headsets: 0.3,
      joinsPerSecond: 50,
      returning: true,
      staySeconds: 0,
      readers: 0,
    },
    wasm,
  );
}
