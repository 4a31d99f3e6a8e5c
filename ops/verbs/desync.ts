import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { CoreModule } from '../../core-wasm/host/core.ts';
import type { Incident } from '../../core-wasm/host/incident-file.ts';
import { build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { StepFailed } from '../setup/shell.ts';
import { expectNone, parseFlags, UsageError } from './verb.ts';

export const summary = 'find the tick, entity and field where a client went another way';

export const usage = `bun run ops desync explain FILE [--core FILE] [--json]

  FILE                an incident, as the server keeps them in incidents/ of its data folder
  --core FILE         the core.wasm that the incident was computed by (default: the built one)
  --json              end with one JSON line

Plays the client's frames from the last state on which both ends agreed, and compares. Exits with 0
when it can say what went wrong, with 1 when it cannot.`;

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, { core: 'string', json: 'boolean' });
  const [task, path, ...more] = rest;
  expectNone(more);
  if (task !== 'explain' || path === undefined)
    throw new UsageError('One file to explain, please.');
  await installPackages();
  if (flags.core === undefined) await build(['core']);
  const incident = await readIncident(path);
  const module = await loadModule(flags.core);
  if (incident.head.coreHash !== module.hash) {
    throw new StepFailed(
      `${path} was computed by core ${incident.head.coreHash}, this is ${module.hash}: ` +
        'name that core.wasm with --core',
    );
  }
  const { Core } = await import('../../core-wasm/host/core.ts');
  const { explainIncident } = await import('../../server/incident/explain.ts');
  const { describeIncident, isNamed, jsonOf, wordsOf } = await import(
    '../../server/incident/words.ts'
  );
  const explanation = explainIncident(await Core.create(module), incident);
  console.log(describeIncident(incident));
  console.log(wordsOf(explanation));
  if (flags.json) console.log(jsonOf(incident, explanation));
  return isNamed(explanation) ? 0 : 1;
}

async function readIncident(path: string): Promise<Incident> {
  const { decodeIncident } = await import('../../core-wasm/host/incident-file.ts');
  const decoded = decodeIncident(unpack(path, readBytes(path)));
  if (decoded.kind === 'unreadable') throw new StepFailed(`${path}: ${decoded.why}`);
  return decoded.incident;
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new StepFailed(`${path} cannot be read: ${(error as Error).message}`);
  }
}

/** As the server keeps it, or as a client made it. */
function unpack(path: string, bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch {
    throw new StepFailed(`${path}: it is cut off or damaged, gzip says`);
  }
}

async function loadModule(path: string | undefined): Promise<CoreModule> {
  const { compileCore } = await import('../../core-wasm/host/core.ts');
  const { loadCoreModule } = await import('../../server/artifacts.ts');
  if (path === undefined) return loadCoreModule();
  try {
    return await compileCore(new Uint8Array(readBytes(path)));
  } catch (error) {
    if (error instanceof StepFailed) throw error;
    throw new StepFailed(`${path} is no core: ${(error as Error).message}`);
  }
}
