import { fileURLToPath } from 'node:url';
import type { ProbeJob, ProbeResult } from './probe-job.ts';
import { ARTIFACT } from './world.ts';

const PROBE = fileURLToPath(new URL('./probe.ts', import.meta.url));

/** The probe on Bun; `env` chooses JavaScriptCore's compilers. */
export function probeBun(job: ProbeJob, env: Record<string, string> = {}): Promise<ProbeResult> {
  return probe([process.execPath, PROBE, ...wordsOf(job)], { env });
}

/** The probe on the Node of the system; `flags` choose V8's compilers. */
export async function probeNode(
  job: ProbeJob,
  flags: readonly string[] = [],
): Promise<ProbeResult> {
  const built = await Bun.build({ entrypoints: [PROBE], target: 'node' });
  const command = ['node', ...flags, '--input-type=module', '-', ...wordsOf(job)];
  return probe(command, { stdin: built.outputs[0] as Blob });
}

function wordsOf(job: ProbeJob): string[] {
  return [fileURLToPath(ARTIFACT), JSON.stringify(job)];
}

async function probe(
  command: string[],
  { stdin, env }: { stdin?: Blob; env?: Record<string, string> },
): Promise<ProbeResult> {
  const child = Bun.spawn(command, {
    stdin: stdin ?? 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
    env: { ...process.env, ...env },
  });
  const [output, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`${command.join(' ')}: exit ${code}: ${errors}`);
  return JSON.parse(output) as ProbeResult;
}
