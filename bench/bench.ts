/** One thing that is measured. Its figures are plain numbers, units last in their names. */
export interface Bench {
  readonly about: string;
  run(report: (line: string) => void): Promise<Readonly<Record<string, Figures>>>;
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
