import {
  Button,
  type Intent,
  TICK_RATE_HZ,
  TICKS_PER_FRAME,
  YAW_UNITS_PER_TURN,
} from '../../core-wasm/host/types.ts';
import { hashUnit } from './hash-unit.ts';

/**
 * A way that ends where it began. A light bot steps no world and does not know where it is: instead
 * of looking for its place it never loses it. Every leg is walked a second time, backwards in time
 * and turned around, which undoes it to the millimetre where nobody stands in the way.
 */
export interface Circuit {
  readonly periodTicks: number;
  /** `tick` within the period. */
  intentAt(tick: number): Intent;
}

const RUN = 127;
const HALF_TURN = YAW_UNITS_PER_TURN / 2;
/** How far a bot with a screen turns within a leg; a headset turns in snaps between legs. */
const ARC_MAX = YAW_UNITS_PER_TURN / 8;
const LEGS = 4;

export interface StrollPlan {
  readonly legTicks: number;
  /** Different circuits in a row; each ends at the place. */
  readonly rounds: number;
  /** Whether the yaw changes from tick to tick, as a mouse does it. */
  readonly arcs: boolean;
}

/** 28 m from the place at most, most often 14. */
export const STROLL = { legTicks: 2 * TICK_RATE_HZ, rounds: 1 } as const;
/** 5 m at most. */
export const SHUFFLE = { legTicks: 21, rounds: 6 } as const;

/** Four legs in any direction, with jumps and grips, and the same four back. */
export function createStroll(pattern: number, { legTicks, rounds, arcs }: StrollPlan): Circuit {
  const chance = (leg: number, what: number) => hashUnit(pattern, leg, what);
  const legs = Array.from({ length: LEGS * rounds }, (_, leg) => ({
    yaw: chance(leg, 1) * YAW_UNITS_PER_TURN,
    arc: arcs ? (chance(leg, 2) - 0.5) * 2 * ARC_MAX : 0,
    strafe: Math.round((chance(leg, 3) - 0.5) * 60),
    jumps: chance(leg, 4) < 0.4 && legTicks > 60,
    grips: chance(leg, 5) < 0.3,
    rests: chance(leg, 6) < 0.1,
  }));
  return {
    periodTicks: 2 * LEGS * legTicks * rounds,
    intentAt(tick) {
      const step = Math.floor(tick / legTicks);
      const round = Math.floor(step / (2 * LEGS));
      const inRound = step % (2 * LEGS);
      const isBack = inRound >= LEGS;
      const row = round * LEGS + (isBack ? 2 * LEGS - 1 - inRound : inRound);
      const leg = legs[row] as (typeof legs)[number];
      const into = tick % legTicks;
      const along = isBack ? legTicks - 1 - into : into;
      const turn = leg.arc * ((along + 0.5) / legTicks - 0.5) + (isBack ? HALF_TURN : 0);
      return {
        moveX: leg.rests ? 0 : leg.strafe,
        moveZ: leg.rests ? 0 : RUN,
        yaw: Math.floor(leg.yaw + turn) & (YAW_UNITS_PER_TURN - 1),
        pitch: 0,
        buttons:
          (leg.jumps && along > 40 && along < 46 ? Button.JUMP : 0) |
          (leg.grips && along > 10 ? Button.GRIP_RIGHT : 0),
      };
    },
  };
}

const WALK_MPS = 3.5;

/** Straight along `yaw` for `lengthM`, and back. */
export function createCrossing(yaw: number, lengthM: number): Circuit {
  const frames = Math.ceil(((lengthM / WALK_MPS) * TICK_RATE_HZ) / TICKS_PER_FRAME);
  const outTicks = frames * TICKS_PER_FRAME;
  return {
    periodTicks: 2 * outTicks,
    intentAt: (tick) => ({
      moveX: 0,
      moveZ: RUN,
      yaw: (yaw + (tick < outTicks ? 0 : HALF_TURN)) & (YAW_UNITS_PER_TURN - 1),
      pitch: 0,
      buttons: 0,
    }),
  };
}
