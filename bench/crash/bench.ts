import { join } from 'node:path';
import { type Bench, type Choice, chosen, type Figures, percentile } from '../bench.ts';
import { VICTIMS, type Victim } from './blow.ts';
import { type Blow, runCrashes } from './crash.ts';
import { openProgress } from './progress.ts';

const BLOWS = 100;
const BOTS = 200;
const WITNESSES = 2;
const PLAY_MS = 1200;
const KILLED: readonly Victim[] = ['server', 'postgres', 'both'];
/** From the start of a process to the first frame that it tells. */
const SERVED_MS_MAX = 5000;
/** Groups begin four times a second. */
const LOST_MS_MAX = 250;
const PROGRESS_FILE = join(import.meta.dir, '../../build/crash-progress.jsonl');

/** What crashes and drains cost, and whether anything that was promised is gone. */
export const crash: Bench = {
  about: `kill -9 of server or Postgres, ${BLOWS} times under ${BOTS} bots; or drains`,
  async run(report, choice) {
    const victims = choice.scenes === undefined ? KILLED : chosen('victim', choice.scenes, VICTIMS);
    const { blows, bots } = sizeOf(choice);
    const key = JSON.stringify({ blows, bots, victims });
    const progress = openProgress<Blow>(PROGRESS_FILE, key);
    if (progress.done.length > 0) report(`goes on behind ${progress.done.length} of ${blows}`);
    const left = Array.from({ length: blows - progress.done.length }, () => {
      return victims[Math.floor(Math.random() * victims.length)] as Victim;
    });
    await runCrashes({
      victims: left,
      bots,
      witnesses: WITNESSES,
      playMs: PLAY_MS,
      onBlow(blow) {
        progress.add(blow);
        report(`${progress.done.length}/${blows} ${describe(blow)}`);
      },
    });
    progress.clear();
    const wrong = progress.done.flatMap((blow) => blow.wrong);
    if (wrong.length > 0) throw new Error(`promises were broken:\n  ${wrong.join('\n  ')}`);
    return resultOf(progress.done, bots);
  },
};

function sizeOf({ quick, players, times }: Choice): { blows: number; bots: number } {
  const number = (text: string | undefined, usual: number, short: number) =>
    text === undefined ? (quick ? short : usual) : Number(text);
  return { blows: number(times, BLOWS, 10), bots: number(players, BOTS, 20) };
}

function describe(blow: Blow): string {
  const { victim, lostMs, servedMs, durableMs, backMs, agreements, wrong } = blow;
  const words = [
    lostMs === null ? null : `lost ${ms(lostMs)}`,
    servedMs === null ? null : `serves after ${ms(servedMs)}`,
    durableMs === null ? null : `durable again after ${ms(durableMs)}`,
    `all back after ${ms(backMs)}`,
    `${agreements} bubbles found again`,
    ...wrong.map((what) => `BROKEN: ${what}`),
  ];
  return `${victim}: ${words.filter((word) => word !== null).join(', ')}`;
}

function ms(value: number): string {
  return `${Math.round(value)} ms`;
}

function resultOf(blows: readonly Blow[], bots: number): object {
  const of = (figure: (blow: Blow) => number | null): number[] =>
    blows.map(figure).filter((value) => value !== null);
  const total = (figure: (blow: Blow) => number) =>
    blows.reduce((sum, blow) => sum + figure(blow), 0);
  const served = of(({ servedMs }) => servedMs);
  const lost = of(({ lostMs }) => lostMs);
  return {
    load: { blows: blows.length, bots, witnesses: WITNESSES },
    victims: Object.fromEntries(
      VICTIMS.map((name) => [name, blows.filter(({ victim }) => victim === name).length]),
    ),
    lost: { ...spread(lost), over250Ms: lost.filter((value) => value > LOST_MS_MAX).length },
    open: spread(of(({ openMs }) => openMs)),
    served: { ...spread(served), over5s: served.filter((value) => value > SERVED_MS_MAX).length },
    durableAgain: spread(of(({ durableMs }) => durableMs)),
    back: spread(of(({ backMs }) => backMs)),
    found: {
      agreements: total(({ agreements }) => agreements),
      frames: total(({ frames }) => frames),
      desyncs: total(({ desyncs }) => desyncs),
    },
  };
}

function spread(values: number[]): Figures {
  if (values.length === 0) return {};
  return {
    p50Ms: Math.round(percentile(values, 0.5)),
    p99Ms: Math.round(percentile(values, 0.99)),
    maxMs: Math.round(percentile(values, 1)),
  };
}
