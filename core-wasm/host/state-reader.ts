import { Codec } from './codec.ts';
import { growBodies, growPlayers } from './columns.ts';
import { type Boxes, type ContactPoints, takeBoxes, takeContacts } from './debug-view.ts';
import { type JointColumns, readJoints } from './joints.ts';
import type {
  BodyColumns,
  CompoundPiece,
  DefinitionFrame,
  PlayerColumns,
  Region,
  ShapeKind,
} from './types.ts';
import { TICKS_PER_FRAME } from './types.ts';

// Words of the header and of the records; `assembly/` asserts the sizes that they rest on.
const HEADER_TICK = 0;
const HEADER_SEED = 1;
const HEADER_MOVERS = 2;
const HEADER_PLAYERS = 3;
const HEADER_CONTACTS = 4;
const HEADER_STATICS = 6;
const HEADER_JOINTS = 8;
const HEADER_DEFINITIONS = 9;
const HEADER_WATER_LEVEL = 10;
const HEADER_GRAVITY = 12;
const BODY_ROTATION = 4;
const BODY_LINEAR = 8;
const BODY_ANGULAR = 12;
const BODY_SIZE = 16;
const BODY_ID = 24;
const BODY_KINDS = 100;
/** Word whose lower half is the definition. */
const BODY_DEFINITION = 34;
/** moveX, moveZ and, in the upper half, yaw. */
const PLAYER_INTENT = 0;
const PLAYER_YAW_BYTE = 2;
const PLAYER_PITCH_BYTE = 4;
const PLAYER_BUTTONS_BYTE = 6;
const PLAYER_GROUNDED_BYTE = 10;
const PLAYER_SUBMERSION = 9;
const PLAYER_ENERGY = 10;
const PLAYER_ID = 12;
const PLAYER_ACCOUNT = 13;
const PLAYER_LEFT_HAND = 14;
const PLAYER_RIGHT_HAND = 15;
const PLAYER_LEFT_HELD = 40;
const PLAYER_RIGHT_HELD = 52;

/** The heightfield as the core made it from the seed. */
export interface Terrain {
  readonly verticesPerSide: number;
  /** Metres between vertices. */
  readonly spacing: number;
  /** Heights in metres, row-major: `heights[z * verticesPerSide + x]`, centred on the origin. */
  readonly heights: Float32Array;
}

/** What can be read of a world without changing it. */
export class StateReader extends Codec {
  private header(word: number): number {
    return this.memory.u32[(this.abi.stateAddress.value >>> 2) + word] as number;
  }

  get seed(): number {
    return this.header(HEADER_SEED);
  }

  /** The tick that the next `step` computes. */
  get tick(): number {
    return this.header(HEADER_TICK);
  }

  /** The frame that `tick` belongs to. */
  get frame(): number {
    return Math.floor(this.tick / TICKS_PER_FRAME);
  }

  /** Movers and statics, players' parts among them. */
  get bodyCount(): number {
    return this.header(HEADER_MOVERS) + this.header(HEADER_STATICS);
  }

  /** Gravity and water, as the last `addSetRegion` left them. */
  get region(): Region {
    const at = this.abi.stateAddress.value >>> 2;
    const float = (word: number): number => this.memory.f32[at + word] as number;
    return {
      gravity: [float(HEADER_GRAVITY), float(HEADER_GRAVITY + 1), float(HEADER_GRAVITY + 2)],
      waterLevel: float(HEADER_WATER_LEVEL),
    };
  }

  get playerCount(): number {
    return this.header(HEADER_PLAYERS);
  }

  get jointCount(): number {
    return this.header(HEADER_JOINTS);
  }

  /** Manifolds that carry an impulse into the next tick. */
  get contactCount(): number {
    return this.header(HEADER_CONTACTS);
  }

  /** True while a body's island rests: it costs nothing until something touches it. */
  isAsleep(id: number): boolean {
    return this.abi.isAsleep(id) === 1;
  }

  /** True while a body has this id, generation and all. */
  hasEntity(id: number): boolean {
    return this.abi.entitySlot(id) >= 0;
  }

  /** A free id with a higher index than `after`'s, 0 when there is none; chain calls to reserve. */
  nextEntity(after: number): number {
    return this.abi.entityNext(after) >>> 0;
  }

  /** True while a joint has this id, generation and all. */
  hasJoint(id: number): boolean {
    return this.abi.jointIndex(id) >= 0;
  }

  /** A free joint id with a higher index than `after`'s, 0 when there is none; chain to reserve. */
  nextJoint(after: number): number {
    return this.abi.jointNext(after) >>> 0;
  }

  /** Centre of mass in metres; false when there is no such entity. */
  bodyPosition(id: number, out: Float32Array): boolean {
    return this.readVector(id, 0, out);
  }

