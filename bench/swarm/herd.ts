import { Core, compileCore } from '../../core-wasm/host/core.ts';
import { LightBot } from './bot.ts';
import type { Delays } from './delays.ts';
import { FullBot } from './full-bot.ts';
import { giveWay } from './give-way.ts';
import { createLogin } from './login.ts';
import { attend, type Member, newMember, type Stay, type Tally, totalOf } from './member.ts';
import type { Mode } from './modes.ts';
import { readWalks } from './recorded-walks.ts';
import { SeenBoard } from './seen.ts';
import { createWalks, type Walk } from './walk.ts';
import { createWheel } from './wheel.ts';

/** The bots of one thread. */
export interface HerdOptions {
  readonly url: string;
  /** Numbers of the bots: `first` … `first + count − 1`. */
  readonly first: number;
  readonly count: number;
  /**
   * Full bots run the whole client and compare each proof of their bubble. Witnesses are light bots
   * that measure how soon an input is seen; the thread of light bots gives way to theirs.
   */
  readonly kind: 'light' | 'witness' | 'full';
  /** So many decode what others did and see how soon: if all did, they would be the load. */
  readonly readers: number;
  readonly mode: Mode;
  /** The server's SPACETIME_ARRIVAL_SPREAD_M. */
  readonly spreadM: number;
  /** Share of the bots that move head and hands. */
  readonly headsets: number;
  readonly joinsPerSecond: number;
  /** Whether a bot that was cut off comes back. */
  readonly returning: boolean;
  /** How long a bot stays before it leaves for a moment, s, on average; 0 for ever. */
  readonly staySeconds: number;
  /** A recording whose players are repeated, instead of what `mode` says. */
  readonly replay?: Uint8Array;
}

export interface HerdCounts {
  /** Bots that were live at least once. */
  readonly joined: number;
  /** Bots that are live now and, unless they may return, always were since they joined. */
  readonly alive: number;
  /** Bots whose inputs the server has used lately. */
  readonly acked: number;
  /** Ways into the world that were begun, and those that led there. */
  readonly joinsAsked: number;
  readonly joinsDone: number;
  /** Bots that left on purpose. */
  readonly leaves: number;
  /** Why bots are not alive, each reason once. */
  readonly reasons: readonly string[];
}

export const NO_COUNTS: HerdCounts = {
  joined: 0,
  alive: 0,
  acked: 0,
  joinsAsked: 0,
  joinsDone: 0,
  leaves: 0,
  reasons: [],
};

/** Of bots that were in the world long enough to say. Frames since `measure`. */
export interface FrameRates {
  readonly bots: number;
  readonly sumHz: number;
  readonly inputSumHz: number;
  readonly leastHz: number;
}

export interface HerdResult extends HerdCounts {
  /** Since `measure`. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Time in the world of all bots together since `measure`, s. */
  readonly botSeconds: number;
  readonly rates: FrameRates;
  readonly seen: Delays;
  /** Since the start. */
  readonly proofs: number;
  readonly desyncs: number;
  readonly repairs: number;
  readonly enters: number;
  readonly leavesSeen: number;
  readonly strayM: number;
}

export interface Herd {
  counts(): HerdCounts;
  /** Begins the interval that the result is about, and the leaving of those who do not stay. */
  measure(): void;
  /** Nobody leaves any more, and whoever is away comes back. */
  calm(): void;
  /** Ends `count` bots, as a fault of the tester that must not go unnoticed. */
  kill(count: number): void;
  finish(): Promise<HerdResult>;
}

/** A millisecond late is what timers are anyway. */
const TURN_INTERVAL_MS = 1;
/** The server reports four times a second; a bot without any for so long is not acknowledged. */
const ACK_AGE_MAX_MS = 2_000;
/** Shorter than this in the world a bot's frame rate is mostly rounding. */
const RATED_MS_MIN = 1_500;

/** Starts the bots one after the other and keeps them going until `finish`. */
export async function startHerd(
  options: HerdOptions,
  wasm: Uint8Array<ArrayBuffer>,
): Promise<Herd> {
  const makeMember = await createMaker(options, wasm);
  if (options.kind === 'light') giveWay();
  const nowMs = () => performance.now();
  const seen = makeMember.seen;
  const stay: Stay = {
    returning: options.returning,
    staySeconds: options.staySeconds,
    leaving: false,
  };
  const members: Member[] = [];
  const startedMs = nowMs();
  const wheel = createWheel<Member>(startedMs);

  const timer = setInterval(() => {
    const now = nowMs();
    const due = Math.ceil(((now - startedMs) / 1000) * options.joinsPerSecond);
    while (members.length < Math.min(due, options.count)) {
      const member = makeMember(members.length);
      members.push(member);
      wheel.put(member, now);
    }
    wheel.turn(now, (member) => {
      const nextMs = attend(member, stay, now);
      if (nextMs !== null) wheel.put(member, nextMs);
    });
  }, TURN_INTERVAL_MS);

  return {
    counts: () => countMembers(members, nowMs()),
    measure() {
      seen.begin();
      const now = nowMs();
      stay.leaving = options.staySeconds > 0;
      for (const member of members) member.marked = totalOf(member, now);
    },
    calm() {
      stay.leaving = false;
    },
    kill(count) {
      for (const { bot } of members.slice(members.length - count)) bot.close();
    },
    async finish() {
      clearInterval(timer);
      const now = nowMs();
      const counts = countMembers(members, now);
      const result = resultOf(members, now, seen.end());
      for (const { bot } of members) bot.close();
      return { ...counts, ...result };
    },
  };
}

