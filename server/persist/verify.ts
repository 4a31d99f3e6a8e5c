import { WireFault } from '../../core-wasm/host/types.ts';
import type { Checkpoint, JournalGroup, ReadCheckpoint, Store } from '../ports.ts';
import { openGroup, type ReplayableCore } from './apply-group.ts';
import { GENESIS_CHAIN } from './chain.ts';
import type { CoreShelf } from './core-shelf.ts';
import type { GroupReader } from './group.ts';
import { createGroupReaders } from './group-readers.ts';
import { playTimeline } from './timeline.ts';

export interface VerifyOptions {
  readonly store: Pick<
    Store,
    'checkpoints' | 'checkpointMarks' | 'readCheckpoint' | 'coreSpans' | 'groups' | 'keptCore'
  >;
  readonly region: number;
  readonly seed: number;
  readonly cores: CoreShelf;
  /** Stretches of the journal that are played again, evenly spread; all of it when null. */
  readonly samples: number | null;
  /** Frames of a sample. */
  readonly sampleFrames: number;
  /** Rows of regions that do not exist: their region's number was altered. */
  readonly strays: readonly Finding[];
  readonly report?: (line: string) => void;
}

/** Something that is not as the server wrote it. */
export interface Finding {
  readonly what: 'group' | 'checkpoint' | 'core';
  /** First and last frame of the group; both the checkpoint's own. */
  readonly frame: number;
  readonly lastFrame: number;
  /** The check that it failed. */
  readonly check: string;
}

export interface Verification {
  /** In the order of the checks: cores, checkpoints, chain, replay; empty when all is well. */
  readonly findings: readonly Finding[];
  readonly checkpoints: number;
  /** Checkpoints whose state was thinned away: their marks are checked. */
  readonly marks: number;
  readonly groups: number;
  readonly frames: number;
  readonly framesReplayed: number;
}

/** More would be one cause told many times. */
const FINDINGS_MAX = 20;

interface Walk {
  readonly options: VerifyOptions;
  readonly findings: Finding[];
  /** Of sound checkpoints, by frame: the journal's chain value there. */
  readonly chains: Map<number, Uint8Array>;
}

/**
 * Reads everything that is stored of a region and checks it: each core against its name, each
 * checkpoint's bytes, hashes and world, each group's place in the chain and its form, and by
 * playing samples that the frames lead from each state to the next. Changes nothing, and may run
 * beside the live server. Throws when the store cannot be read.
 */
export async function verifyWorld(options: VerifyOptions): Promise<Verification> {
  const walk: Walk = { options, findings: [...options.strays], chains: new Map() };
  await verifyCores(walk);
  const { checkpoints, marks } = await verifyCheckpoints(walk);
  const { groups, frames, starts } = await verifyChain(walk);
  const framesReplayed = await verifyReplay(walk, starts);
  const { findings } = walk;
  return { findings, checkpoints, marks, groups, frames, framesReplayed };
}

function find(walk: Walk, finding: Finding): void {
  if (walk.findings.length < FINDINGS_MAX) walk.findings.push(finding);
}

/** Each core that a checkpoint names is there, and is what its name says. */
async function verifyCores(walk: Walk): Promise<void> {
  const { store, region, cores } = walk.options;
  for (const { coreHash, fromFrame } of await store.coreSpans(region)) {
    if (coreHash === cores.current.module.hash) continue;
    if ((await store.keptCore(coreHash)) !== null) continue;
    find(walk, { what: 'core', frame: fromFrame, lastFrame: fromFrame, check: 'kept-core' });
  }
}

async function verifyCheckpoints(walk: Walk): Promise<{ checkpoints: number; marks: number }> {
  const { store, region } = walk.options;
  let checkpoints = 0;
  let marks = 0;
  for (const { frame, hasState } of await store.checkpointMarks(region, 'all')) {
    const read = await store.readCheckpoint(region, frame);
    if (hasState) checkpoints++;
    else marks++;
    const check = await checkpointFault(walk, read, hasState);
    if (check !== null) find(walk, { what: 'checkpoint', frame, lastFrame: frame, check });
    if (read.kind === 'sound') walk.chains.set(frame, read.checkpoint.chain);
  }
  return { checkpoints, marks };
}

/** The check that fails; null for none. */
async function checkpointFault(
  { options: { cores, seed } }: Walk,
  read: ReadCheckpoint,
  hasState: boolean,
): Promise<string | null> {
  if (read.kind === 'damaged') return read.why;
  // A live server may have thinned it since the marks were read.
  if (read.kind === 'absent' || !hasState) return null;
  const { coreHash, state, frame, stateHash } = read.checkpoint;
  const core = await cores.take(coreHash);
  if (core === null) return 'kept-core';
  if (core.restore(state) !== WireFault.NONE) return 'state';
  if (core.frame !== frame) return 'frame';
  if (core.stateHash() !== stateHash) return 'state-hash';
  return core.seed === seed ? null : 'seed';
}

