import type {
  Account,
  Checkpoint,
  Clock,
  JournalGroup,
  PlayerProjection,
  Projection,
  RegionLease,
  Store,
  StoreOutcome,
} from '../ports.ts';

/** How the store behaves; the simulation changes it while it runs. */
export interface StoreWeather {
  writeDelayMs: number;
  /** Writes fail, nothing is kept. */
  away: boolean;
  /** A planted fault: whoever lost the lease may write all the same. */
  fenceless: boolean;
  /** A planted fault: who reads gets what was written, though something else lies there now. */
  hidesDamage: boolean;
}

/** A group that was committed, for checkers. */
export interface Commit {
  readonly epoch: number;
  /** The epoch that held the region when it was committed. */
  readonly heldEpoch: number;
  readonly firstFrame: number;
  readonly lastFrame: number;
  /** The last frame that the journal had before, −1 for none. */
  readonly after: number;
}

/**
 * The store port in memory and virtual time: what was acknowledged survives every crash of the
 * server, what was not is gone, as with a real database that syncs.
 */
export class MemoryStore implements Store {
  readonly weather: StoreWeather = {
    writeDelayMs: 5,
    away: false,
    fenceless: false,
    hidesDamage: false,
  };
  readonly commits: Commit[] = [];
  private readonly clock: Clock;
  private epoch = 0;
  private seed: number | null = null;
  private kept: JournalGroup[] = [];
  private saved: Checkpoint[] = [];
  /** Groups as they were before they were altered, by first frame. */
  private readonly pristine = new Map<number, JournalGroup>();
  private cutFrame: number | null = null;
  private readonly names: string[] = [];
  private readonly lastSeen = new Map<number, PlayerProjection>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** As whoever reads it gets it. */
  get journal(): readonly JournalGroup[] {
    const { kept, pristine, weather } = this;
    if (!weather.hidesDamage) return kept;
    return kept.map((group) => pristine.get(group.firstFrame) ?? group);
  }

  /** Oldest first. */
  get checkpointFrames(): readonly number[] {
    return this.saved.map(({ frame }) => frame);
  }

  /** Past every cache: what lies there. */
  get atRest(): Pick<Store, 'checkpoints' | 'groups'> {
    const from = (frame: number) => this.kept.filter(({ lastFrame }) => lastFrame >= frame);
    return {
      checkpoints: () => this.checkpoints(),
      async *groups(_region, fromFrame) {
        yield* from(fromFrame);
      },
    };
  }

  /** Bits rot: a group's payload becomes another, or the group is gone. */
  alterGroup(firstFrame: number, alter: (payload: Uint8Array) => Uint8Array | null): void {
    this.kept = this.kept.flatMap((group) => {
      if (group.firstFrame !== firstFrame) return group;
      this.pristine.set(firstFrame, group);
      const payload = alter(group.payload);
      return payload === null ? [] : { ...group, payload };
    });
  }

  /** One bit of the newest checkpoint. */
  alterCheckpoint(random: () => number): void {
    const newest = this.saved.at(-1);
    if (newest === undefined) return;
    const state = newest.state.slice();
    const at = Math.floor(random() * state.length);
    state[at] = (state[at] as number) ^ (1 << Math.floor(random() * 8));
    this.saved.splice(-1, 1, { ...newest, state });
  }

  /** From which frame on groups were cut off since it was asked last; null when none were. */
  takeCut(): number | null {
    const cut = this.cutFrame;
    this.cutFrame = null;
    return cut;
  }

  /** A planted fault: what was committed last is gone, as after a disk that lied about syncing. */
  forget(): void {
    this.kept.pop();
  }

  async claimRegion(region: number, seed: number) {
    this.seed ??= seed;
    this.epoch++;
    return { lease: { region, epoch: this.epoch }, seed: this.seed };
  }

  async *checkpoints(): AsyncIterable<Checkpoint> {
    yield* [...this.saved].reverse();
  }

  async *groups(_region: number, fromFrame: number): AsyncIterable<JournalGroup> {
    yield* this.journal.filter((group) => group.lastFrame >= fromFrame);
  }

  appendGroup(lease: RegionLease, group: JournalGroup, projection: Projection) {
    const payload = group.payload.slice();
    return this.write(lease, () => {
      const after = this.kept.at(-1)?.lastFrame ?? -1;
      const { firstFrame, lastFrame } = group;
      if (lease.epoch === this.epoch && after >= lastFrame) return;
      this.commits.push({
        epoch: lease.epoch,
        heldEpoch: this.epoch,
        firstFrame,
        lastFrame,
        after,
      });
      this.kept.push({ ...group, payload });
      for (const player of projection.players) this.lastSeen.set(player.account, player);
    });
  }

  /** At once: a server that starts is waited for, and time stands still meanwhile. */
  async truncateGroups(lease: RegionLease, fromFrame: number): Promise<StoreOutcome> {
    if (lease.epoch !== this.epoch) return { kind: 'lease-lost' };
    this.kept = this.kept.filter((group) => group.lastFrame < fromFrame);
    this.cutFrame = fromFrame;
    return { kind: 'committed' };
  }

  saveCheckpoint(lease: RegionLease, checkpoint: Checkpoint) {
    const state = checkpoint.state.slice();
    return this.write(lease, () => {
      this.saved.push({ ...checkpoint, state });
    });
  }

  private write(lease: RegionLease, commit: () => void): Promise<StoreOutcome> {
    return new Promise((resolve) => {
      this.clock.after(this.weather.writeDelayMs, () => {
        const isFenced = lease.epoch !== this.epoch && !this.weather.fenceless;
        if (isFenced) return resolve({ kind: 'lease-lost' });
        if (this.weather.away) return resolve({ kind: 'unavailable', cause: 'simulated' });
        commit();
        resolve({ kind: 'committed' });
      });
    });
  }

  async createGuest(name: string): Promise<Account> {
    this.names.push(name);
    return { account: this.names.length, name, lastSeen: null };
  }

  /** A guest who was last seen there. */
  async createGuestAt(x: number, z: number): Promise<Account> {
    const { account } = await this.createGuest('');
    this.lastSeen.set(account, { account, x, y: 0, z, yaw: 0 });
    return (await this.account(account)) as Account;
  }

  async account(account: number): Promise<Account | null> {
    const name = this.names[account - 1];
    if (name === undefined) return null;
    return { account, name, lastSeen: this.lastSeen.get(account) ?? null };
  }

  ping = async () => !this.weather.away;
  close = async () => {};
}

/** A server's way to the store: what is on its way may arrive, but a dead server begins nothing. */
export function openStoreHandle(store: Store): { readonly store: Store; sever(): void } {
  let severed = false;
  const never = new Promise<never>(() => {});
  const alive =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      severed ? never : call(...args).then((result) => (severed ? never : result));
  return {
    store: {
      claimRegion: alive((region, seed) => store.claimRegion(region, seed)),
      checkpoints: (region) => store.checkpoints(region),
      groups: (region, fromFrame) => store.groups(region, fromFrame),
      appendGroup: alive((lease, group, picture) => store.appendGroup(lease, group, picture)),
      truncateGroups: alive((lease, fromFrame) => store.truncateGroups(lease, fromFrame)),
      saveCheckpoint: alive((lease, checkpoint) => store.saveCheckpoint(lease, checkpoint)),
      createGuest: alive((name) => store.createGuest(name)),
      account: alive((account) => store.account(account)),
      ping: alive(() => store.ping()),
      close: alive(() => store.close()),
    },
    sever() {
      severed = true;
    },
  };
}
