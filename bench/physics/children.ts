import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Row } from './measure.ts';
import type { Quality } from './quality.ts';

const ROOT = join(import.meta.dir, '../..');

export const RUNTIMES = ['bun', 'node'] as const;
export type Runtime = (typeof RUNTIMES)[number];

/** One process. */
export interface Run {
  readonly runtime: Runtime;
  readonly engine: string;
  readonly scene: string;
  readonly isQuick: boolean;
}

export interface Children {
  measure(run: Run): Promise<Row>;
  /** On Bun alone: no engine's result differs between the two. */
  judge(engine: string): Promise<Quality>;
}

/**
 * Calls `body` with what starts processes. Both runtimes get the same bundle and a copy of the
 * core: a change of the tree meanwhile is not measured. They lie in the build folder, from where
 * the packages are found, and only for that long.
 */
export async function withChildren<T>(body: (children: Children) => Promise<T>): Promise<T> {
  mkdirSync(join(ROOT, 'build'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, 'build/bench-physics-'));
  try {
    await bundle(folder);
    copyFileSync(join(ROOT, 'build/core.wasm'), join(folder, 'core.wasm'));
    return await body({
      measure: async (run) => (await runChild(run, folder)) as Row,
      judge: async (engine) => {
        const run: Run = { runtime: 'bun', engine, scene: 'quality', isQuick: false };
        return (await runChild(run, folder)) as Quality;
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundle(outdir: string): Promise<void> {
  const result = await Bun.build({
    entrypoints: [join(import.meta.dir, 'child.ts')],
    outdir,
    target: 'node',
    format: 'esm',
    packages: 'external',
    throw: false,
  });
  if (!result.success) throw new Error(result.logs.map(String).join('\n'));
}

async function runChild(run: Run, folder: string): Promise<object> {
  const { runtime, engine, scene, isQuick } = run;
  const program = runtime === 'bun' ? process.execPath : 'node';
  const words = [engine, scene, join(folder, 'core.wasm'), isQuick ? 'quick' : 'whole'];
  const child = Bun.spawn({
    cmd: [...pin(), program, join(folder, 'child.js'), ...words],
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [out, complaint, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const line = out.trim().split('\n').at(-1) ?? '';
  if (code === 0 && line.startsWith('{')) return JSON.parse(line) as object;
  throw new Error(`${engine} in ${scene} on ${runtime} ended with ${code}:\n${out}${complaint}`);
}

/** The last core: interrupts mostly land on the first. Nothing where there is no taskset. */
function pin(): string[] {
  if (Bun.which('taskset') === null) return [];
  return ['taskset', '-c', String(availableParallelism() - 1)];
}
