import { readFileSync } from 'node:fs';
import { traceArtifact } from './trace.ts';

/** Prints the trace of an artifact; run by each engine in turn. */
const [artifact, frames] = process.argv.slice(2);
if (!artifact) throw new Error('usage: probe <core.wasm> [frames]');
const wasm = new Uint8Array(readFileSync(artifact));
console.log(JSON.stringify(await traceArtifact(wasm, frames ? Number(frames) : undefined)));
