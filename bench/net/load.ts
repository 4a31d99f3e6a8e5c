import { rounded } from '../bench.ts';
import { delayQuantileMs } from '../swarm/delays.ts';
import { createWheel } from '../swarm/wheel.ts';
import type { Crowd, CrowdOptions, NetBot } from './crowd.ts';
import { openFloorCrowd } from './floor/bot.ts';
import { openOursCrowd } from './ours-crowd.ts';
import { cpuSecondsOf, machineCpuSeconds } from './process-cpu.ts';
import { openWalkers } from './walkers.ts';

export type ServerName = 'ours' | 'colyseus' | 'floor';

/** What the process of the load is told. */
export interface LoadPlan extends CrowdOptions {
  readonly server: ServerName;
  readonly serverPid: number;
  /** Length of the measured interval, which begins when all are in and have settled. */
  readonly seconds: number;
  /** Time for stragglers after the last bot set out, default 20 s. */
  readonly joinGraceMs?: number;
}

/** What it answers. Figures are null when not everybody came. */
export interface LoadReport {
  readonly asked: number;
  /** Bots that were in when the interval began. */
  readonly joined: number;
  /** Bots that were in at its end and never left. */
  readonly stayed: number;
  readonly bytesDownPerPlayerPerSecond: number | null;
  readonly bytesUpPerPlayerPerSecond: number | null;
  /** Received by a bot: all of them, and the one with the fewest. */
  readonly framesPerSecond: number | null;
  readonly framesPerSecondWorst: number | null;
  readonly seenP50Ms: number | null;
  readonly seenP99Ms: number | null;
  /** Cores, of the server with what it started; of these bots; and of everybody else. */
  readonly serverCpu: number | null;
  readonly loadCpu: number | null;
  readonly othersCpu: number | null;
  /** Why bots are not there, each reason once. */
  readonly reasons: readonly string[];
}

const TURN_INTERVAL_MS = 1;
const JOINS_PER_SECOND_MIN = 50;
/** A large crowd is let in within so much time. */
const JOIN_S = 15;
const JOIN_GRACE_MS = 20_000;
/** Clocks lock on, views fill, the garbage of joining is collected; a short run waits shorter. */
const SETTLE_S_MAX = 5;

interface Member {
  readonly bot: NetBot;
  joined: boolean;
  lost: boolean;
  before: Counters;
}

interface Counters {
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly framesIn: number;
}

/** Of a run in which nobody was let in. */
export function unmeasured(asked: number): LoadReport {
  return {
    asked,
    joined: 0,
    stayed: 0,
    bytesDownPerPlayerPerSecond: null,
    bytesUpPerPlayerPerSecond: null,
    framesPerSecond: null,
    framesPerSecondWorst: null,
    seenP50Ms: null,
    seenP99Ms: null,
    serverCpu: null,
    loadCpu: null,
    othersCpu: null,
    reasons: [],
  };
}

/** Lets `plan.players` bots in, measures how they fare and lets them go. */
export async function load(plan: LoadPlan): Promise<LoadReport> {
  const crowd = await openCrowd(plan);
  const members: Member[] = [];
  const startMs = performance.now();
  const joinsPerSecond = Math.max(JOINS_PER_SECOND_MIN, plan.players / JOIN_S);
  const wheel = createWheel<Member>(startMs);
  const timer = setInterval(() => {
    const now = performance.now();
    const due = Math.ceil(((now - startMs) / 1000) * joinsPerSecond);
    while (members.length < Math.min(due, plan.players)) {
      const member = newMember(crowd.join());
      members.push(member);
      wheel.put(member, now);
    }
    wheel.turn(now, (member) => {
      const nextMs = attend(member);
      if (nextMs !== null) wheel.put(member, nextMs);
    });
  }, TURN_INTERVAL_MS);
  try {
    const graceMs = plan.joinGraceMs ?? JOIN_GRACE_MS;
    const deadlineMs = startMs + (plan.players / joinsPerSecond) * 1000 + graceMs;
    while (live(members) < plan.players && performance.now() < deadlineMs) await Bun.sleep(50);
    const joined = live(members);
    if (joined < plan.players) return emptyReport(plan, joined, members);
    await Bun.sleep(Math.min(plan.seconds, SETTLE_S_MAX) * 1000);
    return await measure(plan, crowd, members, joined);
  } finally {
    clearInterval(timer);
    for (const { bot } of members) bot.close();
  }
}

