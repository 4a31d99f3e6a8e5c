import type { Codec } from '../../core-wasm/host/core.ts';
import {
  type Intent,
  type Pose,
  TICKS_PER_FRAME,
  YAW_UNITS_PER_TURN,
} from '../../core-wasm/host/types.ts';
import { arrivalPlace } from '../../server/room/arrival-place.ts';
import { recordEntries } from '../pack/entries.ts';
import { VR_MOTIONS, type VrMotion } from '../pack/players.ts';
import { type Circuit, createCrossing, createStroll, SHUFFLE, STROLL } from './circuit.ts';
import type { Mode } from './modes.ts';
import { createWanderer, type Wanderer } from './wander.ts';

/** What a bot does, by the ticks and frames since it came. */
export interface Walk {
  intentAt(tick: number): Intent;
  /** Null for a bot without a headset: its hands hang. */
  poseAt(frame: number): Pose | null;
  /** The encoded input of the frame; must not be changed. */
  entryAt(frame: number): Uint8Array;
}

export interface WalkPlan {
  readonly mode: Mode;
  /** Where the server puts newcomers: its SPACETIME_ARRIVAL_SPREAD_M. */
  readonly spreadM: number;
}

/** What tells the bots of a run apart. */
export interface Walker {
  readonly number: number;
  readonly account: number;
  readonly headset: boolean;
}

/** Ways that are shared: what is encoded for one bot is there for all who walk the same. */
const PATTERNS = 32;
/** Frames of recorded head and hands, after which they begin anew: 16 s. */
const POSE_FRAMES = 320;
/** Where a bot enters its pattern; else all of one pattern would turn on the same tick. */
const PHASES = 16;
/** Across the ring on which a server without a spread puts newcomers, and as far again. */
const RING_CROSSING_M = 28;
const POSE_SEED = 31_000;

/** Gives every bot its walk. One for all bots of a thread, so that they share what they can. */
export function createWalks(codec: Codec, plan: WalkPlan): (walker: Walker) => Walk {
  const poses = createPoses(codec);
  const shared = new Map<string, Walk>();
  return (walker) => {
    if (plan.mode === 'roam') return walkOf(codec, createWanderer(walker.number, walker.headset));
    const pattern = walker.number % PATTERNS;
    const yaw = yawClass(walker.account, plan);
    const name = `${plan.mode === 'swarm' ? yaw : pattern} ${walker.headset}`;
    let walk = shared.get(name);
    if (walk === undefined) {
      const circuit = circuitOf(plan, pattern, yaw, walker.headset);
      walk = encoded(codec, circuit, walker.headset ? poses(pattern) : null);
      shared.set(name, walk);
    }
    // Who crosses begins at his own end of the way; who strolls may begin anywhere.
    return plan.mode === 'swarm' ? walk : shifted(walk, walker.number);
  };
}

function circuitOf(plan: WalkPlan, pattern: number, yaw: number, headset: boolean): Circuit {
  if (plan.mode === 'swarm') return createCrossing(yaw, 2 * plan.spreadM || RING_CROSSING_M);
  const steps = plan.mode === 'crowd' ? SHUFFLE : STROLL;
  return createStroll(pattern, { ...steps, arcs: !headset });
}

/** One of a few directions, the nearest to where the middle lies. */
function yawClass(account: number, { spreadM }: WalkPlan): number {
  const units = YAW_UNITS_PER_TURN / PATTERNS;
  const { yaw } = arrivalPlace(account, spreadM);
  return (Math.round(yaw / units) * units) & (YAW_UNITS_PER_TURN - 1);
}

/** The walk of a wanderer, whose way never comes back to where it was. */
export function walkOf(codec: Codec, wanderer: Wanderer): Walk {
  const poseAt = (frame: number) => wanderer.poseAt(frame * TICKS_PER_FRAME);
  const intentAt = (tick: number) => wanderer.intentAt(tick);
  return { intentAt, poseAt, entryAt: (frame) => encode(codec, intentAt, poseAt, frame) };
}

function encoded(codec: Codec, circuit: Circuit, poses: readonly Pose[] | null): Walk {
  const frames = circuit.periodTicks / TICKS_PER_FRAME;
  const intentAt = (tick: number) => circuit.intentAt(tick % circuit.periodTicks);
  const poseAt = (frame: number) => poses?.[(frame % frames) % POSE_FRAMES] ?? null;
  const entries: Array<Uint8Array | undefined> = new Array(frames);
  return {
    intentAt,
    poseAt,
    entryAt(frame) {
      const at = frame % frames;
      entries[at] ??= encode(codec, intentAt, poseAt, at);
      return entries[at];
    },
  };
}

function shifted({ intentAt, poseAt, entryAt }: Walk, number: number): Walk {
  const phase = (Math.floor(number / PATTERNS) % PHASES) * (POSE_FRAMES / PHASES);
  return {
    intentAt: (tick) => intentAt(tick + phase * TICKS_PER_FRAME),
    poseAt: (frame) => poseAt(frame + phase),
    entryAt: (frame) => entryAt(frame + phase),
  };
}

function encode(
  codec: Codec,
  intentAt: Walk['intentAt'],
  poseAt: Walk['poseAt'],
  frame: number,
): Uint8Array {
  const tick = frame * TICKS_PER_FRAME;
  return codec.encodeEntry({
    intents: [intentAt(tick), intentAt(tick + 1), intentAt(tick + 2)],
    pose: poseAt(frame),
  });
}

/**
 * Head and hands as headsets report them, noise and all: a sine would pack better than any player.
 * The same recordings by which `bench pack` measures.
 */
function createPoses(codec: Codec): (pattern: number) => readonly Pose[] {
  const recorded = new Map<number, readonly Pose[]>();
  return (pattern) => {
    const known = recorded.get(pattern);
    if (known !== undefined) return known;
    const motion = VR_MOTIONS[pattern % VR_MOTIONS.length] as VrMotion;
    const recording = { motion, frames: POSE_FRAMES, seed: POSE_SEED + pattern, noise: 1 };
    const entries = recordEntries(codec, { ...recording, isSteady: true });
    let last: Pose | null = null;
    const poses = entries.map((entry) => {
      last = codec.decodeEntry(entry)?.pose ?? last;
      if (last === null) throw new Error('a recording of a headset without a pose');
      return last;
    });
    recorded.set(pattern, poses);
    return poses;
  };
}
