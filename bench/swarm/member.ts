import type { Bot, ProofCounts } from './bot.ts';

/** How the bots of a herd come and go. */
export interface Stay {
  /** Whether a bot that was cut off comes back. */
  readonly returning: boolean;
  /** How long a bot stays, s, on average; 0 for ever. */
  readonly staySeconds: number;
  /** Whether those who do not stay leave just now. */
  leaving: boolean;
}

/** What a bot has done since the start. */
export interface Tally extends ProofCounts {
  readonly frames: number;
  readonly inputs: number;
  /** In the world, ms. */
  readonly liveMs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** One bot of a herd, through all its comings and goings. */
export interface Member {
  readonly makeBot: () => Bot;
  bot: Bot;
  /** The bot that is there has been in the world. */
  joined: boolean;
  lost: boolean;
  reason: string;
  joinsAsked: number;
  joinsDone: number;
  leaves: number;
  /** When the bot that is there leaves, or the next one comes; ∞ for never. */
  changesAtMs: number;
  isAway: boolean;
  /** What the bots before this one did. */
  past: Tally;
  /** What had been done when the measured interval began. */
  marked: Tally;
}

export const NOTHING: Tally = {
  frames: 0,
  inputs: 0,
  liveMs: 0,
  bytesIn: 0,
  bytesOut: 0,
  confirmed: 0,
  desyncs: 0,
  repairs: 0,
  enters: 0,
  leaves: 0,
  strayM: 0,
};
/** How long whoever left stays away. */
const AWAY_MS = 1_000;
/** How soon a member that waits is looked at again. */
const WAIT_MS = 50;

export function newMember(makeBot: () => Bot): Member {
  return {
    makeBot,
    bot: makeBot(),
    joined: false,
    lost: false,
    reason: '',
    joinsAsked: 1,
    joinsDone: 0,
    leaves: 0,
    changesAtMs: Number.POSITIVE_INFINITY,
    isAway: false,
    past: NOTHING,
    marked: NOTHING,
  };
}

/** What the member has done since the start, in all its lives. */
export function totalOf(member: Member, nowMs: number): Tally {
  const { bot, past, isAway } = member;
  return isAway ? past : added(past, bot, nowMs);
}

/** Does what is due; returns when to be called again, ms, or null: never. */
export function attend(member: Member, stay: Stay, nowMs: number): number | null {
  if (member.lost) return null;
  if (member.isAway) return waitOutside(member, stay, nowMs);
  const { bot } = member;
  const nextMs = bot.advance(nowMs);
  if (bot.live) {
    if (!member.joined) member.joinsDone++;
    member.joined = true;
    return stay.leaving ? stayOn(member, stay, nowMs, nextMs) : nextMs;
  }
  member.reason = bot.reason;
  if (!member.joined || stay.returning) return nextMs;
  member.lost = true;
  bot.close();
  return null;
}

/** Stays between half and one and a half of what it should on average. */
function stayOn(member: Member, stay: Stay, nowMs: number, nextMs: number): number {
  if (member.changesAtMs === Number.POSITIVE_INFINITY) {
    member.changesAtMs = nowMs + stay.staySeconds * 1000 * (0.5 + Math.random());
  }
  if (nowMs < member.changesAtMs) return nextMs;
  const { bot } = member;
  bot.close();
  member.leaves++;
  member.past = added(member.past, bot, nowMs);
  member.isAway = true;
  member.changesAtMs = nowMs + AWAY_MS;
  return nowMs + WAIT_MS;
}

function waitOutside(member: Member, stay: Stay, nowMs: number): number {
  if (stay.leaving && nowMs < member.changesAtMs) return nowMs + WAIT_MS;
  member.isAway = false;
  member.joined = false;
  member.changesAtMs = Number.POSITIVE_INFINITY;
  member.joinsAsked++;
  member.bot = member.makeBot();
  return nowMs;
}

function added(past: Tally, bot: Bot, nowMs: number): Tally {
  const proofs = bot.proofs ?? NOTHING;
  return {
    frames: past.frames + bot.frames,
    inputs: past.inputs + bot.inputs,
    liveMs: past.liveMs + bot.liveMs(nowMs),
    bytesIn: past.bytesIn + bot.bytesIn,
    bytesOut: past.bytesOut + bot.bytesOut,
    confirmed: past.confirmed + proofs.confirmed,
    desyncs: past.desyncs + proofs.desyncs,
    repairs: past.repairs + proofs.repairs,
    enters: past.enters + proofs.enters,
    leaves: past.leaves + proofs.leaves,
    strayM: Math.max(past.strayM, proofs.strayM),
  };
}