async function openCrowd(plan: LoadPlan): Promise<Crowd> {
  switch (plan.server) {
    case 'ours':
      return openOursCrowd(plan, await openWalkers(plan.spreadM));
    case 'colyseus': {
      // Its packages may be absent: nobody else may ask for them.
      const { openColyseusCrowd } = await import('./colyseus/bot.ts');
      return openColyseusCrowd(plan, await openWalkers(plan.spreadM));
    }
    case 'floor':
      return openFloorCrowd(plan);
  }
}

function newMember(bot: NetBot): Member {
  return { bot, joined: false, lost: false, before: countersOf(bot) };
}

/** Does what is due; returns when to be called again, ms, or null: never. */
function attend(member: Member): number | null {
  const { bot } = member;
  // Each at its own moment: one for all would count the sending of the others as delay.
  const nextMs = bot.advance(performance.now());
  if (bot.live) member.joined = true;
  else if (member.joined) member.lost = true;
  return member.lost ? null : nextMs;
}

function live(members: readonly Member[]): number {
  return members.filter(({ bot, lost }) => bot.live && !lost).length;
}

function countersOf({ bytesIn, bytesOut, framesIn }: NetBot): Counters {
  return { bytesIn, bytesOut, framesIn };
}

async function measure(
  plan: LoadPlan,
  crowd: Crowd,
  members: readonly Member[],
  joined: number,
): Promise<LoadReport> {
  for (const member of members) member.before = countersOf(member.bot);
  crowd.beginSeen();
  const startMs = performance.now();
  const before = readCpu(plan.serverPid);
  await Bun.sleep(plan.seconds * 1000);
  const after = readCpu(plan.serverPid);
  const seconds = (performance.now() - startMs) / 1000;
  const seen = crowd.endSeen();
  const gained = (what: keyof Counters) =>
    members.map(({ bot, before }) => (bot[what] - before[what]) / seconds);
  const mean = (values: readonly number[]) => values.reduce((n, one) => n + one, 0) / joined;
  return {
    ...emptyReport(plan, joined, members),
    bytesDownPerPlayerPerSecond: Math.round(mean(gained('bytesIn'))),
    bytesUpPerPlayerPerSecond: Math.round(mean(gained('bytesOut'))),
    framesPerSecond: rounded(mean(gained('framesIn'))),
    framesPerSecondWorst: rounded(Math.min(...gained('framesIn'))),
    seenP50Ms: delayQuantileMs(seen, 0.5),
    seenP99Ms: delayQuantileMs(seen, 0.99),
    ...coresBetween(before, after, seconds),
  };
}

interface CpuSeconds {
  readonly server: number | null;
  readonly load: number;
  readonly machine: number | null;
}

function readCpu(serverPid: number): CpuSeconds {
  const { user, system } = process.cpuUsage();
  return {
    server: cpuSecondsOf(serverPid),
    load: (user + system) / 1e6,
    machine: machineCpuSeconds(),
  };
}

function coresBetween(
  before: CpuSeconds,
  after: CpuSeconds,
  seconds: number,
): Pick<LoadReport, 'serverCpu' | 'loadCpu' | 'othersCpu'> {
  const gained = (what: keyof CpuSeconds) => {
    const [from, to] = [before[what], after[what]];
    return from === null || to === null ? null : (to - from) / seconds;
  };
  const [server, load, machine] = [gained('server'), gained('load'), gained('machine')];
  const others =
    server === null || load === null || machine === null
      ? null
      : Math.max(0, machine - server - load);
  const [serverCpu, loadCpu, othersCpu] = [server, load, others].map((one) =>
    one === null ? null : rounded(one),
  ) as [number | null, number | null, number | null];
  return { serverCpu, loadCpu, othersCpu };
}

function emptyReport(
  { players }: LoadPlan,
  joined: number,
  members: readonly Member[],
): LoadReport {
  const reasons = members.flatMap(({ bot }) => (bot.live || bot.reason === '' ? [] : [bot.reason]));
  return { ...unmeasured(players), joined, stayed: live(members), reasons: [...new Set(reasons)] };
}

/** Entry of the process: the plan as JSON. */
if (import.meta.main) {
  console.log(JSON.stringify(await load(JSON.parse(process.argv[2] ?? '{}') as LoadPlan)));
  // Sockets that still close would keep it alive.
  process.exit(0);
}