  /** m/s; false when there is no such entity. */
  bodyVelocity(id: number, out: Float32Array): boolean {
    return this.readVector(id, BODY_LINEAR, out);
  }

  /** rad/s in world axes; false when there is no such entity. */
  bodyAngularVelocity(id: number, out: Float32Array): boolean {
    return this.readVector(id, BODY_ANGULAR, out);
  }

  /** Unit quaternion x y z w; false when there is no such entity. */
  bodyRotation(id: number, out: Float32Array): boolean {
    return this.readVector(id, BODY_ROTATION, out, 4);
  }

  private readVector(id: number, word: number, out: Float32Array, lanes = 3): boolean {
    const slot = this.abi.entitySlot(id);
    if (slot < 0) return false;
    const at = this.bodyWord(slot) + word;
    for (let axis = 0; axis < lanes; axis++) out[axis] = this.memory.f32[at + axis] as number;
    return true;
  }

  private bodyWord(slot: number): number {
    return (this.abi.bodiesAddress.value + slot * this.abi.bodyBytes.value) >>> 2;
  }

  private playerWord(index: number): number {
    return (this.abi.playersAddress.value + index * this.abi.playerBytes.value) >>> 2;
  }

  /** Entity of an account's player, 0 when it has none here. */
  playerOfAccount(account: number): number {
    const count = this.playerCount;
    for (let i = 0; i < count; i++) {
      const at = this.playerWord(i);
      if (this.memory.u32[at + PLAYER_ACCOUNT] === account) {
        return this.memory.u32[at + PLAYER_ID] as number;
      }
    }
    return 0;
  }

  /** Every player, in entity order. */
  playerAccounts(): Array<{ entity: number; account: number; yaw: number }> {
    return Array.from({ length: this.playerCount }, (_, i) => {
      const at = this.playerWord(i);
      return {
        entity: this.memory.u32[at + PLAYER_ID] as number,
        account: this.memory.u32[at + PLAYER_ACCOUNT] as number,
        yaw: (this.memory.u32[at + PLAYER_INTENT] as number) >>> 16,
      };
    });
  }

  /** Every body, movers and statics merged into entity order. */
  readBodies(into: BodyColumns): void {
    const { u32 } = this.memory;
    const count = this.bodyCount;
    growBodies(into, count);
    into.count = count;
    const indexOf = (slot: number, end: number) =>
      slot < end
        ? (u32[this.bodyWord(slot) + BODY_ID] as number) & 0xffff
        : Number.POSITIVE_INFINITY;
    const movers = this.header(HEADER_MOVERS);
    const firstStatic = this.abi.firstStatic.value as number;
    const statics = firstStatic + this.header(HEADER_STATICS);
    let mover = 0;
    let fixed = firstStatic;
    for (let i = 0; i < count; i++) {
      const slot = indexOf(mover, movers) < indexOf(fixed, statics) ? mover++ : fixed++;
      this.readBody(slot, i, into);
    }
  }

  /** Another number whenever something static may have come, gone or changed. */
  get staticsRevision(): number {
    return this.abi.queryStaticsRevision() >>> 0;
  }

  /** Every static body, in entity order. */
  readStatics(into: BodyColumns): void {
    const first = this.abi.firstStatic.value as number;
    const count = this.header(HEADER_STATICS);
    growBodies(into, count);
    into.count = count;
    for (let i = 0; i < count; i++) this.readBody(first + i, i, into);
  }

  private readBody(slot: number, i: number, into: BodyColumns): void {
    const { u32, f32, bytes } = this.memory;
    const at = this.bodyWord(slot);
    into.ids[i] = u32[at + BODY_ID] as number;
    const kinds = at * 4 + BODY_KINDS;
    into.kinds[i] = bytes[kinds] as number;
    into.shapes[i] = bytes[kinds + 1] as number;
    into.roles[i] = bytes[kinds + 2] as number;
    into.definitions[i] = (u32[at + BODY_DEFINITION] as number) & 0xffff;
    for (let k = 0; k < 3; k++) {
      into.positions[i * 3 + k] = f32[at + k] as number;
      into.sizes[i * 3 + k] = f32[at + BODY_SIZE + k] as number;
    }
    for (let k = 0; k < 4; k++) into.rotations[i * 4 + k] = f32[at + BODY_ROTATION + k] as number;
  }

  /** Every joint and what it does. */
  readJoints(into: JointColumns): void {
    readJoints(this.abi, this.memory, this.jointCount, into);
  }

