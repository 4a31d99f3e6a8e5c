import { parseArgs } from 'node:util';
import { loadCoreModule } from '../artifacts.ts';
import { type SimulationReport, simulate } from './simulation.ts';
import { usage } from './usage.ts';

/** Exit code 0 when every seed held. */
export async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1' },
      clients: { type: 'string', default: '4' },
      seconds: { type: 'string', default: '20' },
      canary: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const module = await loadCoreModule();
  const first = Number(values.seed);
  const reports: SimulationReport[] = [];
  for (let seed = first; seed < first + Number(values.seeds); seed++) {
    const report = await simulate(module, {
      seed,
      clients: Number(values.clients),
      seconds: Number(values.seconds),
      canary: values.canary,
    });
    reports.push(report);
    if (!values.json) console.log(describe(report));
    for (const violation of report.violations) console.error(`seed ${seed}: ${violation}`);
  }
  const failed = reports.filter(({ violations }) => violations.length > 0);
  if (values.json) {
    console.log(JSON.stringify({ seeds: reports.length, failed: failed.length, reports }));
  }
  for (const { seed } of failed) {
    console.error(
      `bun run sim --seed ${seed} --clients ${values.clients} --seconds ${values.seconds}`,
    );
  }
  return failed.length === 0 ? 0 : 1;
}

function describe(report: SimulationReport): string {
  const { seed, frames, crashes, cuts, resumed, fresh, rollbacks } = report;
  const { agreements, entered, left } = report;
  const verdict = report.violations.length === 0 ? 'held' : 'BROKE';
  const returns = `${cuts} cuts, ${resumed} resumed, ${fresh} anew`;
  const counts = `${frames} frames, ${crashes} crashes, ${returns}, ${rollbacks} rollbacks`;
  const bubbles = `${agreements} agreements, ${entered} entered, ${left} left`;
  return `seed ${seed} ${verdict}: ${counts}, ${bubbles}`;
}
