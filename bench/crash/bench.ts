import { type Bench, percentile } from '../bench.ts';
import { runCrashes } from './crash.ts';

const KILLS = 20;
const BOTS = 50;
const WITNESSES = 2;

/** What a crash costs: lost play, time to the open door, time until everybody is back. */
export const crash: Bench = {
  about: `kill -9 of a real server at ${KILLS} random moments under ${BOTS} bots`,
  async run(report) {
    const { lostMs, restartMs, backMs, desyncs } = await runCrashes({
      kills: KILLS,
      bots: BOTS,
      witnesses: WITNESSES,
      report,
    });
    const spread = (values: readonly number[]) => {
      const samples = [...values];
      return { medianMs: percentile(samples, 0.5), maxMs: Math.max(...samples) };
    };
    return {
      load: { kills: KILLS, bots: BOTS, witnesses: WITNESSES, desyncs },
      lost: spread(lostMs),
      restart: spread(restartMs),
      back: spread(backMs),
    };
  },
};
