import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = dirname(import.meta.dir);

/** What a figure was measured on; a figure without it says nothing. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly runtime: string;
}

export function machine(): Machine {
  const [first] = cpus();
  return {
    cpu: (first?.model ?? 'unknown').replace(/\s+/g, ' ').trim(),
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()} ${process.arch}`,
    runtime: `Bun ${Bun.version}`,
  };
}

/** Folder of one kind of machine below `bench/results/`, such as `amd-epyc-7b13-2-cores`. */
export function machineFolder({ cpu, cores }: Pick<Machine, 'cpu' | 'cores'>): string {
  const slug = cpu.toLowerCase().replace(/\((r|tm)\)|@.*$|\bcpu\b/g, ' ');
  return `${slug.replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')}-${cores}-cores`;
}

/** Commit that is measured, with `+changes` when the tree differs from it. */
export function measuredCommit(): string {
  const git = (...words: string[]) => {
    const { stdout, exitCode } = Bun.spawnSync({ cmd: ['git', ...words], cwd: ROOT });
    return exitCode === 0 ? stdout.toString().trim() : null;
  };
  const commit = git('rev-parse', '--short=12', 'HEAD');
  if (commit === null) return 'none';
  return git('status', '--porcelain', '--', '.', ':!bench/results') === ''
    ? commit
    : `${commit}+changes`;
}

/**
 * Writes `bench/results/<machine>/<bench>.json` and gives back its path in the repository.
 * `command` is what a reader types to measure the same again.
 */
export function saveResult(bench: string, command: string, result: object, root = ROOT): string {
  const on = machine();
  const path = join('bench/results', machineFolder(on), `${bench}.json`);
  const record = {
    bench,
    command,
    date: new Date().toISOString().slice(0, 10),
    commit: measuredCommit(),
    machine: on,
    result,
  };
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), `${JSON.stringify(record, null, 2)}\n`);
  return path;
}
