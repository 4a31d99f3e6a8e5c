import { join } from 'node:path';
import { FRAME_MS } from './crowd.ts';
import { type LoadPlan, type LoadReport, type ServerName, unmeasured } from './load.ts';
import { pinned, type Running, startContestant } from './servers.ts';
import { spreadFor } from './walkers.ts';

/** Payloads of one message, for the server that has nothing to say of its own. */
export interface MessageSizes {
  readonly upBytes: number;
  readonly downBytes: number;
}

export interface Row extends LoadReport {
  readonly server: ServerName;
  /** Why the figures prove nothing; empty when they do. */
  readonly failures: readonly string[];
}

const LOAD_CORE = 1;

/** A fresh server on one core, its players on another. What goes wrong is in the row. */
export async function measureServer(
  server: ServerName,
  players: number,
  seconds: number,
  sizes: MessageSizes,
): Promise<Row> {
  let running: Running | null = null;
  try {
    const crowd = { players, spreadM: spreadFor(players), ...sizes };
    running = await startContestant(server, crowd);
    const { url, pid: serverPid } = running;
    const report = await runLoad({ server, url, serverPid, seconds, ...crowd });
    return { server, ...report, failures: failuresOf(server, report) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { server, ...unmeasured(players), failures: [`${server}: ${why}`] };
  } finally {
    await running?.stop();
  }
}

/** Sizes of the messages that a row was made of. */
export function messageSizesOf(row: Row): MessageSizes | null {
  const { bytesUpPerPlayerPerSecond: up, bytesDownPerPlayerPerSecond: down } = row;
  if (up === null || down === null) return null;
  const perFrame = (bytes: number) => Math.max(8, Math.round((bytes * FRAME_MS) / 1000));
  return { upBytes: perFrame(up), downBytes: perFrame(down) };
}

async function runLoad(plan: LoadPlan): Promise<LoadReport> {
  const child = Bun.spawn({
    cmd: [
      ...[...pinned(LOAD_CORE), process.execPath, join(import.meta.dir, 'load.ts')],
      JSON.stringify(plan),
    ],
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = (await new Response(child.stdout).text()).trim().split('\n').at(-1) ?? '';
  if ((await child.exited) !== 0) throw new Error(`the load ended with ${child.exitCode}`);
  return JSON.parse(line) as LoadReport;
}

/** Why a report proves nothing. */
export function failuresOf(server: ServerName, report: LoadReport): string[] {
  const { asked, joined, stayed, reasons, seenP50Ms } = report;
  const because = reasons.length > 0 ? `: ${reasons.join('; ')}` : '';
  if (joined < asked) return [`${server}: only ${joined} of ${asked} joined${because}`];
  if (stayed < asked) return [`${server}: only ${stayed} of ${asked} stayed${because}`];
  if (seenP50Ms === null && asked > 1) return [`${server}: nobody saw anybody`];
  return [];
}
