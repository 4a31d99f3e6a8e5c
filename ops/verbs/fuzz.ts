import { build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { ROOT } from '../setup/shell.ts';
import { expectNone, parseFlags, UsageError } from './verb.ts';

export const summary = 'harass a real server with messages or cuts, or the core with calls';

export const usage = `bun run fuzz [server|cuts|core|parts|history] [options]

  server        hostile messages at a real server while somebody plays on it; the default
  cuts          real clients over sockets that are cut behind any byte and swallow closes
  core          random calls of the core's facade, all of them made twice
  parts         random worlds, each followed by a partial one that must stay bit-equal
  history       a stored world of which one bit at a time is altered; verify must name its place
  --messages N  random and mutated messages (default 10000)
  --cuts N      connections that are cut (default 1000)
  --calls N     calls of the facade (default 1000000)
  --worlds N    random worlds of 2000 ticks (default 1000)
  --flips N     altered bits (default 2000)
  --seed N      which ones (default 1)
  --save        write what was found to bench/results/<machine>/fuzz-<what>.json
  --json        end with one JSON line

Exits with 1 when a close carries no number of the catalogue or the bystander was disturbed; when a
player was lost by a cut or went on in another world than the server's; when a call threw, changed
what it only looks at, or gave other states the second time; when a partial world was not its
whole; or when an altered bit was not found.`;

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, {
    messages: 'string',
    cuts: 'string',
    calls: 'string',
    worlds: 'string',
    flips: 'string',
    seed: 'string',
    save: 'boolean',
    json: 'boolean',
  });
  const [target = 'server', ...more] = rest;
  expectNone(more);
  const command = ['bun run fuzz', ...args.filter((word) => word !== '--json')].join(' ');
  const output = { ...flags, name: `fuzz-${target}`, command };
  const seed = positive('seed', flags.seed ?? '1');
  if (target === 'cuts') return fuzzCuts(positive('cuts', flags.cuts ?? '1000'), seed, output);
  if (target === 'core') return fuzzCore(positive('calls', flags.calls ?? '1000000'), seed, output);
  if (target === 'parts')
    return fuzzParts(positive('worlds', flags.worlds ?? '1000'), seed, output);
  if (target === 'history')
    return fuzzHistory(positive('flips', flags.flips ?? '2000'), seed, output);
  if (target !== 'server')
    throw new UsageError(`No "${target}" to fuzz: server, cuts, core, parts or history`);
  return fuzzServer(positive('messages', flags.messages ?? '10000'), seed, output);
}

/** Where results go, beside what is printed for people. */
interface Output {
  readonly json: boolean;
  readonly save: boolean;
  readonly name: string;
  /** What a reader types to find the same again. */
  readonly command: string;
}

async function tell(result: object, { json, save, name, command }: Output): Promise<void> {
  if (save) {
    const { saveResult } = await import('../../bench/results.ts');
    console.log(saveResult(name, command, result));
  }
  if (json) console.log(JSON.stringify(result));
}

async function fuzzCore(calls: number, seed: number, output: Output): Promise<number> {
  await installPackages();
  await build(['core']);
  const { readFileSync } = await import('node:fs');
  const { Core, compileCore } = await import('../../core-wasm/host/core.ts');
  const { FuzzFailure, fuzzFacade } = await import('../../core-wasm/test/fuzz/facade.fuzz.ts');
  const module = await compileCore(new Uint8Array(readFileSync(`${ROOT}/build/core.wasm`)));
  const report = (line: string) => console.error(line);
  try {
    const result = await fuzzFacade(() => Core.create(module), { calls, seed, report });
    console.log(`${result.calls} calls, ${result.ticks} ticks, digest ${result.digest}`);
    for (const [name, count] of Object.entries(result.callsByName)) {
      console.log(`  ${String(count).padStart(9)} ${name}`);
    }
    await tell(result, output);
    return 0;
  } catch (error) {
    if (!(error instanceof FuzzFailure)) throw error;
    console.error(`${error.message}\nThat seed alone: bun run fuzz core --calls 50000 --seed …`);
    return 1;
  }
}