async function walksOf(codec: Core, options: HerdOptions): Promise<ReturnType<typeof createWalks>> {
  if (options.replay === undefined) return createWalks(codec, options);
  const recorded = await readWalks(codec, options.replay);
  return ({ number }) => recorded[number % recorded.length] as Walk;
}

type Maker = ((index: number) => Member) & { readonly seen: SeenBoard };

async function createMaker(options: HerdOptions, wasm: Uint8Array<ArrayBuffer>): Promise<Maker> {
  const module = await compileCore(wasm);
  const codec = await Core.create(module);
  const light = options.kind !== 'full';
  // One codec serves all light bots; a full bot steps a world of its own.
  const cores = await Promise.all(
    Array.from({ length: light ? 0 : options.count }, () => Core.create(module)),
  );
  const walks = await walksOf(codec, options);
  const seen = new SeenBoard();
  const make = (index: number): Member => {
    const number = options.first + index;
    const headset = (number * options.headsets) % 1 < options.headsets;
    const botOptions = {
      url: options.url,
      login: createLogin(options.url),
      walk: (account: number) => walks({ number, account, headset }),
      nowMs: () => performance.now(),
    };
    const isReader = index < options.readers;
    return newMember(() =>
      light
        ? new LightBot({ ...botOptions, codec, seen, isReader })
        : new FullBot(botOptions, cores[index] as Core),
    );
  };
  return Object.assign(make, { seen });
}

function countMembers(members: readonly Member[], nowMs: number): HerdCounts {
  const alive = members.filter(({ lost, joined, bot }) => !lost && joined && bot.live);
  const acked = alive.filter(({ bot }) => nowMs - bot.ackedAtMs < ACK_AGE_MAX_MS);
  const missing = members.filter(({ lost, bot }) => lost || !bot.live);
  return {
    joined: members.filter(({ joinsDone }) => joinsDone > 0).length,
    alive: alive.length,
    acked: acked.length,
    joinsAsked: sum(members, ({ joinsAsked }) => joinsAsked),
    joinsDone: sum(members, ({ joinsDone }) => joinsDone),
    leaves: sum(members, ({ leaves }) => leaves),
    reasons: [...new Set(missing.map((member) => member.reason).filter((reason) => reason !== ''))],
  };
}

function resultOf(
  members: readonly Member[],
  nowMs: number,
  seen: Delays,
): Omit<HerdResult, keyof HerdCounts> {
  const totals = members.map((member) => totalOf(member, nowMs));
  const tallies = totals.map((total, i) => sinceMark(total, members[i] as Member));
  const rated = tallies.filter(({ liveMs }) => liveMs >= RATED_MS_MIN);
  const ratesHz = rated.map(({ frames, liveMs }) => (frames * 1000) / liveMs);
  return {
    bytesIn: sum(tallies, ({ bytesIn }) => bytesIn),
    bytesOut: sum(tallies, ({ bytesOut }) => bytesOut),
    botSeconds: sum(tallies, ({ liveMs }) => liveMs) / 1000,
    rates: {
      bots: ratesHz.length,
      sumHz: sum(ratesHz, (hz) => hz),
      inputSumHz: sum(rated, ({ inputs, liveMs }) => (inputs * 1000) / liveMs),
      leastHz: ratesHz.reduce((least, hz) => Math.min(least, hz), Number.POSITIVE_INFINITY),
    },
    seen,
    proofs: sum(totals, ({ confirmed }) => confirmed),
    desyncs: sum(totals, ({ desyncs }) => desyncs),
    repairs: sum(totals, ({ repairs }) => repairs),
    enters: sum(totals, ({ enters }) => enters),
    leavesSeen: sum(totals, ({ leaves }) => leaves),
    strayM: totals.reduce((most, { strayM }) => Math.max(most, strayM), 0),
  };
}

type Measured = Pick<Tally, 'frames' | 'inputs' | 'liveMs' | 'bytesIn' | 'bytesOut'>;

function sinceMark(total: Tally, { marked }: Member): Measured {
  return {
    frames: total.frames - marked.frames,
    inputs: total.inputs - marked.inputs,
    liveMs: total.liveMs - marked.liveMs,
    bytesIn: total.bytesIn - marked.bytesIn,
    bytesOut: total.bytesOut - marked.bytesOut,
  };
}

function sum<T>(all: readonly T[], figure: (one: T) => number): number {
  return all.reduce((total, one) => total + figure(one), 0);
}
