import { type Bot, LightBot } from '../swarm/bot.ts';
import { createLogin } from '../swarm/login.ts';
import { SeenBoard } from '../swarm/seen.ts';
import { type Crowd, type CrowdOptions, type NetBot, READERS } from './crowd.ts';
import type { Walkers } from './walkers.ts';

/** The swarm's light bots. */
export function openOursCrowd({ url }: CrowdOptions, { codec, walk }: Walkers): Crowd {
  const seen = new SeenBoard();
  let joined = 0;
  return {
    join() {
      const number = joined++;
      return asNetBot(
        new LightBot({
          url,
          login: createLogin(url),
          walk: (account) => walk(number, account),
          nowMs: () => performance.now(),
          codec,
          seen,
          isReader: number < READERS,
        }),
      );
    },
    beginSeen: () => seen.begin(),
    endSeen: () => seen.end(),
  };
}

function asNetBot(bot: Bot): NetBot {
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
      return bot.frames;
    },
    close: () => bot.close(),
  };
}
