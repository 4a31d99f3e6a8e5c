import {
  Button,
  type Intent,
  type PartPose,
  type Pose,
  TICK_RATE_HZ,
} from '../../core-wasm/host/types.ts';
import type { SeededRandom } from '../seeded-random.ts';

/** What a player in the simulator wants, asked as a session asks its devices. */
export interface Will {
  /** Once for each tick. */
  intent(): Intent;
  /** Once for each frame; null where nothing is tracked. */
  pose(): Pose | null;
}

/** How long a client wants the same thing. */
const MOOD_TICKS = TICK_RATE_HZ;

/** Walks about, turns, jumps, grips and waves, as the seed has it. */
export function createWill(random: SeededRandom): Will {
  let tick = 0;
  let mood: Intent = { moveX: 0, moveZ: 0, yaw: 0, pitch: 0, buttons: 0 };
  const wavers = random() < 0.5;
  return {
    intent() {
      if (tick++ % MOOD_TICKS === 0) {
        mood = {
          moveX: Math.round((random() - 0.5) * 200),
          moveZ: random() < 0.8 ? 127 : -60,
          yaw: Math.floor(random() * 65536),
          pitch: Math.round((random() - 0.5) * 8000),
          buttons: Math.floor(random() * 16),
        };
      }
      return mood;
    },
    pose() {
      return wavers ? swingingPose(tick) : null;
    },
  };
}

function swingingPose(tick: number): Pose {
  const swing = Math.sin(tick / 11);
  return {
    head: part(0, 1650, swing),
    left: part(-250, 1000, swing),
    right: part(250, 900, -swing),
  };
}

function part(x: number, y: number, swing: number): PartPose {
  const half = swing * 0.3;
  return {
    position: [x, Math.round(y + 200 * swing), -350],
    rotation: [Math.sin(half), 0, 0, Math.cos(half)],
  };
}

/** How long a walker keeps to a way, ticks: up to two more of it. */
const WAY_TICKS_MIN = 1.5 * TICK_RATE_HZ;
const TURN = 65536;

/** Walks about as players do: ways of some seconds, mostly ahead, with looks and jumps. */
export function createWalker(random: SeededRandom): Will {
  let tick = 0;
  let untilTick = 0;
  let intent: Intent = { moveX: 0, moveZ: 0, yaw: 0, pitch: 0, buttons: 0 };
  return {
    intent() {
      if (tick++ >= untilTick) {
        untilTick = tick + WAY_TICKS_MIN * (1 + 2 * random());
        const stands = random() < 0.15;
        intent = {
          moveX: stands ? 0 : Math.round((random() - 0.5) * 60),
          moveZ: stands ? 0 : 127,
          yaw: Math.floor(random() * TURN),
          pitch: 0,
          buttons: random() < 0.3 ? Button.SPRINT : 0,
        };
      }
      return intent;
    },
    pose: () => swingingPose(tick),
  };
}
