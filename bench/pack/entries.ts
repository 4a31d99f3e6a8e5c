import type { Control } from '../../client/input/control.ts';
import { sampleIntent, samplePose } from '../../client/input/sample.ts';
import { createSteadyParts, HEADING_SLACK_RAD, steady } from '../../client/input/steady.ts';
import { OwnInputs } from '../../client/predict/own-inputs.ts';
import type { Codec } from '../../core-wasm/host/core.ts';
import { FRAME_DURATION_MS, TICK_RATE_HZ, TICKS_PER_FRAME } from '../../core-wasm/host/types.ts';
import { seeded } from '../../core-wasm/test/random.ts';
import { advanceFlatMover, createFlatMover } from './flat-player.ts';
import { advanceVrPlayer, createVrPlayer, VR_MOTIONS, type VrMotion } from './players.ts';

/** What entries are made of: VR by motion, screens with somebody before them and without. */
export const MOTIONS = [...VR_MOTIONS, 'flat', 'flat-idle'] as const;
export type Motion = (typeof MOTIONS)[number];

const TICK_S = 1 / TICK_RATE_HZ;

export interface Recording {
  readonly motion: Motion;
  readonly frames: number;
  readonly seed: number;
  /** Whether the client takes the trackers' noise out. */
  readonly isSteady: boolean;
  /** 1 is 0.5 mm and 0.1° on each axis of each sample. */
  readonly noise: number;
}

interface Mover {
  readonly control: Control;
  advance(elapsedS: number): void;
}

function moverOf({ motion, seed, isSteady, noise }: Recording): Mover {
  const random = seeded(seed);
  if (motion === 'flat' || motion === 'flat-idle') {
    const mover = createFlatMover(random, motion === 'flat');
    return { control: mover.control, advance: (s) => advanceFlatMover(mover, s) };
  }
  const player = createVrPlayer(
    motion as VrMotion,
    random,
    noise,
    isSteady ? HEADING_SLACK_RAD : 0,
  );
  return { control: player.control, advance: (s) => advanceVrPlayer(player, s) };
}

/** The entries that the client's own code sends for that motion, one a frame. */
export function recordEntries(
  core: Pick<Codec, 'encodeEntry'>,
  recording: Recording,
): Uint8Array[] {
  const { control, advance } = moverOf(recording);
  const isVr = !recording.motion.startsWith('flat');
  const parts = createSteadyParts();
  const sent = recording.isSteady && isVr ? parts : control;
  const own = new OwnInputs(core);
  const entries: Uint8Array[] = [];
  for (let frame = 0; frame < recording.frames; frame++) {
    for (let phase = 0; phase < TICKS_PER_FRAME; phase++) {
      advance(TICK_S);
      if (own.wantsPose) steady(parts, control, FRAME_DURATION_MS);
      const pose = own.wantsPose ? samplePose(sent) : null;
      const input = own.sample(sampleIntent(control), pose);
      if (input !== null) entries.push(input.entry);
    }
  }
  return entries;
}
