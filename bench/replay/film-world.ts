import type { Core } from '../../core-wasm/host/core.ts';
import {
  KEY_FRAMES,
  layoutOf,
  type RecordedFrame,
  type Stretch,
  wholeFrame,
} from '../../core-wasm/host/recording/recording.ts';
import { encodeRecording } from '../../core-wasm/host/recording/writer.ts';
import { FRAME_DURATION_MS } from '../../core-wasm/host/types.ts';
import { gather, spreadOut } from '../micro/gathering.ts';
import { CROWD } from '../pack/bench.ts';
import { recordEntries } from '../pack/entries.ts';

const CRATES_PER_PLAYER = 3;
const RECORDINGS = 24;
const RECORDED_FRAMES = 300;
const SEED = 77_000;

/** A world of players in VR, of so many seconds, as a recording. */
export async function filmWorld(core: Core, players: number, seconds: number): Promise<Uint8Array> {
  const motions = CROWD.flatMap(([motion, share]) => Array.from({ length: share }, () => motion));
  const recordings = Array.from({ length: RECORDINGS }, (_, i) => {
    const motion = motions[i % motions.length] as (typeof motions)[number];
    const given = { frames: RECORDED_FRAMES, isSteady: true, noise: 1 };
    return recordEntries(core, { ...given, motion, seed: SEED + i });
  });
  const entities = gather(core, spreadOut(players), CRATES_PER_PLAYER);
  const head = { coreHash: core.module.hash, layout: layoutOf(core.snapshot()), entity: 0 };
  return encodeRecording({ ...head, world: 'whole' }, stretches(), () => ({
    frame: core.frame,
    hash: core.stateHash(),
  }));

  function* stretches(): Generator<Stretch> {
    const count = (seconds * 1000) / FRAME_DURATION_MS;
    for (let first = 0; first < count; first += KEY_FRAMES) {
      const key = { frame: core.frame, hash: core.stateHash(), isAnew: first === 0 };
      const state = core.snapshot();
      const frames: RecordedFrame[] = [];
      while (frames.length < Math.min(KEY_FRAMES, count - first)) frames.push(nextFrame());
      yield { ...key, state, frames };
    }
  }

  function nextFrame(): RecordedFrame {
    const { frame } = core;
    core.frameBegin(frame, core.stateHash());
    for (const [i, entity] of entities.entries()) {
      const entries = recordings[i % recordings.length] as Uint8Array[];
      core.addInput(entity, entries[(frame + i * 37) % entries.length] as Uint8Array);
    }
    const bytes = core.frameEnd();
    core.stepFrame(bytes);
    return wholeFrame(bytes);
  }
}
