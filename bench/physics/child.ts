import { ENGINES } from './engines.ts';
import { measure, type Row } from './measure.ts';
import { measureQuality } from './quality.ts';
import { PHYSICS_SCENES, quick } from './scenes.ts';

/** Entry of one measuring process: ENGINE SCENE|quality ARTIFACT quick|whole. */
const [engine = '', scene = '', artifact = '', pace] = process.argv.slice(2);
const result = scene === 'quality' ? measureQuality(await open()) : await rowOf();
console.log(JSON.stringify(result));
// Jolt's idle workers would keep Node alive.
process.exit(0);

function open() {
  const make = ENGINES[engine];
  if (make === undefined) throw new Error(`no engine ${engine}`);
  return make(artifact);
}

async function rowOf(): Promise<Row> {
  const found = PHYSICS_SCENES[scene];
  if (found === undefined) throw new Error(`no scene ${scene}`);
  const figures = measure(await open(), pace === 'quick' ? quick(found) : found);
  const { bun, node } = process.versions;
  const runtime = bun === undefined ? `node ${node}` : `bun ${bun}`;
  return { runtime, engine, scene, ...figures };
}
