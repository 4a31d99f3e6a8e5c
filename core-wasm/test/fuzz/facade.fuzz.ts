import type { Core } from '../../host/core.ts';
import { StepFault, TICKS_PER_FRAME, WireFault } from '../../host/types.ts';
import { findNotFinite } from '../floats.ts';
import { seeded } from '../random.ts';
import type { Caller, FacadeCall } from './caller.ts';
import { FACADE_CALLS } from './calls.ts';

/**
 * Calls the facade at random. Laws: nothing throws; what only looks changes nothing; the state has
 * no number in it that is not finite; a restored snapshot goes on like what it was taken of; and
 * the same seed gives the same states, in an instance that had another life before.
 */

export interface FacadeFuzzOptions {
  readonly calls: number;
  readonly seed: number;
  readonly report?: (line: string) => void;
}

export interface FacadeFuzzReport {
  readonly calls: number;
  /** Digest of the states that were passed; a function of `calls`, `seed` and the artifact. */
  readonly digest: string;
  readonly ticks: number;
  readonly bodiesMax: number;
  readonly playersMax: number;
  readonly contactsMax: number;
  /** Bits of `StepFault` that were raised, and `WireFault` numbers that were returned. */
  readonly stepFaults: number;
  readonly wireFaults: readonly number[];
  readonly callsByName: Readonly<Record<string, number>>;
}

/** Every run of so many calls begins with an empty world and the next seed. */
const CALLS_PER_RUN = 50_000;
const CALLS_PER_CHECK = 500;
/** A snapshot is continued beside its original at every so many checks. */
const CHECKS_PER_CONTINUATION = 4;
const CONTINUED_TICKS = 4;
const LOOKS_CHECKED = 1 / 16;
const STEP_FAULTS = Object.values(StepFault).reduce((all, bit) => all | bit, 0);
const WIRE_FAULTS: ReadonlySet<number> = new Set(Object.values(WireFault));

export class FuzzFailure extends Error {}

interface Tally {
  digest: bigint;
  ticks: number;
  bodiesMax: number;
  playersMax: number;
  contactsMax: number;
  stepFaults: number;
  readonly wireFaults: Set<number>;
  readonly callsByName: Map<string, number>;
}

/**
 * `open` makes an instance. Throws `FuzzFailure`, which names seed, call and assert, at the first
 * law that is broken.
 */
export async function fuzzFacade(
  open: () => Promise<Core>,
  { calls, seed, report }: FacadeFuzzOptions,
): Promise<FacadeFuzzReport> {
  const [first, second, copy] = await Promise.all([open(), open(), open()]);
  const tally = emptyTally();
  for (let done = 0; done < calls; done += CALLS_PER_RUN) {
    const count = Math.min(CALLS_PER_RUN, calls - done);
    const runSeed = seed + done / CALLS_PER_RUN;
    const before = tally.digest;
    const digest = run(first, copy, runSeed, count, tally);
    const again = run(second, copy, runSeed, count, { ...emptyTally(), digest: before });
    if (digest !== again) throw new FuzzFailure(`seed ${runSeed}: other states the second time`);
    report?.(`${done + count}/${calls} calls, ${tally.ticks} ticks`);
  }
  return {
    calls,
    digest: tally.digest.toString(16).padStart(16, '0'),
    ticks: tally.ticks,
    bodiesMax: tally.bodiesMax,
    playersMax: tally.playersMax,
    contactsMax: tally.contactsMax,
    stepFaults: tally.stepFaults,
    wireFaults: [...tally.wireFaults].sort((a, b) => a - b),
    callsByName: Object.fromEntries([...tally.callsByName].sort(([a], [b]) => a.localeCompare(b))),
  };
}

function emptyTally(): Tally {
  return {
    digest: 0n,
    ticks: 0,
    bodiesMax: 0,
    playersMax: 0,
    contactsMax: 0,
    stepFaults: 0,
    wireFaults: new Set(),
    callsByName: new Map(),
  };
}

