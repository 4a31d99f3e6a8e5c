import { readFileSync } from 'node:fs';
import { type ProbeJob, runProbe } from './probe-job.ts';

/** Prints what this engine makes of an artifact; run by each program in turn. */
const [artifact, job] = process.argv.slice(2);
if (!artifact || !job) throw new Error('usage: probe <core.wasm> <job as JSON>');
const wasm = new Uint8Array(readFileSync(artifact));
console.log(JSON.stringify(await runProbe(wasm, JSON.parse(job) as ProbeJob)));
