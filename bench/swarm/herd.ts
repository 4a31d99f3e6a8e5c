import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { type Bot, FullBot, LightBot } from './bot.ts';
import { createLogin } from './login.ts';
import { SeenBoard } from './seen.ts';
import { createWanderer } from './wander.ts';

/** The bots of one thread. */
export interface HerdOptions {
  readonly url: string;
  /** Numbers of the bots: `first` … `first + count − 1`. */
  readonly first: number;
  readonly count: number;
  /** Full bots run the whole client and compare the state hash of each frame. */
  readonly kind: 'light' | 'full';
  /** Share of the bots that move head and hands. */
  readonly headsets: number;
  readonly joinsPerSecond: number;
  /** Whether a bot that was cut off comes back. */
  readonly returning: boolean;
}

export interface HerdCounts {
  /** Bots that were live at least once. */
  readonly joined: number;
  /** Bots that are live now and, unless they may return, always were since they joined. */
  readonly alive: number;
  /** Bots whose inputs the server has used lately. */
  readonly acked: number;
  /** Why bots are not alive, each reason once. */
  readonly reasons: readonly string[];
}

export interface HerdResult extends HerdCounts {
  /** Since `measure`. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly seenMs: readonly number[];
  /** Since the start. */
  readonly desyncs: number;
}

export interface Herd {
  counts(): HerdCounts;
  /** Begins the interval that the result is about. */
  measure(): void;
  /** Ends `count` bots, as a fault of the tester that must not go unnoticed. */
  kill(count: number): void;
  finish(): Promise<HerdResult>;
}

const POLL_INTERVAL_MS = 4;
/** The server reports four times a second; a bot without any for so long is not acknowledged. */
const ACK_AGE_MAX_MS = 2_000;

interface Member {
  readonly bot: Bot;
  joined: boolean;
  lost: boolean;
  reason: string;
  bytesInBefore: number;
  bytesOutBefore: number;
}

/** Starts the bots one after the other and keeps them going until `finish`. */
export async function startHerd(
  options: HerdOptions,
  wasm: Uint8Array<ArrayBuffer>,
): Promise<Herd> {
  const module = await compileCore(wasm);
  const light = options.kind === 'light';
  // One codec serves all light bots; a full bot steps a world of its own.
  const cores = await Promise.all(
    Array.from({ length: light ? 1 : options.count }, () => Core.create(module)),
  );
  const nowMs = () => performance.now();
  const seen = new SeenBoard();
  const members: Member[] = [];
  const startedMs = nowMs();

  const join = () => {
    const index = members.length;
    const number = options.first + index;
    const headset = (number * options.headsets) % 1 < options.headsets;
    const botOptions = {
      url: options.url,
      ticket: createLogin(options.url),
      wanderer: createWanderer(number, headset),
      nowMs,
      index,
      count: options.count,
      seen,
    };
    const core = cores[light ? 0 : index] as Core;
    members.push(newMember(light ? new LightBot(botOptions, core) : new FullBot(botOptions, core)));
  };

  const timer = setInterval(() => {
    const now = nowMs();
    const due = Math.ceil(((now - startedMs) / 1000) * options.joinsPerSecond);
    while (members.length < Math.min(due, options.count)) join();
    for (const member of members) attend(member, now, options.returning);
  }, POLL_INTERVAL_MS);

  return {
    counts: () => countMembers(members, nowMs()),
    measure() {
      seen.begin();
      for (const member of members) {
        member.bytesInBefore = member.bot.bytesIn;
        member.bytesOutBefore = member.bot.bytesOut;
      }
    },
    kill(count) {
      for (const { bot } of members.slice(members.length - count)) bot.close();
    },
    async finish() {
      clearInterval(timer);
      const counts = countMembers(members, nowMs());
      for (const { bot } of members) bot.close();
      return {
        ...counts,
        bytesIn: sum(members, ({ bot, bytesInBefore }) => bot.bytesIn - bytesInBefore),
        bytesOut: sum(members, ({ bot, bytesOutBefore }) => bot.bytesOut - bytesOutBefore),
        seenMs: seen.end(),
        desyncs: sum(members, ({ bot }) => bot.desyncs),
      };
    },
  };
}

function newMember(bot: Bot): Member {
  return { bot, joined: false, lost: false, reason: '', bytesInBefore: 0, bytesOutBefore: 0 };
}

function attend(member: Member, nowMs: number, returning: boolean): void {
  if (member.lost) return;
  const { bot } = member;
  bot.advance(nowMs);
  if (bot.live) {
    member.joined = true;
  } else {
    member.reason = bot.reason;
    if (!member.joined || returning) return;
    member.lost = true;
    bot.close();
  }
}

function countMembers(members: readonly Member[], nowMs: number): HerdCounts {
  const alive = members.filter((member) => !member.lost && member.bot.live);
  const acked = alive.filter(({ bot }) => nowMs - bot.ackedAtMs < ACK_AGE_MAX_MS);
  const missing = members.filter((member) => member.lost || !member.bot.live);
  return {
    joined: members.filter((member) => member.joined).length,
    alive: alive.length,
    acked: acked.length,
    reasons: [...new Set(missing.map((member) => member.reason).filter((reason) => reason !== ''))],
  };
}

function sum(members: readonly Member[], figure: (member: Member) => number): number {
  return members.reduce((total, member) => total + figure(member), 0);
}