function run(core: Core, copy: Core, seed: number, count: number, tally: Tally): bigint {
  core.reset(1);
  core.frameBegin(0, 0n);
  const frame = core.frameEnd();
  const state = core.snapshot();
  const histories = [core.newHistory(), core.newHistory()] as const;
  const caller: Caller = {
    core,
    random: seeded(seed),
    ids: [],
    state,
    frame,
    histories,
    past: null,
  };
  for (let call = 0; call < count; call++) {
    const name = pickName(caller.random());
    try {
      makeCall(caller, name, tally);
      if (call % CALLS_PER_CHECK === 0) check(caller, copy, call / CALLS_PER_CHECK, tally);
    } catch (error) {
      throw new FuzzFailure(describe(error, core, `seed ${seed}, call ${call}, ${name}`));
    }
  }
  return tally.digest;
}

function describe(error: unknown, core: Core, where: string): string {
  const { line, column } = core.faultSite();
  const site = error instanceof WebAssembly.RuntimeError ? `, assert at ${line}:${column}` : '';
  return `${where}: ${error instanceof Error ? error.message : error}${site}`;
}

/** Calls that answer with a `WireFault`. */
const FAULTED: ReadonlySet<string> = new Set(['loadFrame', 'restore', 'insertPart']);

function makeCall(caller: Caller, name: string, tally: Tally): void {
  const { core, random } = caller;
  const { looks, call } = FACADE_CALLS[name] as FacadeCall;
  tally.callsByName.set(name, (tally.callsByName.get(name) ?? 0) + 1);
  const tick = core.tick;
  const before = looks && random() < LOOKS_CHECKED ? core.stateHash() : null;
  const result = call(caller);
  if (before !== null && core.stateHash() !== before) throw new Error('changed the world');
  // A restore jumps; no call steps more than the three ticks of a frame.
  if (core.tick > tick && core.tick <= tick + TICKS_PER_FRAME) tally.ticks += core.tick - tick;
  if (name === 'step') takeStepFaults(tally, result as number);
  if (FAULTED.has(name)) takeWireFault(tally, result as number);
}

function takeStepFaults(tally: Tally, faults: number): void {
  if ((faults & ~STEP_FAULTS) !== 0) throw new Error(`unnamed step fault among ${faults}`);
  tally.stepFaults |= faults;
}

function takeWireFault(tally: Tally, fault: number): void {
  if (!WIRE_FAULTS.has(fault)) throw new Error(`unnamed wire fault ${fault}`);
  tally.wireFaults.add(fault);
}

function check({ core }: Caller, copy: Core, index: number, tally: Tally): void {
  const found = findNotFinite(core);
  if (found !== null) throw new Error(found);
  if (index % CHECKS_PER_CONTINUATION === 0) goOnTwice(core, copy);
  else if (!core.openSnapshot(core.snapshot())) throw new Error('an own snapshot is none');
  tally.digest = BigInt.asUintN(64, tally.digest * 31n + core.stateHash());
  tally.bodiesMax = Math.max(tally.bodiesMax, core.bodyCount);
  tally.playersMax = Math.max(tally.playersMax, core.playerCount);
  tally.contactsMax = Math.max(tally.contactsMax, core.contactCount);
}

/** The restored world loses its loaded frame, so the original is restored too. */
function goOnTwice(core: Core, copy: Core): void {
  const state = core.snapshot();
  for (const one of [core, copy]) {
    const fault = one.restore(state);
    if (fault !== WireFault.NONE) throw new Error(`an own snapshot was refused: ${fault}`);
  }
  for (let tick = 0; tick < CONTINUED_TICKS; tick++) {
    core.step();
    copy.step();
    if (core.stateHash() !== copy.stateHash()) throw new Error('a restored snapshot went astray');
  }
}

const NAMES = Object.keys(FACADE_CALLS);
const SHARES = Object.values(FACADE_CALLS).map(({ share }) => share ?? 1);
const SHARES_SUM = SHARES.reduce((sum, share) => sum + share, 0);

function pickName(chance: number): string {
  let left = chance * SHARES_SUM;
  const index = SHARES.findIndex((share) => {
    left -= share;
    return left < 0;
  });
  return NAMES[Math.max(0, index)] as string;
}