async function fuzzParts(worlds: number, first: number, output: Output): Promise<number> {
  await installPackages();
  await build(['core']);
  const { readFileSync } = await import('node:fs');
  const { Core, compileCore } = await import('../../core-wasm/host/core.ts');
  const { followWorld } = await import('../../core-wasm/test/partial/follow-world.ts');
  const module = await compileCore(new Uint8Array(readFileSync(`${ROOT}/build/core.wasm`)));
  const cores = [await Core.create(module), await Core.create(module)] as const;
  const sums = { worlds: 0, compared: 0, asleep: 0, entered: 0, left: 0 };
  const failed: number[] = [];
  for (let seed = first; seed < first + worlds; seed++) {
    const report = followWorld(cores, seed, 2000);
    sums.worlds++;
    sums.compared += report.compared;
    sums.asleep += report.asleep;
    sums.entered += report.entered;
    sums.left += report.left;
    if (report.difference !== '') {
      failed.push(seed);
      console.error(`seed ${seed}: ${report.difference}`);
    }
    if (sums.worlds % 50 === 0) console.error(`${sums.worlds}/${worlds} worlds`);
  }
  const { compared, asleep, entered, left } = sums;
  console.log(`${sums.worlds} worlds, ${failed.length} differed; bodies compared: ${compared},`);
  console.log(`  of them asleep ${asleep}; entered ${entered}, left ${left}`);
  await tell({ ...sums, failed }, output);
  return failed.length === 0 ? 0 : 1;
}

/** So many that the cuts come some ten a second. */
const CUT_CLIENTS = 24;

async function fuzzCuts(cuts: number, seed: number, output: Output): Promise<number> {
  await installPackages();
  await build(['core']);
  const { loadCoreModule } = await import('../../server/artifacts.ts');
  const { cutSessions } = await import('../../server/session/cuts.fuzz.ts');
  const report = (line: string) => console.error(line);
  const options = { cuts, clients: CUT_CLIENTS, seed, report };
  const result = await cutSessions(await loadCoreModule(), options);
  const { resumed, late, fresh } = result.returns;
  for (const [heard, count] of Object.entries(result.cuts))
    console.log(`  ${count} heard: ${heard}`);
  console.log(`${resumed} went on, ${late} came too late for it, ${fresh} began anew`);
  for (const violation of result.violations) console.error(violation);
  await tell(result, output);
  return result.violations.length === 0 ? 0 : 1;
}

async function fuzzHistory(flips: number, seed: number, output: Output): Promise<number> {
  await installPackages();
  await build(['core']);
  const { loadCoreModule } = await import('../../server/artifacts.ts');
  const { flipBits } = await import('../../bench/restore/bits.ts');
  const report = (line: string) => console.error(line);
  const result = await flipBits(await loadCoreModule(), { flips, seed, report });
  for (const [column, count] of Object.entries(result.found)) {
    console.log(`  ${String(count).padStart(6)} found in ${column}`);
  }
  await tell(result, output);
  return result.missed.length === 0 ? 0 : 1;
}

async function fuzzServer(messages: number, seed: number, output: Output): Promise<number> {
  await installPackages();
  await build(['core', 'client']);
  const { mkdtempSync, rmSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const { startServer } = await import('../../server/probe/server-process.ts');
  const { fuzzSockets } = await import('../../server/lobby/hostile.fuzz.ts');

  const dataDir = mkdtempSync(`${tmpdir()}/spacetime-fuzz-`);
  const server = await startServer({ dataDir });
  try {
    const report = (line: string) => console.error(line);
    const result = await fuzzSockets({ port: server.port, messages, seed, report });
    console.log(`${result.messages} messages over ${result.connections} connections`);
    for (const [code, count] of Object.entries(result.closes)) console.log(`  ${code}  ${count}`);
    await tell(result, output);
    const disturbed = result.bystanderCloses + result.bystanderDesyncs;
    return result.unnumbered.length === 0 && disturbed === 0 ? 0 : 1;
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function positive(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new UsageError(`--${name} is a whole number from 1, not "${text}"`);
}
