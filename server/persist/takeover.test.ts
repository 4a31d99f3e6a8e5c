import { beforeAll, beforeEach, expect, test } from 'bun:test';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import {
  addPlayer,
  artifactBytes,
  makeFrame,
  newWorld,
  openCore,
  steady,
  type World,
} from '../../core-wasm/test/world.ts';
import type { Checkpoint, JournalGroup } from '../ports.ts';
import { GENESIS_CHAIN, nextChain, packFrames } from './chain.ts';
import { createCoreShelf } from './core-shelf.ts';
import { recover } from './recover.ts';
import { STATE_SCHEMA_HASH } from './state-layout.ts';
import { playTimeline } from './timeline.ts';

const LEASE = { region: 1, epoch: 1 };
const SEED = 5;
const FRAMES_PER_GROUP = 5;
/** The older release played frames 0…29, this one went on from 30. */
const TAKEN_OVER_AT = 30;
const FRAMES = 60;

/** An older release: everybody walks more slowly. */
function olderArtifact(): Uint8Array<ArrayBuffer> {
  const wasm = artifactBytes();
  const walk = floatConstant(3.5);
  const places = Buffer.from(wasm);
  for (let at = places.indexOf(walk); at >= 0; at = places.indexOf(walk, at + 1)) {
    wasm.set(floatConstant(3), at);
  }
  return wasm;
}

/** `f32.const` in WebAssembly. */
function floatConstant(value: number): Uint8Array {
  const bytes = new Uint8Array([0x43, 0, 0, 0, 0]);
  new DataView(bytes.buffer).setFloat32(1, value, true);
  return bytes;
}

let older: Core;
let current: Core;
let wasm: Uint8Array;
const groups: JournalGroup[] = [];
const checkpoints: Checkpoint[] = [];
/** State hash before each frame, and after the last. */
const truth: bigint[] = [];

beforeAll(async () => {
  wasm = olderArtifact();
  older = await Core.create(await compileCore(olderArtifact()));
  current = await openCore();
  const world = newWorld(older, SEED);
  const player = addPlayer(world, [0, 0, 0]);
  let chain: Uint8Array = GENESIS_CHAIN;
  chain = playGroups(world, player.entity, TAKEN_OVER_AT, chain);
  current.restore(older.snapshot());
  const inputs = new Map(world.inputs);
  chain = playGroups({ ...world, core: current, inputs }, player.entity, FRAMES, chain);
  truth.push(current.stateHash());
});

function playGroups(world: World, player: number, until: number, from: Uint8Array): Uint8Array {
  const { core } = world;
  let chain = from;
  while (core.frame < until) {
    if (core.frame % 15 === 0) checkpoints.unshift(checkpointOf(core, chain));
    const firstFrame = core.frame;
    const frames = Array.from({ length: FRAMES_PER_GROUP }, () => {
      truth.push(core.stateHash());
      const isTurn = core.frame % 10 === 5;
      world.inputs.set(player, steady({ moveZ: isTurn ? 0 : 127, yaw: core.frame * 900 }));
      if (core.frame === 0) world.inputs.clear();
      const frame = makeFrame(world);
      core.stepFrame(frame);
      return frame;
    });
    const payload = packFrames(frames);
    chain = nextChain(chain, payload);
    groups.push({ firstFrame, lastFrame: core.frame - 1, payload, chain });
  }
  return chain;
}

function checkpointOf(core: Core, chain: Uint8Array): Checkpoint {
  const hashes = { coreHash: core.module.hash, schemaHash: STATE_SCHEMA_HASH };
  const state = core.snapshot();
  const { frame } = core;
  return { frame, takenMs: frame * 50, ...hashes, stateHash: core.stateHash(), state, chain };
}

interface Kept {
  readonly groups: readonly JournalGroup[];
  readonly checkpoints: readonly Checkpoint[];
  readonly cores: ReadonlyMap<string, Uint8Array>;
  /** Frames of checkpoints whose states are gone; their marks are there. */
  readonly thinned?: readonly number[];
}