  /** Every player, in entity order. */
  readPlayers(into: PlayerColumns): void {
    const { u32, f32, field } = this.memory;
    const view = new DataView(this.memory.bytes.buffer);
    const count = this.playerCount;
    growPlayers(into, count);
    into.count = count;
    for (let i = 0; i < count; i++) {
      const at = this.playerWord(i);
      into.ids[i] = u32[at + PLAYER_ID] as number;
      into.accounts[i] = u32[at + PLAYER_ACCOUNT] as number;
      into.leftHands[i] = u32[at + PLAYER_LEFT_HAND] as number;
      into.rightHands[i] = u32[at + PLAYER_RIGHT_HAND] as number;
      into.yaws[i] = view.getUint16(at * 4 + PLAYER_YAW_BYTE, true);
      into.pitches[i] = view.getInt16(at * 4 + PLAYER_PITCH_BYTE, true);
      into.buttons[i] = view.getUint16(at * 4 + PLAYER_BUTTONS_BYTE, true);
      into.grounded[i] = view.getUint16(at * 4 + PLAYER_GROUNDED_BYTE, true);
      into.submersions[i] = f32[at + PLAYER_SUBMERSION] as number;
      into.energies[i] = f32[at + PLAYER_ENERGY] as number;
      into.held[i * 2] = u32[at + PLAYER_LEFT_HELD] as number;
      into.held[i * 2 + 1] = u32[at + PLAYER_RIGHT_HELD] as number;
      this.abi.playerExpose(i);
      for (let k = 0; k < 3; k++) into.feet[i * 3 + k] = f32[field + k] as number;
      for (let k = 0; k < 7; k++) {
        into.heads[i * 7 + k] = f32[field + 3 + k] as number;
        into.lefts[i * 7 + k] = f32[field + 10 + k] as number;
        into.rights[i * 7 + k] = f32[field + 17 + k] as number;
      }
    }
  }

  get terrain(): Terrain {
    const verticesPerSide = this.abi.terrainVertices.value as number;
    const first = (this.abi.terrainAddress.value as number) >>> 2;
    return {
      verticesPerSide,
      spacing: this.abi.terrainSpacing.value,
      heights: this.memory.f32.subarray(first, first + verticesPerSide * verticesPerSide),
    };
  }

  /** Metres; beyond the region the rim's cells go on. */
  terrainHeight(x: number, z: number): number {
    return this.abi.terrainHeightAt(x, z);
  }

  /** The points of every contact that carries an impulse, in entity order. */
  readContacts(into: ContactPoints): void {
    takeContacts(this.memory, this.abi.debugContacts(), into);
  }

  /** The bounds of every body that may move, in entity order, swept over the coming tick. */
  readBounds(into: Boxes): void {
    takeBoxes(this.memory, this.abi.debugBounds(), into);
  }

  /** Hulls and compounds that are defined. */
  get definitionCount(): number {
    return this.header(HEADER_DEFINITIONS);
  }

  /** How bodies of a definition stand in it, for drawing its mesh; null when there is none. */
  definitionFrame(id: number): DefinitionFrame | null {
    if (this.abi.definitionExpose(id & 0xffff) === 0) return null;
    const { f32, field } = this.memory;
    const number = (word: number): number => f32[field + word] as number;
    return {
      centre: [number(0), number(1), number(2)],
      rotation: [number(3), number(4), number(5), number(6)],
      volume: number(7),
      inertia: [number(8), number(9), number(10)],
    };
  }

  /**
   * Corners of a hull in body axes, and each face as indices into them, counter-clockwise from
   * outside: what the core took the given points for. Empty when there is no such hull.
   */
  hullMesh(id: number): { vertices: Float32Array; faces: number[][] } {
    const words = this.abi.definitionMesh(id & 0xffff);
    const { u32, f32, field } = this.memory;
    if (words === 0) return { vertices: new Float32Array(0), faces: [] };
    const vertexCount = u32[field] as number;
    const faces: number[][] = [];
    const first = field + 1 + vertexCount * 3;
    const corners = new Uint8Array(
      this.memory.bytes.buffer,
      first * 4,
      (field + words - first) * 4,
    );
    for (let at = 0; corners[at] !== 0; at += (corners[at] as number) + 1) {
      faces.push([...corners.subarray(at + 1, at + 1 + (corners[at] as number))]);
    }
    return { vertices: f32.slice(field + 1, first), faces };
  }

  /** The shapes of a compound, for drawing it. Empty when there is no such compound. */
  compoundPieces(id: number): CompoundPiece[] {
    const count = this.abi.definitionPieces(id & 0xffff);
    const { u32, f32, field } = this.memory;
    return Array.from({ length: count }, (_, i) => {
      const at = field + i * 12;
      const number = (word: number): number => f32[at + word] as number;
      return {
        shape: u32[at] as ShapeKind,
        definition: u32[at + 1] as number,
        size: [number(2), number(3), number(4)],
        position: [number(5), number(6), number(7)],
        rotation: [number(8), number(9), number(10), number(11)],
      };
    });
  }
}
