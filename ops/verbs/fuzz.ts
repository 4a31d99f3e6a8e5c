import { build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { expectNone, parseFlags, UsageError } from './verb.ts';

export const summary = 'throw hostile messages at a real server while somebody plays on it';

export const usage = `bun run fuzz [--messages N] [--seed N] [--json]

  --messages N  random and mutated messages (default 10000)
  --seed N      which ones (default 1)
  --json        end with one JSON line

Exits with 1 when a close carries no number of the catalogue or the bystander was disturbed.`;

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, { messages: 'string', seed: 'string', json: 'boolean' });
  expectNone(rest);
  const messages = positive('messages', flags.messages ?? '10000');
  const seed = positive('seed', flags.seed ?? '1');
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
    if (flags.json) console.log(JSON.stringify(result));
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
