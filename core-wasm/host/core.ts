import type { Abi } from './abi.ts';
import { BubbleWriter } from './bubble-writer.ts';
import { Codec } from './codec.ts';
import { type TickEvent, takeEvents } from './events.ts';
import { Interest } from './interest.ts';
import { type CoreModule, instantiate, instantiateNow } from './load-core.ts';
import { type Memory, openMemory } from './memory.ts';
import { type MoverColumns, takeMovers } from './movers.ts';
import { Queries } from './queries.ts';
import { Rewind } from './rewind.ts';
import { Shrinker } from './shrinker.ts';
import { STEP_STAGES } from './stages.ts';
import { TICKS_PER_FRAME, WireFault } from './types.ts';

export {
  CLIENT_MESSAGE_BYTES_MAX,
  Codec,
  NO_CHANGE,
  REPAIR_HASHES_MAX,
  SERVER_MESSAGE_BYTES_MAX,
} from './codec.ts';
export { emptyBodies, emptyPlayers, growBodies, growPlayers } from './columns.ts';
export { emptyBoxes, emptyContacts } from './debug-view.ts';
export { bodyPose, meshPose, type Pose3 } from './definition-pose.ts';
export { type AddJoint, emptyJoints, type JointColumns, JointKind } from './joints.ts';
export { type CoreModule, compileCore } from './load-core.ts';
export { emptyMovers, type MoverColumns } from './movers.ts';
export type { Terrain } from './state-reader.ts';

/**
 * One world and its codec. Everything that touches the artifact's memory is in this folder.
 * A broken invariant inside the core traps: the call throws `WebAssembly.RuntimeError`, the
 * instance is dead: `reopen`, and rebuild the world from a checkpoint.
 */
export class Core extends Shrinker {
  private parts: Parts;
  private past: Rewind | null = null;
  /** Bytes of the open snapshot whose movers were not hashed yet, else 0. */
  private openLength = 0;

  /** A core with an empty world, in a memory of its own: 160 MiB of which little is touched. */
  static async create(module: CoreModule): Promise<Core> {
    const core = new Core(module, await instantiate(module));
    core.reset(0);
    return core;
  }

  private constructor(module: CoreModule, abi: Abi) {
    super(module, abi);
    this.parts = partsOf(abi, this.memory);
  }

  /** Rays, casts, overlaps and nearest points in the state as it is. */
  get queries(): Queries {
    return this.parts.queries;
  }

  /** What each client simulates, and the ghosts that it is told of. */
  get interest(): Interest {
    return this.parts.interest;
  }

  /** What each client is told of a frame. */
  get bubbles(): BubbleWriter {
    return this.parts.bubbles;
  }

  /**
   * After a trap, or when its memory went bad: a new instance in the old one's place, with an empty
   * world. What was kept of the past is forgotten, and so are all observers. Takes milliseconds.
   */
  reopen(): void {
    this.past?.forget();
    this.past = null;
    this.openLength = 0;
    this.abi = instantiateNow(this.module);
    this.memory = openMemory(this.abi);
    this.parts = partsOf(this.abi, this.memory);
    this.reset(0);
  }

  /** An empty world at tick 0 on the terrain of `seed` (u32). */
  reset(seed: number): void {
    this.abi.worldReset(seed);
  }

  /**
   * Makes `bytes` the frame of the current three ticks. Within the frame it may be called again
   * with a corrected version: inputs count from then on, commands only at the first tick. What was
   * loaded stays loaded when `bytes` are refused.
   */
  loadFrame(bytes: Uint8Array): WireFault {
    if (bytes.length > this.memory.frameBytesMax) return WireFault.TOO_LONG;
    this.memory.bytes.set(bytes, this.memory.frame);
    return this.abi.frameLoad(bytes.length) as WireFault;
  }

  /**
   * Reads whom the loaded frame concerns, at its first tick. Returns entity indices whose groups
   * everybody must have in this frame: they become static, or cease to be.
   */
  openFrame(): Uint16Array {
    this.abi.frameOpen();
    const first = (this.abi.forcedAddress.value as number) >>> 1;
    return this.memory.u16.slice(first, first + this.abi.frameForced());
  }

