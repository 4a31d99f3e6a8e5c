import { parseArgs } from 'node:util';

/** One word of the command surface. The module of a verb exports exactly these. */
export interface Verb {
  /** One line for the list of verbs. */
  readonly summary: string;
  /** Everything that `--help` prints. */
  readonly usage: string;
  /** Resolves to the exit code. Throws `UsageError` when the words make no sense. */
  run(args: readonly string[]): Promise<number>;
}

/** The caller's words were wrong: the front prints the message with the usage and exits with 2. */
export class UsageError extends Error {}

type FlagTypes = Record<string, 'string' | 'boolean'>;
type Flags<T extends FlagTypes> = {
  [K in keyof T]: T[K] extends 'boolean' ? boolean : string | undefined;
};

/**
 * Reads `--name value` and `--name`; absent booleans are false.
 * Throws `UsageError` for a flag that is not in `types` or lacks its value.
 */
export function parseFlags<const T extends FlagTypes>(
  args: readonly string[],
  types: T,
): { flags: Flags<T>; rest: string[] } {
  const options = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }]));
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      strict: true,
    });
    const flags = Object.fromEntries(
      Object.entries(types).map(([name, type]) => [
        name,
        values[name] ?? (type === 'boolean' ? false : undefined),
      ]),
    );
    return { flags: flags as Flags<T>, rest: positionals };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Throws `UsageError` when words are left that the verb does not take. */
export function expectNone(rest: readonly string[]): void {
  if (rest.length > 0) throw new UsageError(`Unexpected: ${rest.join(' ')}`);
}
