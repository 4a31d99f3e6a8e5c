import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { digestOf } from '../setup/digest.ts';
import { arePackagesInstalled } from '../setup/install.ts';
import { ROOT } from '../setup/shell.ts';
import { OPTIONAL_PROGRAMS, PROGRAMS } from '../setup/system.ts';
import { expectNone, parseFlags } from './verb.ts';

export const summary = 'say what this machine lacks to run, build or test the world';

export const usage = `bun run ops doctor [--json]

Looks at the runtime, the packages, what is built, the programs that the tests drive and the disk.
Changes nothing. Exits with 1 when something is missing.`;

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do when it is not ok. */
  readonly advice: string;
}

const DISK_FREE_MIB_MIN = 1024;

export async function run(args: readonly string[]): Promise<number> {
  const { flags, rest } = parseFlags(args, { json: 'boolean' });
  expectNone(rest);
  const findings = [bunVersion(), packages(), built(), disk(), ...programs()];
  for (const finding of findings) {
    console.log(`${finding.ok ? 'ok     ' : 'MISSING'} ${finding.what}: ${finding.found}`);
    if (!finding.ok) console.log(`        ${finding.advice}`);
  }
  const isWell = findings.every((finding) => finding.ok);
  if (flags.json) console.log(JSON.stringify({ ok: isWell, findings }));
  return isWell ? 0 : 1;
}

function bunVersion(): Finding {
  const wanted: string = JSON.parse(readFileSync(`${ROOT}/package.json`, 'utf8')).engines.bun;
  return {
    what: 'Bun',
    ok: Bun.version === wanted,
    found: Bun.version,
    advice: `The world is tested with ${wanted}: npx bun@${wanted} run ops doctor`,
  };
}

function packages(): Finding {
  const ok = arePackagesInstalled();
  return {
    what: 'packages',
    ok,
    found: ok ? 'as bun.lock says' : 'not as bun.lock says',
    advice: 'Every verb that needs them installs them; or: bun install --frozen-lockfile',
  };
}

function built(): Finding {
  const ok = existsSync(`${ROOT}/build/core.wasm`) && existsSync(`${ROOT}/build/client`);
  return {
    what: 'build',
    ok,
    found: ok ? `core ${digestOf(ROOT, ['build/core.wasm']).slice(0, 12)}` : 'nothing built',
    advice: 'bun run build',
  };
}

function disk(): Finding {
  const stat = statfsSync(ROOT);
  const freeMib = Math.floor((stat.bavail * stat.bsize) / 2 ** 20);
  return {
    what: 'disk',
    ok: freeMib >= DISK_FREE_MIB_MIN,
    found: `${freeMib} MiB free`,
    advice: `Packages, build and a young world take up to ${DISK_FREE_MIB_MIN} MiB.`,
  };
}

function programs(): Finding[] {
  return [...PROGRAMS, ...OPTIONAL_PROGRAMS].map((program) => {
    const isThere = program.isThere();
    const isOptional = OPTIONAL_PROGRAMS.includes(program);
    return {
      what: program.command,
      ok: isThere || isOptional,
      found: isThere ? 'on PATH' : `not on PATH${isOptional ? ', its tests are skipped' : ''}`,
      advice: `Only the tests need it (${program.why}): apt-get install ${program.debian}`,
    };
  });
}
