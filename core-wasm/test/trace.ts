import type { Core } from '../host/core.ts';
import { compileCore, Core as Instance } from '../host/core.ts';
import { RECORDING_FRAMES, RECORDING_SEED, record } from './recording.ts';

/** What an engine made of the recording; two engines agree when their traces are equal. */
export interface Trace {
  /** SHA-256 of all frames: the inputs themselves, and in them the state hash of each frame. */
  readonly frames: string;
  /** State hashes, hex, after every hundredth tick. */
  readonly hashes: readonly string[];
  /** After the last tick. */
  readonly last: string;
}

export function hex(hash: bigint): string {
  return hash.toString(16).padStart(16, '0');
}

/** Records the session on the artifact in `wasm`. Runs on every engine, with no file system. */
export async function traceArtifact(
  wasm: Uint8Array<ArrayBuffer>,
  frames = RECORDING_FRAMES,
): Promise<Trace> {
  return traceRecording(await Instance.create(await compileCore(wasm)), frames);
}

export async function traceRecording(core: Core, count = RECORDING_FRAMES): Promise<Trace> {
  const hashes: string[] = [];
  const frames = record(core, RECORDING_SEED, count, () => {
    if (core.tick % 100 === 0) hashes.push(hex(core.stateHash()));
  });
  const digest = await crypto.subtle.digest(
    'SHA-256',
    await new Blob(frames as BlobPart[]).arrayBuffer(),
  );
  return {
    frames: Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join(
      '',
    ),
    hashes,
    last: hex(core.stateHash()),
  };
}
