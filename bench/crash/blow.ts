import { FRAME_DURATION_MS, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { type ServerProcess, startServer } from '../../server/probe/server-process.ts';
import type { JournalWatch } from '../watch/journal-watch.ts';
import { until } from '../watch/until.ts';
import { type Landmark, postmasterPid } from './recovered.ts';
import type { Sight, Witnesses } from './witnesses.ts';

/** What is ended: by `kill -9`, but a drain by SIGTERM. */
export const VICTIMS = ['server', 'postgres', 'both', 'drain'] as const;
export type Victim = (typeof VICTIMS)[number];

/** A world under load, whose processes may be other ones after a blow. */
export interface Patient {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  server: ServerProcess;
  readonly watch: JournalWatch;
  readonly witnesses: Witnesses;
}

/** What one blow did; times in ms from where they are said to begin. */
export interface Outcome {
  readonly victim: Victim;
  /** What the clients saw and the new server has not, ms of play. Null where no server ended. */
  readonly lostMs: number | null;
  /** From the start of the new server to its open door, and to the first frame that it told. */
  readonly openMs: number | null;
  readonly servedMs: number | null;
  /** Of a server that only lost its PostgreSQL: until everything was durable again. */
  readonly durableMs: number | null;
  /** What the world was at frames that a server named. */
  readonly landmarks: readonly Landmark[];
  /** What clients had confirmed before the blow and must find in the world behind it. */
  readonly sights: readonly Sight[];
  /** What broke a promise; empty when nothing did. */
  readonly wrong: readonly string[];
}

/** Ends the victim and brings the world back, up to its first frame. */
export async function strike(patient: Patient, victim: Victim): Promise<Outcome> {
  return victim === 'postgres' ? strikePostgres(patient) : strikeServer(patient, victim);
}

async function strikeServer(patient: Patient, victim: Victim): Promise<Outcome> {
  const { witnesses, watch, dataDir, env } = patient;
  const old = patient.server;
  const wrong: string[] = [];
  if (victim === 'both') process.kill(await postmasterPid(dataDir), 'SIGKILL');
  if (victim === 'drain') {
    const code = await old.stop();
    if (code !== 0) wrong.push(`the drain exited with ${code}`);
  } else {
    await old.kill();
  }
  // All that was told before is in the sockets, and their end behind it.
  await until(() => witnesses.liveCount() === 0, 'a client lives on without a server');
  witnesses.rest();
  const told = witnesses.newestFrame() + 1;
  const acknowledged = Math.max(watch.newest?.durableFrame ?? -1, witnesses.durableFrame());
  const sights = witnesses.take();
  const beganMs = performance.now();
  patient.server = await startServer({ dataDir, env, port: old.port });
  const openMs = performance.now() - beganMs;
  witnesses.wake();
  await until(() => witnesses.confirmedAtMs() > beganMs, 'no client was told a frame');
  const servedMs = witnesses.confirmedAtMs() - beganMs;
  const opened = landmarkOf(patient.server, 'world-open');
  if (opened.frame <= acknowledged) {
    wrong.push(`frame ${acknowledged} was durable, the new server begins at ${opened.frame}`);
  }
  const landmarks = [opened];
  if (victim === 'drain') {
    const stopped = landmarkOf(old, 'stopped');
    landmarks.push(stopped);
    if (opened.frame !== stopped.frame || opened.stateHash !== stopped.stateHash) {
      wrong.push(`drained at ${JSON.stringify(stopped)}, opened at ${JSON.stringify(opened)}`);
    }
  }
  const lostMs = Math.max(0, told - opened.frame) * FRAME_DURATION_MS;
  const kept = sights.filter(({ frame }) => frame <= opened.frame);
  const times = { lostMs, openMs, servedMs, durableMs: null };
  return { victim, ...times, landmarks, sights: kept, wrong };
}

/** The server lives on: it brings its PostgreSQL back, and nobody notices but who reads metrics. */
async function strikePostgres(patient: Patient): Promise<Outcome> {
  const { server, watch, witnesses, dataDir } = patient;
  const pid = await postmasterPid(dataDir);
  const beganMs = performance.now();
  // What it said of an earlier blow is no answer to this one.
  const said = server.lines.length;
  process.kill(pid, 'SIGKILL');
  await until(
    () => server.lines.slice(said).some(({ event }) => event === 'postgres-regained'),
    () => `PostgreSQL did not come back: ${server.end ?? JSON.stringify(server.lines.at(-1))}`,
  );
  const told = witnesses.newestFrame();
  const sights = witnesses.take();
  await watch.until('all of it durable', ({ state, durableFrame }) => {
    return state === 'ok' && durableFrame >= told;
  });
  const durableMs = performance.now() - beganMs;
  const wrong =
    witnesses.liveCount() === witnesses.count
      ? []
      : ['a client lost its server with the PostgreSQL'];
  const times = { lostMs: null, openMs: null, servedMs: null, durableMs };
  return { victim: 'postgres', ...times, landmarks: [], sights, wrong };
}

function landmarkOf({ lines }: ServerProcess, event: string): Landmark {
  const line = lines.findLast((one) => one.event === event);
  if (line === undefined) throw new Error(`the server never said "${event}"`);
  return { frame: Number(line.tick) / TICKS_PER_FRAME, stateHash: String(line.stateHash) };
}
