import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { type Bot, LightBot } from '../swarm/bot.ts';
import { createLogin } from '../swarm/login.ts';
import { SeenBoard } from '../swarm/seen.ts';
import { createWanderer } from '../swarm/wander.ts';
import type { Crowd, CrowdOptions, NetBot } from './crowd.ts';

/** Every light bot asks it of each frame whether it is the one to read it. */
class FrameCountingBoard extends SeenBoard {
  readonly framesIn: number[] = [];

  override isReader(frame: number, index: number, count: number): boolean {
    this.framesIn[index] = (this.framesIn[index] ?? 0) + 1;
    return super.isReader(frame, index, count);
  }
}

/** The swarm's light bots, all of them with a headset. */
export async function openOursCrowd(
  { url, players }: CrowdOptions,
  wasm: Uint8Array<ArrayBuffer>,
): Promise<Crowd> {
  const codec = await Core.create(await compileCore(wasm));
  const seen = new FrameCountingBoard();
  let joined = 0;
  return {
    join() {
      const index = joined++;
      const bot: Bot = new LightBot(
        {
          url,
          ticket: createLogin(url),
          wanderer: createWanderer(index, true),
          nowMs: () => performance.now(),
          index,
          count: players,
          seen,
        },
        codec,
      );
      return asNetBot(bot, () => seen.framesIn[index] ?? 0);
    },
    beginSeen: () => seen.begin(),
    endSeen: () => seen.end(),
  };
}

function asNetBot(bot: Bot, framesIn: () => number): NetBot {
  return {
    advance: (nowMs) => bot.advance(nowMs),
    get live() {
      return bot.live;
    },
    get reason() {
      return bot.reason;
    },
    get bytesIn() {
      return bot.bytesIn;
    },
    get bytesOut() {
      return bot.bytesOut;
    },
    get framesIn() {
      return framesIn();
    },
    close: () => bot.close(),
  };
}
