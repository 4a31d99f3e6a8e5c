import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Core, compileCore, emptyPlayers } from '../../core-wasm/host/core.ts';
import type { PlayerColumns } from '../../core-wasm/host/types.ts';
import { landingSite } from '../../server/game/landing/landing-site.ts';
import { arrivalPlace } from '../../server/room/arrival-place.ts';
import { GHOST_BYTES, INTEREST } from '../../server/room/observers.ts';
import { type Bench, type Figures, percentile, rounded } from '../bench.ts';
import { command } from '../scenes/scene.ts';
import { MODE_SPREAD_M, type Mode } from '../swarm/modes.ts';
import { createWalks, type Walk } from '../swarm/walk.ts';
import { PART_NAMES, partsOf } from './frame-parts.ts';
import { gather } from './gathering.ts';
import { observeAll, tellFrame } from './told-frame.ts';

const FRAMES_PER_SECOND = 20;
const PLAYERS = 300;
const WARM_UP_SECONDS = 10;
const SECONDS = 20;
/** Who enters so soon after he left has flickered. */
const FLICKER_FRAMES = 5 * FRAMES_PER_SECOND;
const MODES: readonly Mode[] = ['crowd', 'swarm'];

/** What clients among 300 bots within 30 m get: bytes of every second, and whom they see how. */
export const crowd: Bench = {
  about: 'bytes of each client in each second among 300 players within 30 m, and who is near',
  async run(report, { quick }) {
    const artifact = `${dirname(dirname(import.meta.dir))}/build/core.wasm`;
    const core = await Core.create(await compileCore(new Uint8Array(readFileSync(artifact))));
    const results: Record<string, Figures> = {};
    for (const mode of MODES) {
      const figures = measure(core, mode, quick ? 40 : PLAYERS, quick ? 1 : SECONDS);
      results[mode] = figures;
      report(mode);
      for (const [figure, value] of Object.entries(figures)) report(`  ${figure} ${value}`);
    }
    return results;
  },
};

function measure(core: Core, mode: Mode, players: number, seconds: number): Figures {
  const spreadM = MODE_SPREAD_M[mode];
  const at = (account: number): [number, number] => {
    const { x, z } = arrivalPlace(account, spreadM);
    return [x, z];
  };
  const entities = gather(core, { players, at }, 0);
  command(core, () => {
    let entity = 0;
    for (const body of landingSite((x, z) => core.terrainHeight(x, z))) {
      entity = core.nextEntity(entity);
      core.addSpawnBody({ ...body, entity });
    }
  });
  const walkOf = createWalks(core, { mode, spreadM });
  const walks = entities.map((_, number) => walkOf({ number, account: number + 1, headset: true }));
  const entryOf = (i: number, frame: number) => (walks[i] as Walk).entryAt(frame);
  core.interest.set(INTEREST);
  observeAll(core, entities, GHOST_BYTES);
  const watch = createWatch(core, entities);
  for (let frame = 0; frame < WARM_UP_SECONDS * FRAMES_PER_SECOND; frame++) {
    tellFrame(core, entities, entryOf);
    watch.follow(frame);
  }
  watch.begin();
  const times: number[] = [];
  for (let frame = 0; frame < seconds * FRAMES_PER_SECOND; frame++) {
    times.push(tellFrame(core, entities, entryOf));
    watch.follow(WARM_UP_SECONDS * FRAMES_PER_SECOND + frame);
  }
  return {
    players,
    ...watch.figures(),
    writeP50Ms: rounded(percentile(times, 0.5)),
    writeP99Ms: rounded(percentile(times, 0.99)),
  };
}

