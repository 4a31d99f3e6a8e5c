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
}

/**
 * The store port in memory and virtual time: what was acknowledged survives every crash of the
 * server, what was not is gone, as with a real database that syncs.
 */
export class MemoryStore implements Store {
  readonly weather: StoreWeather = { writeDelayMs: 5, away: false };
  private readonly clock: Clock;
  private epoch = 0;
  private seed: number | null = null;
  private kept: JournalGroup[] = [];
  private saved: Checkpoint[] = [];
  private readonly names: string[] = [];
  private readonly lastSeen = new Map<number, PlayerProjection>();

  constructor(clock: Clock) {
    this.clock = clock;
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
    yield* this.kept.filter((group) => group.lastFrame >= fromFrame);
  }

  appendGroup(lease: RegionLease, group: JournalGroup, projection: Projection) {
    const payload = group.payload.slice();
    return this.write(lease, () => {
      if ((this.kept.at(-1)?.lastFrame ?? -1) >= group.lastFrame) return;
      this.kept.push({ ...group, payload });
      for (const player of projection.players) this.lastSeen.set(player.account, player);
    });
  }

  truncateGroups(lease: RegionLease, fromFrame: number) {
    return this.write(lease, () => {
      this.kept = this.kept.filter((group) => group.lastFrame < fromFrame);
    });
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
        if (lease.epoch !== this.epoch) return resolve({ kind: 'lease-lost' });
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