  /** One tick. Without a loaded frame every player keeps the last intent. Bits of `StepFault`. */
  step(): number {
    return this.abi.worldStep();
  }

  /**
   * `step`, bit for bit, that adds to `into` the milliseconds that each of `STEP_STAGES` took, by
   * its index. The core has no clock: `nowMs` is asked between the stages, and must not touch this
   * core; when it throws, the state is void until another is restored. Throws a RangeError when
   * `into` has no room for every stage.
   */
  stepTimed(nowMs: () => number, into: Float64Array): number {
    if (into.length < STEP_STAGES.length) throw new RangeError('no room for every stage');
    let beganMs = nowMs();
    for (let stage = this.abi.worldStage(); stage >= 0; stage = this.abi.worldStage()) {
      const endedMs = nowMs();
      into[stage] = (into[stage] as number) + (endedMs - beganMs);
      beganMs = endedMs;
    }
    return this.abi.worldFaults();
  }

  /**
   * Loads the frame and steps to its end, `before` each tick having a look. When it is refused
   * nothing is stepped.
   */
  stepFrame(bytes: Uint8Array, before?: () => void): { wire: WireFault; faults: number } {
    const wire = this.loadFrame(bytes);
    let faults = 0;
    if (wire !== WireFault.NONE) return { wire, faults };
    do {
      before?.();
      faults |= this.step();
    } while (this.tick % TICKS_PER_FRAME !== 0);
    return { wire, faults };
  }

  /**
   * What the last tick did that somebody must hear of, in the order in which it happened. After
   * `stepPart` of those bodies alone that it computed.
   */
  events(): TickEvent[] {
    return takeEvents(this.memory, this.abi);
  }

  /** Hash of the whole state; equal worlds have equal hashes however they came about. */
  stateHash(): bigint {
    return BigInt.asUintN(64, this.abi.worldHash());
  }

  /** The state as bytes; uses `into` when it is large enough, else a new array. */
  snapshot(into?: Uint8Array): Uint8Array {
    const length = this.abi.worldSave();
    const { bytes, staging } = this.memory;
    if (!into || into.length < length) return bytes.slice(staging, staging + length);
    into.set(bytes.subarray(staging, staging + length));
    return into.subarray(0, length);
  }

  /** Replaces the state; a refused snapshot changes nothing. */
  restore(snapshot: Uint8Array): WireFault {
    if (snapshot.length > this.memory.stagingBytes) return WireFault.TOO_LONG;
    this.memory.bytes.set(snapshot, this.memory.staging);
    return this.abi.worldLoad(snapshot.length) as WireFault;
  }

  /** Every body that may move, in entity order. */
  readMovers(into: MoverColumns): void {
    takeMovers(this.abi, this.memory, into);
  }

  /** The index of an entity, the low 16 bits of its id, is below this. */
  get entityCapacity(): number {
    return this.abi.entityCapacity.value;
  }

  /** Island of each mover in the last tick, to be kept with the snapshot before it. */
  islands(into?: Uint16Array): Uint16Array {
    const count = this.abi.moverCount();
    const words = this.memory.u16.subarray(this.islandsWord, this.islandsWord + count);
    if (!into || into.length < count) return words.slice();
    into.set(words);
    return into.subarray(0, count);
  }

  private get islandsWord(): number {
    return (this.abi.islandsAddress.value as number) >>> 1;
  }

  /** Opens a partial rollback: the state is one of the old timeline's. */
  beginPart(): void {
    this.abi.partBegin();
  }

  /**
   * Call before every tick in which a player's input differs from the old timeline's: a mark lasts
   * one tick, what has come of it is found by itself.
   */
  markChanged(entity: number): void {
    this.abi.partChanged(entity);
  }

