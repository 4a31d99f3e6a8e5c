import { Core } from '../../core-wasm/host/core.ts';
import {
  type PartPose,
  TICK_RATE_HZ,
  TICKS_PER_FRAME,
  YAW_UNITS_PER_TURN,
} from '../../core-wasm/host/types.ts';
import { loadCoreModule } from '../../server/artifacts.ts';
import { LightBot } from '../swarm/bot.ts';
import { createLogin } from '../swarm/login.ts';
import { SeenBoard } from '../swarm/seen.ts';
import { walkOf } from '../swarm/walk.ts';
import type { Wanderer } from '../swarm/wander.ts';

const ADVANCE_INTERVAL_MS = 8;

/** Bots that stay where they arrived, so that a picture finds them there. */
export interface Crowd {
  /** How many are in the world. */
  readonly live: number;
  close(): void;
}

/** Lets `count` bots into the world at `url` (ws://…). */
export async function startCrowd(url: string, count: number): Promise<Crowd> {
  // One codec serves them all: they step no world.
  const codec = await Core.create(await loadCoreModule());
  const seen = new SeenBoard();
  const shared = { url, nowMs: () => performance.now(), codec, seen, isReader: false };
  const bots = Array.from({ length: count }, (_, index) => {
    const walk = () => walkOf(codec, createStroller(index));
    return new LightBot({ ...shared, login: createLogin(url), walk });
  });
  const timer = setInterval(() => {
    for (const bot of bots) bot.advance(performance.now());
  }, ADVANCE_INTERVAL_MS);
  return {
    get live() {
      return bots.filter((bot) => bot.live).length;
    },
    close() {
      clearInterval(timer);
      for (const bot of bots) bot.close();
    },
  };
}

const STROLL = 34;
const TURN_SECONDS = 9;

/** Walks in a small circle and talks with its hands. */
function createStroller(index: number): Wanderer {
  return {
    intentAt(tick) {
      const turns = tick / (TURN_SECONDS * TICK_RATE_HZ) + index * 0.37;
      const direction = index % 2 === 0 ? 1 : -1;
      return {
        moveX: 0,
        moveZ: index % 3 === 2 ? 0 : STROLL,
        yaw: Math.floor((turns - Math.floor(turns)) * direction * YAW_UNITS_PER_TURN) & 0xffff,
        pitch: 0,
        buttons: 0,
      };
    },
    poseAt(tick) {
      const beat = tick / (4 * TICKS_PER_FRAME) + index;
      const raised = index % 4 === 0 ? 650 : 150;
      return {
        head: part(0, 1650, 0, Math.sin(beat / 3) * 0.5),
        left: part(-280, 1050 + Math.sin(beat) * 90, -330, 0.2),
        right: part(290, 1050 + raised + Math.sin(beat * 1.3) * 110, -300, -0.2),
      };
    },
  };
}

/** Millimetres from the foot, and radians about the upright axis. */
function part(x: number, y: number, z: number, turn: number): PartPose {
  return {
    position: [x, Math.round(y), z],
    rotation: [0, Math.sin(turn / 2), 0, Math.cos(turn / 2)],
  };
}
