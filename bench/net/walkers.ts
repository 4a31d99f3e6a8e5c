import { join } from 'node:path';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { createWalks, type Walk } from '../swarm/walk.ts';

/** What the players of every server do: the swarm's walks, all with a headset. */
export interface Walkers {
  readonly codec: Core;
  /** `account` as the server has it, or the number again. */
  walk(number: number, account: number): Walk;
}

export async function openWalkers(spreadM: number): Promise<Walkers> {
  const wasm = await Bun.file(join(import.meta.dir, '../../build/core.wasm')).bytes();
  const codec = await Core.create(await compileCore(wasm));
  const walks = createWalks(codec, { mode: 'spread', spreadM });
  return { codec, walk: (number, account) => walks({ number, account, headset: true }) };
}

/** Interest of 32 others is filled within so much, of the 60 m that it goes. */
const FILLED_M = 40;
const OTHERS = 32;
/** Of SPACETIME_ARRIVAL_SPREAD_M. */
const SPREAD_M_MAX = 240;

/** Half side of a square in which everybody has 32 others near, however many they are, m. */
export function spreadFor(players: number): number {
  const areaM2 = (players * Math.PI * FILLED_M ** 2) / (OTHERS + 1);
  return Math.min(SPREAD_M_MAX, Math.ceil(Math.sqrt(areaM2) / 2));
}
