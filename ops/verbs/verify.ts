import type { Finding, Verification } from '../../server/persist/verify.ts';
import { openHistory } from '../setup/history.ts';
import { REGION, STORE_FLAGS, STORE_USAGE } from '../setup/world-store.ts';
import { expectNone, parseFlags, UsageError } from './verb.ts';

export const summary = 'check every stored group and checkpoint, and play samples again';

/** 10 s of the world. */
const SAMPLE_FRAMES = 200;

export const usage = `bun run ops verify [--samples N | --full] [options]

  --samples N         stretches of 10 s that are played again, evenly spread (default 8)
  --full              play all of the journal again
${STORE_USAGE}
  --json              end with one JSON line

Walks the chain from its first group to the last, checks each checkpoint's bytes, hashes and world,
and each kept core. Exits with 1 when something is not as the server wrote it, and names it. Only
reads, and may run beside the live server.`;

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, {
    ...STORE_FLAGS,
    samples: 'string',
    full: 'boolean',
    json: 'boolean',
  });
  expectNone(rest);
  const samples = flags.samples ?? '8';
  if (!/^\d{1,6}$/.test(samples)) throw new UsageError(`--samples wants a number, not ${samples}`);
  if (flags.full && flags.samples !== undefined) throw new UsageError('--samples or --full.');
  const history = await openHistory(flags);
  try {
    const { verifyWorld } = await import('../../server/persist/verify.ts');
    const verification = await verifyWorld({
      ...history,
      region: REGION,
      samples: flags.full ? null : Number(samples),
      sampleFrames: SAMPLE_FRAMES,
      strays: await history.store.strays(),
      report: (line) => console.error(line),
    });
    print(verification);
    if (flags.json) console.log(JSON.stringify(verification));
    return verification.findings.length === 0 ? 0 : 1;
  } finally {
    await history.close();
  }
}

function print({ findings, checkpoints, marks, groups, frames, framesReplayed }: Verification) {
  console.log(`${groups} groups of ${frames} frames, ${framesReplayed} of them played again`);
  console.log(`${checkpoints} checkpoints, and ${marks} marks of thinned ones`);
  for (const finding of findings) console.error(sentence(finding));
  if (findings.length === 0) console.log('all of it is as the server wrote it');
}

function sentence({ what, frame, lastFrame, check }: Finding): string {
  if (what === 'group') return `bad group: frames ${frame} to ${lastFrame} fail "${check}"`;
  return `bad ${what}: at frame ${frame} it fails "${check}"`;
}
