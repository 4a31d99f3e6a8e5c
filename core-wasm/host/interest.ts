import type { Abi } from './abi.ts';
import type { Memory } from './memory.ts';

export interface InterestSettings {
  /** How many of the nearest players are simulated, 1…64. */
  readonly nearestPlayers: number;
  /** How many movers one observer simulates at most beside the forced, 1…512; a player is three. */
  readonly members: number;
  /** Metres within which players, and loose bodies, are simulated; at most `ghostRadius`. */
  readonly playerRadius: number;
  readonly bodyRadius: number;
  /** Metres within which players are shown as ghosts. */
  readonly ghostRadius: number;
  /**
   * A distance counts for so much (0.1…1) of itself to who is simulated already: he stays until he
   * is so much further than a radius, or than the one who would take his place.
   */
  readonly keepShare: number;
  /**
   * Frames between two looks around, 1…20; observers take turns. Until the next one members
   * stay, and whoever they meet becomes one.
   */
  readonly lookInterval: number;
  /** As many of the nearest players are simulated whatever it takes, 1…64. */
  readonly nearestAlways: number;
  /** What `keepShare` is between players to whoever has fewer of them for want of bytes. */
  readonly pressedShare: number;
}

export const INTEREST_DEFAULTS: InterestSettings = {
  nearestPlayers: 32,
  members: 384,
  playerRadius: 64,
  bodyRadius: 16,
  ghostRadius: 128,
  keepShare: 0.85,
  lookInterval: 1,
  nearestAlways: 8,
  pressedShare: 0.6,
};

const DISTANCE_MAX_M = 10_000;
const GHOST_BYTES_MAX = 0xffff;
const SECOND_BYTES_MAX = 0xff_ffff;
/** The least budget that tells of everybody: how many there are, and one near, with his account. */
export const GHOST_BUDGET_MIN_BYTES = 21;
const KEEP_SHARE_MIN = 0.1;
const LOOK_INTERVAL_MAX = 20;

// Words of an observer's record.
const ENTITY = 0;
const FLAGS = 2;
const MEMBER_COUNT = 3;
const RIM_COUNT = 4;
const ENTER_START = 5;
const ENTER_COUNT = 6;
const LEAVE_START = 7;
const LEAVE_COUNT = 8;
const GHOST_START = 9;
const GHOST_COUNT = 10;
const FLAG_OVERFULL = 1;
const FLAG_MISSES_FORCED = 2;

/**
 * What each client simulates. An observer is a client: a number from 0 to `capacity` − 1 that the
 * host gives out, and the mover around whom it looks. After each frame `run` computes for all of
 * them which movers the client must have to compute that frame as the whole world does:
 *
 * - his own group (see `Core.groups`), and those of `forced`;
 * - the groups of the nearest players within a radius, and of loose bodies within a smaller one;
 * - never a part of a group: one that finds no room is left out as a whole.
 *
 * Before the client computes the frame he must lose the leaving and be given the entering, both as
 * they were at the frame's first tick (`Core.exportPart` on the snapshot of then), and he must get
 * the frame's inputs and commands of his members. Who is spawned or despawned within the frame
 * neither enters nor leaves: the command does it. Who becomes static or stops to be it does so for
 * everybody: list him in `forced`.
 *
 * Ghosts are players within a radius who are not simulated, in the order of their turn: priority
 * grows with time, twice as fast in each nearer tier, and who is told begins anew. Tiers are 0 (the
 * nearest eighth of `ghostRadius`), 1 (to a quarter), 2 (to half) and 3. Whose own group finds no
 * room is his own first ghost in every frame.
 *
 * No part of the state: not in snapshots, not in the hash. Views are of the core's memory, valid
 * until the next `run`; nothing is allocated but them.
 */
export class Interest {
  /** Observers. */
  readonly capacity: number;
  private readonly abi: Abi;
  private readonly memory: Memory;
  private readonly records: number;
  private readonly recordWords: number;

  constructor(abi: Abi, memory: Memory) {
    this.abi = abi;
    this.memory = memory;
    this.capacity = abi.observerCapacity.value as number;
    this.records = wordOf(abi.observersAddress);
    this.recordWords = (abi.observerBytes.value as number) >>> 2;
    this.set({});
  }

  /** From the next `run` on; what is not given is as in `INTEREST_DEFAULTS`. Throws RangeError. */
  set(given: Partial<InterestSettings>): void {
    const all = { ...INTEREST_DEFAULTS, ...given };
    const radius = (metres: number): number =>
      inRange('radius', metres, 0, Math.min(all.ghostRadius, DISTANCE_MAX_M));
    const { f32, field } = this.memory;
    const nearestMax = this.abi.nearestCapacity.value as number;
    const membersMax = this.abi.memberCapacity.value as number;
    const values = [
      inRange('nearestPlayers', all.nearestPlayers, 1, nearestMax),
      inRange('members', all.members, 1, membersMax),
      radius(all.playerRadius),
      radius(all.bodyRadius),
      radius(all.ghostRadius),
      inRange('keepShare', all.keepShare, KEEP_SHARE_MIN, 1),
      inRange('lookInterval', all.lookInterval, 1, LOOK_INTERVAL_MAX),
      inRange('nearestAlways', all.nearestAlways, 1, nearestMax),
      inRange('pressedShare', all.pressedShare, KEEP_SHARE_MIN, 1),
    ];
    f32.set(values, field);
    this.abi.interestSet();
  }

