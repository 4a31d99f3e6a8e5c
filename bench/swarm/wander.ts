import {
  Button,
  type Intent,
  type PartPose,
  type Pose,
  TICK_RATE_HZ,
  YAW_UNITS_PER_TURN,
} from '../../core-wasm/host/types.ts';
import { hashUnit } from './hash-unit.ts';

/** What a bot does, as a function of its number and the tick alone. */
export interface Wanderer {
  intentAt(tick: number): Intent;
  /** Null for a bot without a headset: its hands hang. */
  poseAt(tick: number): Pose | null;
}

/** A stretch of the way: straight on, or in an arc, or a rest. */
const STRETCH_TICKS = 3 * TICK_RATE_HZ;
const RUN = 127;
const QUARTER_TURN = YAW_UNITS_PER_TURN / 4;

/** Steady wandering: mostly ahead, turns that end, a rest now and then, jumps, grips. */
export function createWanderer(index: number, headset: boolean): Wanderer {
  const chance = (stretch: number, what: number) => hashUnit(index, stretch, what);
  const startYaw = Math.floor(chance(0, 9) * YAW_UNITS_PER_TURN);
  return {
    intentAt(tick) {
      const stretch = Math.floor(tick / STRETCH_TICKS);
      const into = tick % STRETCH_TICKS;
      const rests = chance(stretch, 1) < 0.1;
      const turn = (chance(stretch, 2) - 0.5) * 2 * QUARTER_TURN * (into / STRETCH_TICKS);
      const turned = (chance(stretch, 3) - 0.5) * YAW_UNITS_PER_TURN;
      const yaw = Math.floor(startYaw + turned + turn) & (YAW_UNITS_PER_TURN - 1);
      const jumps = chance(stretch, 4) < 0.4 && into > 40 && into < 46;
      const grips = chance(stretch, 5) < 0.3 && into > 60 && into < 130;
      const sprints = chance(stretch, 6) < 0.2;
      return {
        moveX: rests ? 0 : Math.round((chance(stretch, 7) - 0.5) * 60),
        moveZ: rests ? 0 : RUN,
        yaw,
        pitch: Math.round(Math.sin(tick / 50 + index) * 1500),
        buttons:
          (jumps ? Button.JUMP : 0) |
          (grips ? Button.GRIP_RIGHT : 0) |
          (sprints ? Button.SPRINT : 0),
      };
    },
    poseAt(tick) {
      if (!headset) return null;
      const swing = Math.sin(tick / 9 + index);
      return {
        head: part(0, 1650 + swing * 20, 0, swing * 0.1),
        left: part(-250, 1000 + swing * 150, -300, swing * 0.4),
        right: part(250, 1000 - swing * 150, -300, -swing * 0.4),
      };
    },
  };
}

function part(x: number, y: number, z: number, turn: number): PartPose {
  return {
    position: [x, Math.round(y), z],
    rotation: [0, Math.sin(turn / 2), 0, Math.cos(turn / 2)],
  };
}
