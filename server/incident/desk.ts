import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import {
  encodeEvidence,
  readIncidentHead,
  type ServerEvidence,
} from '../../core-wasm/host/incident-file.ts';
import type { Refusal } from '../net/refusal.ts';
import type { Logger } from '../observe/log.ts';
import { countBy, type Meters } from '../observe/meters.ts';
import type { Clock } from '../ports.ts';
import type { IncidentFolder } from './folder.ts';

/** What an upload may become: a second of a full bubble is about a tenth of it. */
export const INCIDENT_BYTES_MAX = 32 * 1024 * 1024;

export interface IncidentDesk {
  readonly clock: Clock;
  readonly log: Logger;
  readonly meters: Pick<Meters, 'incidentsByOutcome'>;
  readonly folder: IncidentFolder;
  /** SHA-256 of the core that runs here, hex. */
  readonly coreHash: string;
  /** What the server knows of the account's last repair; it gives it once. */
  readonly takeEvidence: (account: number) => ServerEvidence | null;
}

/** What the client is told. */
export interface IncidentReceipt {
  readonly name: string;
}

const gunzipped = promisify(gunzip);
const gzipped = promisify(gzip);

/** Files what a client sent, gzipped, with what the server has to say. Counts what came of it. */
export async function fileIncident(
  desk: IncidentDesk,
  account: number,
  body: Uint8Array,
): Promise<IncidentReceipt | Refusal> {
  const answer = await decide(desk, account, body);
  countBy(desk.meters.incidentsByOutcome, 'status' in answer ? answer.code : 'filed');
  return answer;
}

async function decide(
  desk: IncidentDesk,
  account: number,
  body: Uint8Array,
): Promise<IncidentReceipt | Refusal> {
  const client = await unpack(body);
  const head = client === null ? null : readIncidentHead(client);
  if (client === null || head === null || (head.account !== 0 && head.account !== account))
    return NO_INCIDENT;
  if (head.coreHash !== desk.coreHash) return OTHER_CORE;
  const evidence = desk.takeEvidence(account);
  const ours = evidence === null ? new Uint8Array(0) : encodeEvidence(evidence);
  const name = nameOf(desk.clock, account, head.frame);
  try {
    const path = await desk.folder.keep(name, await gzipped(Buffer.concat([client, ours])));
    const { frame, fault } = head;
    const repair = evidence?.note.kind ?? 'unknown';
    desk.log.warn({ event: 'desync', account, frame, fault, repair, path });
    return { name };
  } catch (error) {
    desk.log.error({ event: 'desync-not-filed', account, error: String(error) });
    return NOT_KEPT;
  }
}

async function unpack(body: Uint8Array): Promise<Uint8Array | null> {
  try {
    return await gunzipped(body, { maxOutputLength: INCIDENT_BYTES_MAX });
  } catch {
    return null;
  }
}

const WALL_DIGITS = 15;

/** Milliseconds since 1970, account, frame: sorts by time. */
function nameOf(clock: Clock, account: number, frame: number): string {
  const when = String(Math.floor(clock.wallMs())).padStart(WALL_DIGITS, '0');
  return `${when}-${account}-${frame}`;
}

const NO_INCIDENT: Refusal = {
  status: 400,
  code: 'no-incident',
  message: 'This is no incident of the account that sends it.',
  fix: 'Send the gzipped file that the client made, with its own ticket.',
};

const OTHER_CORE: Refusal = {
  status: 400,
  code: 'other-core',
  message: 'The incident was computed by another core than the one that runs here.',
  fix: 'Reload to get the current version.',
};

const NOT_KEPT: Refusal = {
  status: 503,
  code: 'not-kept',
  message: 'The incident could not be written.',
  fix: 'Look into the server log.',
};