let kept: Kept;
beforeEach(() => {
  kept = { groups, checkpoints, cores: new Map([[older.module.hash, wasm]]) };
});

function storeOf({ thinned = [], ...world }: Kept) {
  return {
    async *checkpoints(_region: number, newestFrame = Number.POSITIVE_INFINITY) {
      yield* world.checkpoints.filter(
        ({ frame }) => frame <= newestFrame && !thinned.includes(frame),
      );
    },
    async *groups(_region: number, fromFrame: number) {
      yield* world.groups.filter((group) => group.lastFrame >= fromFrame);
    },
    async coreSpans() {
      const marks = [...world.checkpoints].reverse();
      return marks
        .filter(({ coreHash }, at) => marks[at - 1]?.coreHash !== coreHash)
        .map(({ frame, ...saved }) => ({ ...saved, fromFrame: frame }));
    },
    truncateGroups: async () => ({ kind: 'committed' }) as const,
  };
}

function optionsOf(world: Kept) {
  const cores = createCoreShelf(current, {
    keptCore: async (hash) => world.cores.get(hash) ?? null,
  });
  const genesis = (core: Pick<Core, 'reset'>) => core.reset(SEED);
  return { store: storeOf(world), region: 1, lease: LEASE, cores, genesis };
}

test('the two cores differ: one alone cannot play the other’s frames', async () => {
  expect(older.module.hash).not.toBe(current.module.hash);
  const { cutOff } = await playedBy(current, 0);
  expect(cutOff?.why).toBe('state-hash');
});

async function playedBy(core: Core, fromFrame: number) {
  const own = checkpoints.filter(({ frame }) => frame <= fromFrame);
  const disguised = own.map((saved) => ({ ...saved, coreHash: core.module.hash }));
  const played = await playTimeline(optionsOf({ ...kept, checkpoints: disguised }));
  if (played.kind !== 'played') throw new Error(played.kind);
  return played;
}

test('a world that ends under the older core is played by it and then taken over', async () => {
  const before = checkpoints.filter(({ frame }) => frame < TAKEN_OVER_AT);
  const ended = groups.filter(({ firstFrame }) => firstFrame < TAKEN_OVER_AT);
  const recovery = await recover(optionsOf({ ...kept, checkpoints: before, groups: ended }));
  expect(recovery).toMatchObject({
    kind: 'recovered',
    frame: TAKEN_OVER_AT,
    checkpointFrame: 15,
    cutOff: null,
    tookOverFrom: older.module.hash,
  });
  expect(current.frame).toBe(TAKEN_OVER_AT);
  expect(current.stateHash()).toBe(truth[TAKEN_OVER_AT] as bigint);
});

test('a replay changes cores where the server did, with every hash equal', async () => {
  for (const thinned of [[], [30, 45], [15, 30, 45]]) {
    const recovery = await recover(optionsOf({ ...kept, thinned }));
    expect(recovery).toMatchObject({ frame: FRAMES, cutOff: null, tookOverFrom: null });
    expect(current.stateHash()).toBe(truth[FRAMES] as bigint);
  }
});

test('any frame is restored by the core that played it', async () => {
  for (let untilFrame = 0; untilFrame <= FRAMES; untilFrame++) {
    const played = await playTimeline({ ...optionsOf(kept), untilFrame });
    if (played.kind !== 'played') throw new Error(played.kind);
    expect(played.core.frame).toBe(untilFrame);
    expect(played.core.stateHash()).toBe(truth[untilFrame] as bigint);
    const who = untilFrame < TAKEN_OVER_AT ? older : current;
    expect(played.core.module.hash).toBe(who.module.hash);
  }
});

test('without the older core nothing of its time is guessed, and nothing is cut', async () => {
  const world = { ...kept, cores: new Map(), thinned: [30, 45] };
  const recovery = await recover(optionsOf(world));
  expect(recovery).toMatchObject({ kind: 'other-core', coreHash: older.module.hash });
});
