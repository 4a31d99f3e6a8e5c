import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { deflate, inflate } from 'node:zlib';
import type { Checkpoint, ReadCheckpoint } from '../../server/ports.ts';
import type { checkpoints } from '../schema/checkpoint.ts';

/** A row as it is stored: the state compressed, or null after thinning. */
export type CheckpointRow = typeof checkpoints.$inferSelect;

/** Level 1 of 9: a state is written once a minute while the world runs, and read once. */
const ZLIB_LEVEL = 1;

/** Rows of the first release hold what the database's clock said, which counts microseconds. */
const US_PER_MS = 1000;

export function takenMsOf({ takenUs }: Pick<CheckpointRow, 'takenUs'>): number {
  return Math.floor(takenUs / US_PER_MS);
}

const compress = promisify<Uint8Array, { level: number }, Uint8Array>(deflate);
const decompress = promisify<Uint8Array, { maxOutputLength: number }, Uint8Array>(inflate);

/**
 * SHA-256 over a row as it is stored, so that no altered bit hides behind a decoder that does not
 * care for it. The state counts through its digest: a thinned row still proves its own numbers.
 * Text with a line a column, which SQL can build as well: the migration did so for older rows.
 */
export function contentHash(row: Omit<CheckpointRow, 'contentHash' | 'state'>): Uint8Array {
  const lines = [
    row.region,
    row.frame,
    row.takenUs,
    row.coreHash,
    row.schemaHash,
    row.stateHash,
    row.stateBytes,
    Buffer.from(row.stateDigest).toString('hex'),
    Buffer.from(row.chain).toString('hex'),
  ];
  return sha256(Buffer.from(lines.join('\n')));
}

export async function packCheckpoint(
  region: number,
  checkpoint: Checkpoint,
): Promise<CheckpointRow & { state: Uint8Array }> {
  const state = await compress(checkpoint.state, { level: ZLIB_LEVEL });
  const row = {
    region,
    frame: checkpoint.frame,
    takenUs: checkpoint.takenMs * US_PER_MS,
    coreHash: checkpoint.coreHash,
    schemaHash: checkpoint.schemaHash,
    stateHash: checkpoint.stateHash.toString(16).padStart(16, '0'),
    stateBytes: checkpoint.state.length,
    state,
    stateDigest: sha256(state),
    chain: checkpoint.chain,
  };
  return { ...row, contentHash: contentHash(row) };
}

/** Checks every byte of the row before it believes one. */
export async function unpackCheckpoint(row: CheckpointRow): Promise<ReadCheckpoint> {
  const damaged = (why: string) => ({ kind: 'damaged', frame: row.frame, why }) as const;
  if (!equal(contentHash(row), row.contentHash)) return damaged('content-hash');
  if (row.state === null) return { kind: 'absent' };
  if (!equal(sha256(row.state), row.stateDigest)) return damaged('state-digest');
  try {
    const state = await decompress(row.state, { maxOutputLength: row.stateBytes });
    const { frame, coreHash, schemaHash, chain } = row;
    const takenMs = takenMsOf(row);
    const stateHash = BigInt(`0x${row.stateHash}`);
    const checkpoint = { frame, takenMs, coreHash, schemaHash, stateHash, state, chain };
    return { kind: 'sound', checkpoint };
  } catch {
    return damaged('compression');
  }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