  /**
   * Begins to observe, or goes on around another mover or with another budget: `ghostBytes` are
   * for the ghosts of a frame; fewer than `GHOST_BUDGET_MIN_BYTES` may leave some untold for ever.
   * `bytesPerSecond` are for all messages of a second but the first; 0 for as many as it takes.
   * `BubbleWriter.write` keeps to them, by fewer ghosts and players; `run` does not count.
   * False for no such observer, nobody, or a budget below 0.
   */
  observe(observer: number, entity: number, ghostBytes: number, bytesPerSecond = 0): boolean {
    if (!this.isObserver(observer) || !(ghostBytes >= 0) || !(bytesPerSecond >= 0)) return false;
    const bytes = Math.min(ghostBytes, GHOST_BYTES_MAX);
    const most = Math.min(bytesPerSecond, SECOND_BYTES_MAX);
    return this.abi.interestObserve(observer, entity, bytes, most) === 1;
  }

  /** The client has nothing any more: all that it is to have enters again when it observes. */
  forget(observer: number): void {
    if (this.isObserver(observer)) this.abi.interestForget(observer);
  }

  /**
   * With the next `run` the whole groups of these members leave and enter: what the client computed
   * of them is wrong. False for no such observer, when he is to get others again already, or when
   * the core has no room to note them. Who is no member by then is passed over.
   */
  again(observer: number, ids: ArrayLike<number>): boolean {
    if (!this.isObserver(observer) || ids.length > this.abi.listedCapacity.value) return false;
    this.memory.u32.set(ids, wordOf(this.abi.listedAddress));
    return this.abi.interestAgain(observer, ids.length) === 1;
  }

  /**
   * Once after each frame. False, and nothing done, unless the core has just stepped a frame from
   * its first tick to its last. `forced` are ids or entity indices, as `openFrame` gives them:
   * those who are movers, or were at the first tick, are members of all, whatever `members` says,
   * up to 512.
   */
  run(forced: ArrayLike<number> = []): boolean {
    if (forced.length > this.abi.listedCapacity.value) return false;
    this.memory.u32.set(forced, wordOf(this.abi.listedAddress));
    if (this.abi.interestBegin(forced.length, 0) === 0) return false;
    this.abi.interestLookOn(this.capacity);
    return true;
  }

  private isObserver(observer: number): boolean {
    return observer >= 0 && observer < this.capacity && Number.isInteger(observer);
  }

  private word(observer: number, word: number): number {
    if (!this.isObserver(observer)) return 0;
    return this.memory.u32[this.records + observer * this.recordWords + word] as number;
  }

  private view(address: WebAssembly.Global, start: number, count: number): Uint32Array {
    const first = wordOf(address) + start;
    return this.memory.u32.subarray(first, first + count);
  }

  /** Around whom an observer looks, 0 while he does not. */
  entityOf(observer: number): number {
    return this.word(observer, ENTITY);
  }

  /** Whether anybody enters or leaves: mostly nobody does, and no view is needed. */
  hasChanged(observer: number): boolean {
    return this.word(observer, ENTER_COUNT) + this.word(observer, LEAVE_COUNT) > 0;
  }

  /** Ids of the movers that an observer has after the frame, ascending by index. */
  members(observer: number): Uint32Array {
    const capacity = this.abi.memberCapacity.value as number;
    const count = this.word(observer, MEMBER_COUNT);
    return this.view(this.abi.membersAddress, observer * capacity, count);
  }

  /** Ids of those that he must be given as they were at the frame's first tick: whole groups. */
  enters(observer: number): Uint32Array {
    const start = this.word(observer, ENTER_START);
    return this.view(this.abi.entersAddress, start, this.word(observer, ENTER_COUNT));
  }

  /** Ids of those that he must lose before the frame. */
  leaves(observer: number): Uint32Array {
    const start = this.word(observer, LEAVE_START);
    return this.view(this.abi.leavesAddress, start, this.word(observer, LEAVE_COUNT));
  }

  /** Whom he is to be told of in this frame: id and tier in turns, the most urgent first. */
  ghosts(observer: number): Uint32Array {
    const start = this.word(observer, GHOST_START) * 2;
    return this.view(this.abi.ghostsAddress, start, this.word(observer, GHOST_COUNT) * 2);
  }

  /**
   * Bodies within `bodyRadius` whose groups found no room: id and tier in turns, the nearest first,
   * at most 128. Whoever is simulated near one of them may feel what the client does not compute.
   */
  rim(observer: number): Uint32Array {
    const start = observer * (this.abi.rimCapacity.value as number) * 2;
    return this.view(this.abi.rimsAddress, start, this.word(observer, RIM_COUNT) * 2);
  }

  /** True when his own group found no room: he does not even simulate himself. */
  isOverfull(observer: number): boolean {
    return (this.word(observer, FLAGS) & FLAG_OVERFULL) !== 0;
  }

  /** True when a forced group found no room, so that statics differ: the client must begin anew. */
  missesForced(observer: number): boolean {
    return (this.word(observer, FLAGS) & FLAG_MISSES_FORCED) !== 0;
  }
}

function wordOf(address: WebAssembly.Global): number {
  return (address.value as number) >>> 2;
}

function inRange(name: string, value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new RangeError(`${name} ${least}…${most}, not ${value}`);
}
