import type {
  Account,
  Checkpoint,
  CheckpointMark,
  Clock,
  CoreSpan,
  JournalGroup,
  PlacedPiece,
  PlayerProjection,
  Projection,
  ReadCheckpoint,
  RegionLease,
  SceneEvent,
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
  /** By frame; a thinned one has no bytes of state. */
  private readonly saved = new Map<number, Checkpoint>();
  private readonly cores = new Map<string, Uint8Array>();
  /** Groups as they were before they were altered, by first frame. */
  private readonly pristine = new Map<number, JournalGroup>();
  private cutFrame: number | null = null;
  private readonly names: string[] = [];
  private readonly lastSeen = new Map<number, PlayerProjection>();
  private readonly standing = new Map<number, PlacedPiece>();
  /** What happened to the region as a whole. */
  readonly scenes: SceneEvent[] = [];

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
    return [...this.saved.keys()].sort((a, b) => a - b);
  }

  /** Past every cache: what lies there. */
  get atRest(): Pick<Store, 'checkpoints' | 'coreSpans' | 'groups'> {
    const from = (frame: number) => this.kept.filter(({ lastFrame }) => lastFrame >= frame);
    return {
      checkpoints: () => this.checkpoints(),
      coreSpans: () => this.coreSpans(),
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
    const newest = this.saved.get(this.checkpointFrames.at(-1) ?? -1);
    if (newest === undefined) return;
    const state = newest.state.slice();
    const at = Math.floor(random() * state.length);
    state[at] = (state[at] as number) ^ (1 << Math.floor(random() * 8));
    this.saved.set(newest.frame, { ...newest, state });
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

  async regionSeed() {
    return this.seed;
  }

  async *checkpoints(_region = 0, newestFrame = Infinity): AsyncIterable<Checkpoint> {
    const marks = [...this.saved.values()].filter(({ frame }) => frame <= newestFrame);
    for (const { frame } of marks.sort((a, b) => b.frame - a.frame)) {
      const read = await this.readCheckpoint(0, frame);
      if (read.kind === 'sound') yield read.checkpoint;
    }
  }

  async checkpointMarks(
    _region: number,
    which: 'all' | 'with-state',
  ): Promise<readonly CheckpointMark[]> {
    return [...this.saved.values()]
      .sort((a, b) => a.frame - b.frame)
      .map(({ state, ...mark }) => ({ ...mark, hasState: state.length > 0 }))
      .filter(({ hasState }) => which === 'all' || hasState);
  }

  async coreSpans(): Promise<readonly CoreSpan[]> {
    const marks = [...this.saved.values()].sort((a, b) => a.frame - b.frame);
    return marks
      .filter(({ coreHash }, index) => marks[index - 1]?.coreHash !== coreHash)
      .map(({ frame, coreHash, schemaHash }) => ({ fromFrame: frame, coreHash, schemaHash }));
  }

  async readCheckpoint(_region: number, frame: number): Promise<ReadCheckpoint> {
    const checkpoint = this.saved.get(frame);
    const isThere = checkpoint !== undefined && checkpoint.state.length > 0;
    return isThere ? { kind: 'sound', checkpoint } : { kind: 'absent' };
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
      for (const piece of projection.pieces?.placed ?? []) this.standing.set(piece.entity, piece);
      for (const entity of projection.pieces?.removed ?? []) this.standing.delete(entity);
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
      this.saved.set(checkpoint.frame, { ...checkpoint, state });
    });
  }

  thinCheckpoints(lease: RegionLease, frames: readonly number[]) {
    return this.write(lease, () => {
      for (const frame of frames) {
        const old = this.saved.get(frame);
        if (old !== undefined) this.saved.set(frame, { ...old, state: new Uint8Array(0) });
      }
    });
  }

  pruneJournal(lease: RegionLease, frame: number) {
    return this.write(lease, () => {
      this.kept = this.kept.filter((group) => group.lastFrame >= frame);
      for (const old of this.saved.values()) {
        if (old.frame < frame && old.state.length === 0) this.saved.delete(old.frame);
      }
    });
  }

  dropCheckpointsAfter(lease: RegionLease, frame: number) {
    return this.write(lease, () => {
      for (const later of this.saved.keys()) if (later > frame) this.saved.delete(later);
    });
  }

  async keepCore(coreHash: string, wasm: Uint8Array) {
    this.cores.set(coreHash, wasm);
  }

  async keptCore(coreHash: string) {
    return this.cores.get(coreHash) ?? null;
  }

  async pieces(): Promise<PlacedPiece[]> {
    return [...this.standing.values()];
  }

  noteScene(lease: RegionLease, event: SceneEvent) {
    return this.write(lease, () => {
      this.scenes.push(event);
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
      regionSeed: alive((region) => store.regionSeed(region)),
      checkpoints: (region, newestFrame) => store.checkpoints(region, newestFrame),
      checkpointMarks: alive((region, which) => store.checkpointMarks(region, which)),
      coreSpans: alive((region) => store.coreSpans(region)),
      readCheckpoint: alive((region, frame) => store.readCheckpoint(region, frame)),
      groups: (region, fromFrame) => store.groups(region, fromFrame),
      appendGroup: alive((lease, group, picture) => store.appendGroup(lease, group, picture)),
      truncateGroups: alive((lease, fromFrame) => store.truncateGroups(lease, fromFrame)),
      saveCheckpoint: alive((lease, checkpoint) => store.saveCheckpoint(lease, checkpoint)),
      thinCheckpoints: alive((lease, frames) => store.thinCheckpoints(lease, frames)),
      pruneJournal: alive((lease, frame) => store.pruneJournal(lease, frame)),
      dropCheckpointsAfter: alive((lease, frame) => store.dropCheckpointsAfter(lease, frame)),
      keepCore: alive((coreHash, wasm) => store.keepCore(coreHash, wasm)),
      keptCore: alive((coreHash) => store.keptCore(coreHash)),
      pieces: alive((region) => store.pieces(region)),
      noteScene: alive((lease, event) => store.noteScene(lease, event)),
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
