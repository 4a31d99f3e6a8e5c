import { writeFileSync } from 'node:fs';
import { GOLDEN_FILE, GOLDEN_SCENES_FILE } from './golden.ts';
import { traceScenes } from './scene-trace.ts';
import { traceArtifact } from './trace.ts';
import { artifactBytes } from './world.ts';

/**
 * `bun core-wasm/test/refresh-golden.ts`: after a change of the core that is meant to change what
 * it computes. A change that was not meant to, and needs this, is a bug.
 */
const trace = await traceArtifact(artifactBytes());
writeFileSync(GOLDEN_FILE, `${JSON.stringify(trace, null, 2)}\n`);
console.log(`${GOLDEN_FILE.pathname}: ${trace.last}`);

const scenes = await traceScenes(artifactBytes());
writeFileSync(GOLDEN_SCENES_FILE, `${JSON.stringify(scenes, null, 2)}\n`);
for (const [name, hashes] of Object.entries(scenes)) console.log(`  ${name}: ${hashes.at(-1)}`);
