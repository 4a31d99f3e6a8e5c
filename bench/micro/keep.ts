import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Core, compileCore } from '../../core-wasm/host/core.ts';
import type { PartPose, Pose } from '../../core-wasm/host/types.ts';
import { createSentFrames, keepSent } from '../../server/room/sent-frames.ts';
import { type Bench, type Figures, percentile, rounded } from '../bench.ts';
import { gather, type Place, spreadOut } from './gathering.ts';

const PLAYERS = 3000;
const QUICK_PLAYERS = 200;
const MEMBERS = { nearestPlayers: 32, playerRadius: 60, bodyRadius: 24, members: 480 };
const BODIES_PER_PLAYER = 1;
const WARM_UP_FRAMES = 30;
const MEASURED_FRAMES = 150;

/** What it costs to keep what everybody was told, for those whose sockets break. */
export const keep: Bench = {
  about: 'keeping each frame’s messages for those who come back: ms a frame, frames, bytes',
  async run(report, { quick }) {
    const artifact = `${dirname(dirname(import.meta.dir))}/build/core.wasm`;
    const core = await Core.create(await compileCore(new Uint8Array(readFileSync(artifact))));
    const players = quick ? QUICK_PLAYERS : PLAYERS;
    const figures = measure(core, spreadOut(players), quick ? 5 : MEASURED_FRAMES);
    for (const [figure, value] of Object.entries(figures)) report(`  ${figure} ${value}`);
    return figures;
  },
};

function measure(core: Core, place: Place, frames: number): Figures {
  const entities = gather(core, place, BODIES_PER_PLAYER);
  core.interest.set(MEMBERS);
  entities.forEach((entity, observer) => {
    core.interest.observe(observer, entity, 0);
  });
  const sent = createSentFrames(place.players);
  const times: number[] = [];
  let bytes = 0;
  for (let frame = 0; frame < WARM_UP_FRAMES + frames; frame++) {
    const number = core.frame;
    const start = core.snapshot();
    core.loadFrame(gesture(core));
    const forced = core.openFrame();
    for (let tick = 0; tick < 3; tick++) core.step();
    core.openSnapshot(start);
    for (const observer of entities.keys()) core.bubbles.order(observer, null, 0n);
    core.bubbles.write(forced);
    const startedMs = performance.now();
    keepSent(sent, number, core.bubbles);
    const ms = performance.now() - startedMs;
    if (frame < WARM_UP_FRAMES) continue;
    times.push(ms);
    for (const observer of entities.keys()) bytes += core.bubbles.message(observer)?.length ?? 0;
  }
  return {
    players: place.players,
    messageMeanBytes: rounded(bytes / frames / place.players),
    keepP50Ms: rounded(percentile(times, 0.5)),
    keepP99Ms: rounded(percentile(times, 0.99)),
    framesKept: sent.next - sent.oldest,
    ringBytes: sent.bytes.length,
  };
}

/** Everybody walks and waves, each in his own time. */
function gesture(core: Core): Uint8Array {
  const { frame } = core;
  core.frameBegin(frame, 0n);
  for (const { entity, account } of core.playerAccounts()) {
    const yaw = (Math.floor((frame + account * 7) / 40) * 23_003 + account * 9_973) & 0xffff;
    const intent = { moveX: 0, moveZ: 127, yaw, pitch: 0, buttons: 0 };
    const pose = poseAt(frame / 5 + account);
    core.addInput(entity, core.encodeEntry({ intents: [intent, intent, intent], pose }));
  }
  return core.frameEnd();
}

function poseAt(phase: number): Pose {
  const swing = Math.sin(phase);
  return {
    head: part(0, 1650, swing),
    left: part(-250, 1000, swing),
    right: part(250, 900, -swing),
  };
}

function part(x: number, y: number, swing: number): PartPose {
  const half = swing * 0.3;
  const height = Math.round(y + 200 * swing);
  return { position: [x, height, -350], rotation: [Math.sin(half), 0, 0, Math.cos(half)] };
}
