import { formatFinding, houseRules } from '../check/house-rules.ts';
import { build } from '../setup/build.ts';
import { installPackages } from '../setup/install.ts';
import { ROOT, StepFailed } from '../setup/shell.ts';
import { expectNone, parseFlags } from './verb.ts';

export const summary = 'format, lint, types and house rules; writes nothing';

export const usage = `bun run check [--json]

Runs Biome, the TypeScript compiler (the tree, and the core against AssemblyScript's types) and the
house rules of ops/check/, all at once. The core is built when it changed: a rule reads it.
To let Biome repair what it can: bun x biome check --write .`;

interface StepResult {
  readonly name: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly output: string;
}

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, { json: 'boolean' });
  expectNone(rest);
  await installPackages();
  const results = await Promise.all([
    tool('format and lint', [
      '@biomejs/biome/bin/biome',
      'check',
      '--error-on-warnings',
      '--colors=off',
      '.',
    ]),
    tool('types', ['typescript/bin/tsc', '--noEmit', '-p', '.']),
    tool('types of the core', ['typescript/bin/tsc', '--noEmit', '-p', 'core-wasm/assembly']),
    ownRules(),
  ]);
  for (const { name, ok, ms, output } of results) {
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${(ms / 1000).toFixed(1)} s)`);
    if (output !== '') console.log(output);
  }
  const isClean = results.every((result) => result.ok);
  if (flags.json) {
    const steps = results.map(({ name, ok, ms }) => ({ name, ok, ms }));
    console.log(JSON.stringify({ ok: isClean, steps }));
  }
  return isClean ? 0 : 1;
}

/** A tool's script from node_modules, run by this Bun: nothing has to be on PATH. */
async function tool(name: string, [script, ...args]: [string, ...string[]]): Promise<StepResult> {
  const startedMs = performance.now();
  const child = Bun.spawn({
    cmd: [process.execPath, `node_modules/${script}`, ...args],
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const ms = Math.round(performance.now() - startedMs);
  return { name, ok: code === 0, ms, output: code === 0 ? '' : `${out}${err}`.trim() };
}

/** One rule reads the core, so it is built first when it changed. */
async function ownRules(): Promise<StepResult> {
  const startedMs = performance.now();
  const result = (ok: boolean, output: string): StepResult => ({
    name: 'house rules',
    ok,
    ms: Math.round(performance.now() - startedMs),
    output,
  });
  try {
    await build(['core']);
  } catch (error) {
    if (error instanceof StepFailed) return result(false, error.message);
    throw error;
  }
  const findings = houseRules(ROOT);
  const isClean = findings.every((finding) => finding.isWarning);
  return result(isClean, findings.map(formatFinding).join('\n'));
}
