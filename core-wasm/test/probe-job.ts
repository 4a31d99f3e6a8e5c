import { type SceneTraces, traceScenes } from './scene-trace.ts';
import { type Trace, traceArtifact } from './trace.ts';

/** How much of the recording and of the bench scenes an engine plays. */
export interface ProbeJob {
  readonly frames: number;
  readonly sceneTicks: number;
}

/** What an engine made of it; two engines agree when these are equal. */
export interface ProbeResult {
  readonly recording: Trace;
  readonly scenes: SceneTraces;
}

/** Runs on every engine, with no file system. */
export async function runProbe(
  wasm: Uint8Array<ArrayBuffer>,
  { frames, sceneTicks }: ProbeJob,
): Promise<ProbeResult> {
  return {
    recording: await traceArtifact(wasm, frames),
    scenes: await traceScenes(wasm, sceneTicks),
  };
}
