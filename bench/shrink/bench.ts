import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { type Bench, type Figures, percentile, rounded } from '../bench.ts';
import { MOTIONS, type Motion } from '../pack/entries.ts';
import { lookAtCrowd } from './crowd.ts';
import { groupsOf, type Look } from './moments.ts';

/** Other people and crates than those on which the prior was trained. */
const SEED = 77;
const PLAYERS = 32;
const CRATES = 40;
const HALF_SIDE_M = 60;
const FRAMES = 160;
const QUICK_FRAMES = 80;
const EVERY = 10;
const ROUNDS = 20;

/** What enters costs on the wire, and what it costs to make it. */
export const shrink: Bench = {
  about: 'bytes of who enters and of a bubble, as they are and shrunk; ns to make and take them',
  async run(report, { quick }) {
    const artifact = `${dirname(dirname(import.meta.dir))}/build/core.wasm`;
    const core = await Core.create(await compileCore(new Uint8Array(readFileSync(artifact))));
    const frames = quick ? QUICK_FRAMES : FRAMES;
    const crowd = (seed: number, motions: readonly Motion[], look: Look): void => {
      const options = { seed, players: PLAYERS, crates: CRATES, halfSideM: HALF_SIDE_M, frames };
      lookAtCrowd(core, { ...options, motions }, EVERY, look);
    };
    const players: Record<string, Figures> = {};
    for (const motion of MOTIONS) {
      const sizes = createSizes();
      crowd(SEED, [motion], (moment) =>
        addSizes(core, sizes, groupsOf(core, moment).filter(isPlayer)),
      );
      players[motion] = figuresOf(sizes);
      report(`  a player, ${motion.padEnd(10)} ${textOf(players[motion] as Figures)}`);
    }
    const [crates, several] = [createSizes(), createSizes()];
    const kept: Kept[] = [];
    crowd(SEED + 1, MOTIONS, (moment) => {
      const groups = groupsOf(core, moment);
      addSizes(core, crates, groups.filter(isLoose));
      addSizes(
        core,
        several,
        groups.filter((ids) => !isPlayer(ids) && !isLoose(ids)),
      );
      kept.push({ state: moment.state, players: groups.filter(isPlayer) });
    });
    const figures = { players, crate: figuresOf(crates), several: figuresOf(several) };
    const snapshot = snapshotSizes(core, kept);
    report(`  a loose body          ${textOf(figures.crate)}`);
    report(`  several in touch      ${textOf(figures.several)}`);
    report(`  a bubble of ${PLAYERS}        ${textOf(snapshot)}`);
    const nanoseconds = timings(core, kept);
    report(`  ${textOf(nanoseconds)}`);
    return { ...figures, snapshot, ...nanoseconds };
  },
};

/** A state, and the groups in it that are one player. */
interface Kept {
  readonly state: Uint8Array;
  readonly players: readonly number[][];
}

/** Bytes, one of each group; the last with players' histories. */
interface Sizes {
  readonly excerpt: number[];
  readonly shrunk: number[];
  readonly told: number[];
}

const isPlayer = (ids: readonly number[]): boolean => ids.length === 3;
const isLoose = (ids: readonly number[]): boolean => ids.length === 1;

function createSizes(): Sizes {
  return { excerpt: [], shrunk: [], told: [] };
}

function addSizes(core: Core, sizes: Sizes, groups: readonly number[][]): void {
  for (const ids of groups) {
    sizes.excerpt.push(core.takePart(ids)?.length ?? 0);
    sizes.shrunk.push(core.shrinkPart(ids)?.length ?? 0);
    sizes.told.push(core.shrinkPart(ids, true)?.length ?? 0);
  }
}

function figuresOf({ excerpt, shrunk, told }: Sizes): Figures {
  return {
    excerptB: mean(excerpt),
    shrunkB: mean(shrunk),
    p95B: percentile(shrunk, 0.95),
    withHistoryB: mean(told),
  };
}

function mean(values: readonly number[]): number {
  return rounded(values.reduce((sum, value) => sum + value, 0) / values.length);
}

function textOf(figures: Figures): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

function snapshotSizes(core: Core, kept: readonly Kept[]): Figures {
  return {
    stateB: mean(kept.map(({ state }) => state.length)),
    packedB: mean(kept.map(({ state }) => core.packSnapshot(state)?.length ?? 0)),
  };
}

/** Medians over moments and rounds, the facade's copies included. */
function timings(core: Core, kept: readonly Kept[]) {
  const ns = { shrink: [] as number[], unshrink: [] as number[], pack: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const { state, players } of kept) {
      core.restore(state);
      core.openSnapshot(state);
      const beganMs = performance.now();
      const chunks = players.map((ids) => core.shrinkPart(ids) as Uint8Array);
      const shrunkMs = performance.now();
      const all = Buffer.concat(chunks);
      const copiedMs = performance.now();
      core.unshrinkParts(all);
      const unshrunkMs = performance.now();
      core.packSnapshot(state);
      const packedMs = performance.now();
      ns.shrink.push(((shrunkMs - beganMs) * 1e6) / players.length);
      ns.unshrink.push(((unshrunkMs - copiedMs) * 1e6) / players.length);
      ns.pack.push((packedMs - unshrunkMs) * 1e6);
    }
  }
  return {
    shrinkPlayerNs: rounded(percentile(ns.shrink, 0.5)),
    unshrinkPlayerNs: rounded(percentile(ns.unshrink, 0.5)),
    packSnapshotNs: rounded(percentile(ns.pack, 0.5)),
  };
}
