import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * What of a long run is done, kept in a file: a run that was cut off goes on where it was, as long
 * as it is asked for the same.
 */
export interface Progress<T> {
  readonly done: readonly T[];
  add(one: T): void;
  /** The run is complete: the next one begins anew. */
  clear(): void;
}

/** `key` says what was asked for; of another key nothing is taken over. */
export function openProgress<T>(path: string, key: string): Progress<T> {
  const [head, ...rest] = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
  const done: T[] = head === key ? rest.filter(isWhole).map((line) => JSON.parse(line) as T) : [];
  if (head !== key) {
    rmSync(path, { force: true });
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, `${key}\n`);
  }
  return {
    done,
    add(one) {
      done.push(one);
      appendFileSync(path, `${JSON.stringify(one)}\n`);
    },
    clear() {
      rmSync(path, { force: true });
    },
  };
}

/** A line may end where its writer did. */
function isWhole(line: string): boolean {
  return line.startsWith('{') && line.endsWith('}');
}