  /**
   * One tick that computes only what differs from the old timeline, bit-equal to `step`.
   * `next`: the old timeline's snapshot after this tick; `islands`: what `islands` gave for it.
   * Null when the timelines differ in more than inputs (a spawn, a despawn): the state is then
   * void; restore, and `step` instead.
   */
  stepPart(next: Uint8Array, islands: Uint16Array): number | null {
    if (next.length > this.memory.stagingBytes || islands.length !== this.abi.moverCount())
      return null;
    this.memory.bytes.set(next, this.memory.staging);
    this.memory.u16.set(islands, (this.abi.oldIslandsAddress.value as number) >>> 1);
    const faults = this.abi.partStep(next.length);
    return faults === -1 ? null : faults;
  }

  /** How many movers the last tick computed: those awake, and in `stepPart` whom news touched. */
  get computedCount(): number {
    return this.abi.computedCount();
  }

  /** Whether the last tick computed this mover. */
  wasComputed(entity: number): boolean {
    return this.abi.wasComputed(entity) === 1;
  }

  /**
   * By entity index: the group of each mover, named by its lowest index. Movers are of one group
   * when they could have felt each other since the frame began; whoever has whole groups computes
   * them as the whole world does. Means something at the end of a frame stepped from its start.
   */
  groups(into?: Uint16Array): Uint16Array {
    const count = this.abi.groupsFlatten();
    const first = (this.abi.groupsAddress.value as number) >>> 1;
    const words = this.memory.u16.subarray(first, first + count);
    if (!into || into.length < count) return words.slice();
    into.set(words);
    return into.subarray(0, count);
  }

  /**
   * Bodies out of a snapshot, with their players, joints and contacts: whole groups of the frame
   * that begins with it. Null when the snapshot is none, a body is not there, or the set is not
   * closed: a joint, a grip or a contact would be cut.
   */
  exportPart(snapshot: Uint8Array, ids: ArrayLike<number>): Uint8Array | null {
    return this.openSnapshot(snapshot) ? this.takePart(ids) : null;
  }

  /**
   * Checks a snapshot, once for any number of `takePart` and `proofOfPart`. Nothing else of this
   * core may be called between these but `takeBase` and `bubbles`. False when it is none.
   */
  openSnapshot(snapshot: Uint8Array): boolean {
    const { bytes, staging, stagingBytes } = this.memory;
    if (snapshot.length > stagingBytes) return false;
    bytes.set(snapshot, staging);
    this.openLength = snapshot.length;
    return this.abi.excerptOpen(snapshot.length) === WireFault.NONE;
  }

  /**
   * `openSnapshot` without the check, for bytes that `snapshot` of this core gave and that nobody
   * else had: others can make the core trap.
   */
  openOwnSnapshot(snapshot: Uint8Array): void {
    this.memory.bytes.set(snapshot, this.memory.staging);
    this.openLength = snapshot.length;
    this.abi.excerptOpenOwn();
  }

  /** `exportPart` from the open snapshot. */
  takePart(ids: ArrayLike<number>): Uint8Array | null {
    const length = this.list(ids) ? this.abi.excerptTake(ids.length) : -1;
    return length < 0 ? null : this.takeExcerpt(length);
  }

  /** The open snapshot without anybody who moves: what every newcomer begins with. */
  takeBase(): Uint8Array {
    const length = this.abi.excerptBase();
    const first = this.abi.excerptAddress.value as number;
    return this.memory.bytes.slice(first, first + length);
  }

  /**
   * Proof of these movers of the open snapshot, each given once, with their players, joints and
   * contacts, and of all that is static; never 0n. Equal on two ends that have these movers and the
   * same statics. Null when one is not there. Costs a sum once the first call hashed them all.
   */
  proofOfPart(ids: ArrayLike<number>): bigint | null {
    if (this.openLength > 0) {
      if (this.abi.proofOpen(this.openLength) !== WireFault.NONE) return null;
      this.openLength = 0;
    }
    return this.list(ids) ? this.proofOfListed(ids.length) : null;
  }

  /** The proof of everything that moves in a snapshot; null when it is none. It may be unsound. */
  proofOf(snapshot: Uint8Array): bigint | null {
    const { bytes, staging, stagingBytes } = this.memory;
    if (snapshot.length > stagingBytes) return null;
    bytes.set(snapshot, staging);
    this.openLength = 0;
    if (this.abi.proofOpen(snapshot.length) !== WireFault.NONE) return null;
    return this.proofOfListed(this.abi.excerptMovers());
  }

