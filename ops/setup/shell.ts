import { dirname } from 'node:path';

/** Absolute path of the repository, without a slash at its end. */
export const ROOT = dirname(dirname(import.meta.dir));

/** A step could not be done; the message says what to do. The front prints it and exits with 1. */
export class StepFailed extends Error {}

/** Runs a command in the repository with the caller's terminal; resolves to its exit code. */
export async function runHere(
  command: readonly string[],
  env: Record<string, string | undefined> = process.env,
): Promise<number> {
  const child = Bun.spawn({
    cmd: [...command],
    cwd: ROOT,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return await child.exited;
}

/**
 * Becomes `command`: same process id, same terminal, so signals and `kill` mean the command.
 * When package.json started us with `--no-orphans`, the kernel ends us with our parent, and that
 * stays so. Bun's own half of the flag, ending every descendant, must not reach the command: the
 * database that a server starts has to outlive the server's crash.
 */
export function become(command: readonly string[]): never {
  const [file, ...rest] = command;
  if (file === undefined) throw new Error('become: empty command');
  if (process.execve === undefined) throw new Error('become: this system has no execve');
  const { BUN_FEATURE_FLAG_NO_ORPHANS: _, ...env } = process.env;
  process.chdir(ROOT);
  process.execve(file, [file, ...rest], env);
  throw new Error(`become: ${file} did not start`);
}
