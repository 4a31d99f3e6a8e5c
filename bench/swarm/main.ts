import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cheatTable, runHostile } from './hostile/run.ts';
import { MODE_SPREAD_M, MODE_WORDS, MODES, type Mode } from './modes.ts';
import { FRAME_HZ_MIN } from './report.ts';
import { runSwarm, type SwarmOptions, type SwarmProgress } from './swarm.ts';

export const summary = 'load a running server with bots and measure how it bears them';

export const usage = `bun run swarm [--mode MODE] [--players N] [--seconds S] [--json] …

  --url ADDRESS   the server, default ws://127.0.0.1:8080
  --mode MODE     default spread
${MODES.map((mode) => `      ${mode.padEnd(9)} ${MODE_WORDS[mode]}`).join('\n')}
  --players N     bots to let in, default 50
  --seconds S     length of the measured interval once all are in, default 30
  --verify N      so many of them run the full client and compare each proof, default 1
  --vr SHARE      so many of them move head and hands, 0 to 1, default 0.3
  --ramp N        joins a second, default 50
  --spread M      the server's SPACETIME_ARRIVAL_SPREAD_M: how far swarm walks, default 0
  --stay S        churn: how long a bot stays on average, default 10
  --replay FILE   instead of walking by the mode, repeat what the players of a recording did
  --times N       hostile: how often each cheat is tried, default 2
  --workers N     threads that drive the light bots, default 1
  --return        bots that are cut off come back, for runs that restart the server
  --kill SHARE    so many bots end themselves halfway: the run must fail (tests the tester)
  --json          print one JSON line only

Every bot is a guest, so the server must allow them: SPACETIME_GUESTS_PER_MINUTE=100000, and
SPACETIME_PLAYERS_MAX as many as are to come; SPACETIME_ARRIVAL_SPREAD_M puts them where the mode
wants them (${MODES.map((mode) => `${mode} ${MODE_SPREAD_M[mode]}`).join(', ')}).
Exits with 1 when fewer bots joined, stayed or were acknowledged than asked, a count was not the
server's, they got fewer than ${FRAME_HZ_MIN} frames a second, a bubble was not the server's, or a
cheat ended otherwise than it should.`;

const CORE = join(import.meta.dir, '../../build/core.wasm');
const BAR_CELLS = 24;
/** A log file gets a line now and then instead of a bar. */
const LINE_INTERVAL_MS = 5_000;

/** Runs the verb; the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const parsed = parse(args);
  if (typeof parsed === 'string') {
    console.error(`${parsed}\n\n${usage}`);
    return 2;
  }
  const core = Bun.file(CORE);
  if (!(await core.exists())) {
    console.error('The core is not built: bun run build');
    return 1;
  }
  const { times } = parsed;
  const options = { ...parsed.options, wasm: await core.bytes(), onProgress: createProgress() };
  const { report, failures, cheats } =
    options.mode === 'hostile'
      ? await runHostile({ ...options, times })
      : { ...(await runSwarm(options)), cheats: undefined };
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  for (const failure of failures) console.error(`FAILED: ${failure}`);
  if (!parsed.json) {
    printReport(report);
    for (const line of cheatTable(cheats ?? [])) console.error(line);
  }
  console.log(JSON.stringify({ ...report, cheats }));
  return failures.length > 0 ? 1 : 0;
}

interface Parsed {
  readonly options: Omit<SwarmOptions, 'wasm'>;
  /** How often each cheat is tried. */
  readonly times: number;
  readonly json: boolean;
}

/** The options, or what is wrong with them. */
function parse(args: readonly string[]): Parsed | string {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        url: { type: 'string', default: 'ws://127.0.0.1:8080' },
        mode: { type: 'string', default: 'spread' },
        spread: { type: 'string', default: '0' },
        times: { type: 'string', default: '2' },
        stay: { type: 'string', default: '10' },
        players: { type: 'string', default: '50' },
        seconds: { type: 'string', default: '30' },
        verify: { type: 'string', default: '1' },
        vr: { type: 'string', default: '0.3' },
        ramp: { type: 'string', default: '50' },
        workers: { type: 'string', default: '1' },
        replay: { type: 'string' },
        return: { type: 'boolean', default: false },
        kill: { type: 'string', default: '0' },
        json: { type: 'boolean', default: false },
      },
    });
    const mode = modeIn(values.mode);
    const stay = numberIn('--stay', values.stay, 2, 3_600);
    const options = {
      url: addressIn(values.url),
      mode,
      spreadM: numberIn('--spread', values.spread, 0, 240),
      staySeconds: mode === 'churn' ? stay : 0,
      players: numberIn('--players', values.players, 1, 100_000),
      seconds: numberIn('--seconds', values.seconds, 1, 86_400),
      verify: numberIn('--verify', values.verify, 0, 1_000),
      headsets: numberIn('--vr', values.vr, 0, 1),
      joinsPerSecond: numberIn('--ramp', values.ramp, 1, 10_000),
      workers: numberIn('--workers', values.workers, 1, 64),
      returning: values.return,
      ...(values.replay === undefined ? {} : { replay: readFileSync(values.replay) }),
      kill: numberIn('--kill', values.kill, 0, 1),
    };
    return { options, times: numberIn('--times', values.times, 1, 100), json: values.json };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function modeIn(text: string): Mode {
  const mode = MODES.find((one) => one === text);
  if (mode === undefined) throw new Error(`--mode wants one of ${MODES.join(', ')}`);
  return mode;
}

function addressIn(text: string): string {
  const isAddress = URL.canParse(text) && /^wss?:$/.test(new URL(text).protocol);
  if (!isAddress) throw new Error(`--url wants ws://host:port, not ${text}`);
  return text;
}

/** Shares may be broken, counts may not; the range says which. */
function numberIn(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  const fits = value >= least && value <= most && (most === 1 || Number.isInteger(value));
  if (!fits || text === '') throw new Error(`${name} wants a number from ${least} to ${most}`);
  return value;
}

function createProgress(): (progress: SwarmProgress) => void {
  let writtenMs = 0;
  return ({ phase, share, asked, counts }) => {
    const cells = Math.round(share * BAR_CELLS);
    const bar = '#'.repeat(cells).padEnd(BAR_CELLS, '.');
    const line = `[${bar}] ${phase} ${counts.joined}/${asked} joined, ${counts.alive} alive`;
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\x1b[K${line}`);
    } else if (performance.now() - writtenMs > LINE_INTERVAL_MS || share === 1) {
      writtenMs = performance.now();
      process.stderr.write(`${line}\n`);
    }
  };
}

function printReport(report: object): void {
  for (const [name, value] of Object.entries(report)) {
    console.error(`${name.padEnd(28)} ${value ?? 'not measured'}`);
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