  /** The proof of everything that moves in this world; 0n where its state went bad. */
  proof(): bigint {
    this.openLength = 0;
    // Only memory that went bad has no form.
    if (this.abi.proofOpen(this.abi.worldSave()) !== WireFault.NONE) return 0n;
    return this.proofOfListed(this.abi.excerptMovers()) ?? 0n;
  }

  private proofOfListed(count: number): bigint | null {
    const proof = BigInt.asUintN(64, this.abi.proofOfSet(count));
    return proof === 0n ? null : proof;
  }

  /**
   * After a proof: 32 bits of the hash of each of these movers, which were in the snapshot or world
   * that was proven. Where they are equal on two ends, the movers are.
   */
  moverHashes(ids: ArrayLike<number>): Uint32Array {
    const first = (this.abi.hashesAddress.value as number) >>> 2;
    const hashes = new Uint32Array(ids.length);
    for (let i = 0; i < ids.length; i++) {
      hashes[i] = this.memory.u32[first + ((ids[i] as number) & 0xffff) * 2] as number;
    }
    return hashes;
  }

  /** The movers of the snapshot, or of the world, that was proven as a whole; in entity order. */
  provenMovers(): Uint32Array {
    const count = this.abi.excerptMovers();
    const first = (this.abi.listedAddress.value as number) >>> 2;
    return this.memory.u32.slice(first, first + count);
  }

  /**
   * Hash of the state without what is static, looks and generations: cheap enough for each tick. Of
   * no use but to be compared with that of the same tick of the same world, computed again.
   */
  movingHash(): bigint {
    return BigInt.asUintN(64, this.abi.movingHash());
  }

  /** `movingHash` of a world in this state, be it sound or not; 0n when it is none. */
  movingHashOf(snapshot: Uint8Array): bigint {
    if (snapshot.length > this.memory.stagingBytes) return 0n;
    this.memory.bytes.set(snapshot, this.memory.staging);
    return BigInt.asUintN(64, this.abi.movingHashStaged(snapshot.length));
  }

  /**
   * Puts exported bodies in, at the tick that they were taken at. Between frames: a loaded frame
   * is dropped. `WRONG_FRAME` for another tick, seed, gravity or water. A refusal changes nothing.
   */
  insertPart(part: Uint8Array): WireFault {
    if (part.length > this.memory.stagingBytes) return WireFault.TOO_LONG;
    this.memory.bytes.set(part, this.memory.staging);
    return this.abi.excerptInsert(part.length) as WireFault;
  }

  /**
   * Removes a closed set of bodies without a trace, unlike a despawn, which wakes who leaned on
   * them. Between frames. False, and nothing changed, for what `exportPart` would not
   * take, for a static body that a joint, a grip or feet still need, and in a state that went bad.
   */
  removePart(ids: ArrayLike<number>): boolean {
    return this.list(ids) && this.abi.excerptRemove(ids.length) === 1;
  }

  /**
   * Begins to keep the poses of the last `ticks` (1…30) for queries into the past; the caller
   * captures each tick. One a core: an earlier one forgets.
   */
  keepPast(ticks: number): Rewind {
    this.past?.forget();
    this.past = new Rewind(this.abi, this.memory, ticks);
    return this.past;
  }

  /** Line and column of the assert that trapped, for the incident's record. */
  faultSite(): { line: number; column: number } {
    const at = (this.abi.faultSiteAddress.value as number) >>> 2;
    return { line: this.memory.u32[at] as number, column: this.memory.u32[at + 1] as number };
  }
}

/** What works on the same instance. */
interface Parts {
  readonly queries: Queries;
  readonly interest: Interest;
  readonly bubbles: BubbleWriter;
}

function partsOf(abi: Abi, memory: Memory): Parts {
  const interest = new Interest(abi, memory);
  const bubbles = new BubbleWriter(abi, memory, interest.capacity);
  return { queries: new Queries(abi, memory, null), interest, bubbles };
}

/** The wire half alone, for who needs no world. */
export async function createCodec(module: CoreModule): Promise<Codec> {
  return new Codec(module, await instantiate(module));
}