/** Counts what clients are told, and how near the first is whom they do not simulate. */
function createWatch(core: Core, entities: readonly number[]) {
  const players = emptyPlayers();
  const windows = entities.map(() => [] as number[]);
  const leftAt = entities.map(() => new Map<number, number>());
  const parts = new Float64Array(PART_NAMES.length);
  let bySecond: number[] = [];
  let full: number[] = [];
  let held: number[] = [];
  let [frames, enters, flickers, ghosts] = [0, 0, 0, 0];
  const isPlayer = new Set(entities);
  return {
    begin(): void {
      parts.fill(0);
      [bySecond, full, held] = [[], [], []];
      [frames, enters, flickers, ghosts] = [0, 0, 0, 0];
    },
    follow(frame: number): void {
      frames += entities.length;
      core.readPlayers(players);
      for (const [observer, entity] of entities.entries()) {
        const message = core.bubbles.message(observer);
        if (message === null) throw new Error('who was to get a message got none');
        partsOf(message).forEach((bytes, part) => {
          parts[part] = (parts[part] as number) + bytes;
        });
        const window = windows[observer] as number[];
        window.push(message.length);
        if (window.length > FRAMES_PER_SECOND) window.shift();
        if (frame % FRAMES_PER_SECOND === 0) bySecond.push(window.reduce((a, b) => a + b, 0));
        const left = leftAt[observer] as Map<number, number>;
        for (const id of core.interest.leaves(observer)) left.set(id, frame);
        for (const id of core.interest.enters(observer)) {
          if (!isPlayer.has(id)) continue;
          enters++;
          if (frame - (left.get(id) ?? -FLICKER_FRAMES) < FLICKER_FRAMES) flickers++;
        }
        ghosts += core.interest.ghosts(observer).length / 2;
        if (frame % FRAMES_PER_SECOND === 0) {
          const members = new Set(core.interest.members(observer));
          full.push(entities.filter((id) => members.has(id)).length - 1);
          held.push(nearestHeld(players, entity, members));
        }
      }
    },
    figures: () => figuresOf({ parts, bySecond, full, held, frames, enters, flickers, ghosts }),
  };
}

interface Counts {
  readonly parts: Float64Array;
  readonly bySecond: number[];
  readonly full: number[];
  readonly held: number[];
  /** Messages, and what was in them. */
  readonly frames: number;
  readonly enters: number;
  readonly flickers: number;
  readonly ghosts: number;
}

function figuresOf(counts: Counts): Figures {
  const { parts, bySecond, full, held } = counts;
  const each = FRAMES_PER_SECOND / counts.frames;
  const bytes: Record<string, number> = {};
  PART_NAMES.forEach((name, part) => {
    bytes[`${name}BytesPerS`] = rounded((parts[part] as number) * each);
  });
  return {
    bytesPerS: rounded(parts.reduce((sum, part) => sum + part, 0) * each),
    bytesP50PerS: rounded(percentile(bySecond, 0.5)),
    bytesP99PerS: rounded(percentile(bySecond, 0.99)),
    bytesMaxPerS: rounded(percentile(bySecond, 1)),
    ...bytes,
    fullRatePlayersP1: percentile(full, 0.01),
    fullRatePlayersMean: rounded(full.reduce((sum, one) => sum + one, 0) / full.length),
    fullRatePlayersP99: percentile(full, 0.99),
    nearestHeldP1: percentile(held, 0.01),
    nearestHeldP50: percentile(held, 0.5),
    entersPerS: rounded(counts.enters * each),
    againWithin5sPerS: rounded(counts.flickers * each),
    ghostsPerS: rounded(counts.ghosts * each),
  };
}

/** How many of the nearest are members, up to the first who is not. */
function nearestHeld(players: PlayerColumns, entity: number, members: ReadonlySet<number>): number {
  const own = players.ids.indexOf(entity);
  const away: Array<[squared: number, id: number]> = [];
  for (let i = 0; i < players.count; i++) {
    if (i === own) continue;
    const squared = [0, 1, 2].reduce((sum, axis) => {
      const way = (players.feet[i * 3 + axis] as number) - (players.feet[own * 3 + axis] as number);
      return sum + way * way;
    }, 0);
    away.push([squared, players.ids[i] as number]);
  }
  away.sort(([a], [b]) => a - b);
  const missing = away.findIndex(([, id]) => !members.has(id));
  return missing < 0 ? away.length : missing;
}