/** Walks the chain from its first group to its last. */
async function verifyChain(
  walk: Walk,
): Promise<{ groups: number; frames: number; starts: readonly number[] }> {
  const { store, region, cores, report } = walk.options;
  const readers = createGroupReaders(cores, await store.coreSpans(region));
  const starts: number[] = [];
  let groups = 0;
  let frames = 0;
  let at: { readonly frame: number; readonly chain: Uint8Array } | null = null;
  // From below any frame, so that a number that became negative is seen.
  for await (const group of store.groups(region, Number.MIN_SAFE_INTEGER)) {
    if (group.lastFrame < group.firstFrame) {
      // Its number has put it elsewhere: where it should stand a gap is found as well.
      const { firstFrame: frame, lastFrame } = group;
      find(walk, { what: 'group', frame, lastFrame, check: 'numbering' });
      continue;
    }
    at ??= chainBefore(walk, group);
    const check = groupFault(await readers(at.frame), cores.current, group, at);
    const { firstFrame: frame, lastFrame } = group;
    if (check === 'gap' && frame > at.frame) {
      find(walk, { what: 'group', frame: at.frame, lastFrame: frame - 1, check });
    } else if (check !== null) find(walk, { what: 'group', frame, lastFrame, check });
    groups++;
    frames += lastFrame - frame + 1;
    at = { frame: lastFrame + 1, chain: group.chain };
    meetCheckpoint(walk, at.frame, at.chain);
    if (walk.chains.has(frame)) starts.push(frame);
    if (groups % 20_000 === 0) report?.(`${groups} groups, frame ${at.frame}`);
  }
  const last = Math.max(0, ...walk.chains.keys());
  const end = at?.frame ?? 0;
  // A checkpoint is only saved once the journal has reached it.
  if (groups > 0 && end < last) {
    find(walk, { what: 'group', frame: end, lastFrame: last - 1, check: 'gap' });
  }
  return { groups, frames, starts };
}

/** Where the journal begins: with the world, or behind the checkpoint that was its anchor. */
function chainBefore(
  { chains }: Walk,
  { firstFrame }: JournalGroup,
): { frame: number; chain: Uint8Array } {
  if (firstFrame === 0) return { frame: 0, chain: GENESIS_CHAIN };
  const anchor = chains.get(firstFrame);
  return anchor === undefined
    ? { frame: 0, chain: GENESIS_CHAIN }
    : { frame: firstFrame, chain: anchor };
}

function groupFault(
  reader: GroupReader,
  core: ReplayableCore,
  group: JournalGroup,
  { frame, chain }: { readonly frame: number; readonly chain: Uint8Array },
): string | null {
  const opened = openGroup(reader, group, frame, chain);
  if (opened.kind === 'bad') return opened.why;
  const isNumbered = opened.frames.every(
    (bytes, index) => core.readFrameHeader(bytes)?.frame === frame + index,
  );
  return isNumbered ? null : 'numbering';
}

/** A checkpoint's chain value is that of the journal at its frame. */
function meetCheckpoint(walk: Walk, frame: number, chain: Uint8Array): void {
  const saved = walk.chains.get(frame);
  if (saved === undefined || Buffer.compare(saved, chain) === 0) return;
  find(walk, { what: 'checkpoint', frame, lastFrame: frame, check: 'chain' });
}

/** Plays samples from their checkpoints; each frame's hash is compared on the way. */
async function verifyReplay(walk: Walk, starts: readonly number[]): Promise<number> {
  const { samples, sampleFrames, report } = walk.options;
  if (samples === null) return replayAll(walk, starts);
  const count = Math.min(samples, starts.length);
  let framesReplayed = 0;
  for (let sample = 0; sample < count; sample++) {
    // The newest is always among them.
    const index = Math.floor(((sample + 1) * starts.length) / count) - 1;
    const start = starts[index] as number;
    framesReplayed += await replaySample(walk, start, start + sampleFrames);
    report?.(`sample ${sample + 1} of ${count}: from frame ${start}`);
  }
  return framesReplayed;
}

/** From checkpoint to checkpoint, so that each is compared with what the one before it leads to. */
async function replayAll(walk: Walk, starts: readonly number[]): Promise<number> {
  let framesReplayed = 0;
  for (const [index, start] of starts.entries()) {
    const end = starts[index + 1] ?? Number.POSITIVE_INFINITY;
    framesReplayed += await replaySample(walk, start, end);
    walk.options.report?.(`${index + 1} of ${starts.length} stretches: from frame ${start}`);
  }
  return framesReplayed;
}

async function replaySample(walk: Walk, start: number, untilFrame: number): Promise<number> {
  const { store, region, cores, seed } = walk.options;
  const read = await store.readCheckpoint(region, start);
  if (read.kind !== 'sound') return 0;
  const played = await playTimeline({
    store: {
      checkpoints: () => only(read.checkpoint),
      coreSpans: (of) => store.coreSpans(of),
      groups: (of, fromFrame) => store.groups(of, fromFrame),
    },
    region,
    cores,
    genesis: (core) => core.reset(seed),
    untilFrame,
  });
  if (played.kind !== 'played') return 0;
  const { cutOff } = played;
  if (cutOff !== null) {
    const { frame, lastFrame, why } = cutOff;
    const isKnown = walk.findings.some((known) => known.what === 'group' && known.frame === frame);
    if (!isKnown) find(walk, { what: 'group', frame, lastFrame, check: `replay: ${why}` });
  }
  return played.framesReplayed;
}

async function* only(checkpoint: Checkpoint): AsyncGenerator<Checkpoint> {
  yield checkpoint;
}
