/** One thing that is measured. Its figures are plain numbers, units last in their names. */
export interface Bench {
  readonly about: string;
  /** Resolves to what is saved and what the JSON line holds. */
  run(report: (line: string) => void, choice: Choice): Promise<object>;
}

/** What of a bench is wanted: names with commas between them, undefined for all. */
export interface Choice {
  readonly scenes: string | undefined;
  readonly engines: string | undefined;
  readonly runtimes: string | undefined;
  readonly servers?: string | undefined;
  /** Numbers of players, with commas between them. */
  readonly players?: string | undefined;
  readonly seconds?: string | undefined;
  /** How often what is measured is done. */
  readonly times?: string | undefined;
  /** A recording to measure instead of a made one. */
  readonly file?: string | undefined;
  /** Also look for the most that is borne. */
  readonly search?: boolean;
  /** As short as it can be: whether it works, not what it costs. */
  readonly quick: boolean;
}

/** A choice that names what there is not. */
export class UnknownChoice extends Error {}

/** What of `all` is named; all of it when nothing is. Throws `UnknownChoice`. */
export function chosen<T extends string>(
  what: string,
  names: string | undefined,
  all: readonly T[],
): T[] {
  if (names === undefined) return [...all];
  return names.split(',').map((name) => {
    const found = all.find((one) => one === name);
    if (found !== undefined) return found;
    throw new UnknownChoice(`No ${what} "${name}": there are ${all.join(', ')}`);
  });
}

export type Figures = Readonly<Record<string, number>>;

/** The value below which `share` (0…1) of the samples lie; samples are sorted in place. */
export function percentile(samples: number[], share: number): number {
  if (samples.length === 0) throw new Error('percentile of nothing');
  samples.sort((a, b) => a - b);
  return samples[Math.min(samples.length - 1, Math.floor(samples.length * share))] as number;
}

/** Three significant digits: more would be noise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
