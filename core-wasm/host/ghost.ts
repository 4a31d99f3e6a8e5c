import { WireFault } from './types.ts';

/** A player whom a client sees and does not simulate, as he was after the frame. */
export interface Ghost {
  /** Index and the low 4 bits of the generation, as `ghostKeyOf` gives it for an entity id. */
  readonly key: number;
  readonly account: number;
  /** Foot below the head, m; within 3.1 cm on the ground and 1.9 cm in height. */
  readonly position: readonly [x: number, y: number, z: number];
  /** Radians, counter-clockwise from above, 0…2π; within 1.5°, of a near one within 0.4°. */
  readonly yaw: number;
  /** Over the ground, m/s; within 0.25. */
  readonly velocity: readonly [x: number, z: number];
  /** Null for one who is far. */
  readonly near: GhostParts | null;
}

/** Head and hands, within 2 cm on each axis. */
export interface GhostParts {
  /** From the foot up, m. */
  readonly headHeight: number;
  /** Radians up; within 6°. */
  readonly pitch: number;
  /** From `Ghost.position` in the player's own axes (+x right, −z ahead), m. */
  readonly left: readonly [x: number, y: number, z: number];
  readonly right: readonly [x: number, y: number, z: number];
}

/** Whose ghost it may be: at most one entity that is there at one time. */
export function ghostKeyOf(entity: number): number {
  return entity & (GENERATION_LOW | INDEX);
}

// Of `core-wasm/assembly/wire/bubble/ghost-record.ts`, which lays the bits out.
const INDEX = 0x7fff;
const GENERATION_LOW = 0xf << 16;
const NEAR = 1 << 15;
const INTRODUCES = 1 << 16;
const FAR_BYTES = 10;
const NEAR_BYTES = 16;
const ACCOUNT_BYTES = 4;
const REGION_M = 500;
const FLOOR_M = -200;
const HEIGHT_M = 1200;
const PLACE_STEP_M = REGION_M / 16384;
const FOOT_STEP_M = HEIGHT_M / 32768;
const PART_STEP_M = 0.04;
const VELOCITY_STEP_MPS = 0.5;
const TURN = 2 * Math.PI;

/** Bytes of the ghost that begins with this word. */
export function ghostLength(head: number): number {
  const form = (head & NEAR) === 0 ? FAR_BYTES : NEAR_BYTES;
  return (head & INTRODUCES) === 0 ? form : form + ACCOUNT_BYTES;
}

/** Reads the ghosts of one connection: each says once whose he is. */
export class GhostReader {
  /** Account by key; the newest of each index, so that there are never more than entities. */
  private readonly known = new Map<number, { readonly key: number; readonly account: number }>();

  /** Nobody is known any more. */
  begin(): void {
    this.known.clear();
  }

  /** One whole record; a fault for one of whom nothing was told. */
  read(bytes: Uint8Array): Ghost | WireFault {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const first = view.getUint32(0, true);
    const isNear = (first & NEAR) !== 0;
    const key = (first & INDEX) | (((first >>> 17) & 15) << 16);
    if ((first & INTRODUCES) !== 0) {
      const account = view.getUint32(isNear ? NEAR_BYTES : FAR_BYTES, true);
      this.known.set(key & INDEX, { key, account });
    }
    const who = this.known.get(key & INDEX);
    if (who?.key !== key) return WireFault.OUT_OF_RANGE;
    const place = view.getUint32(4, true);
    const rest = view.getUint16(8, true);
    const foot = ((place >>> 28) << 11) | (rest & 0x7ff);
    return {
      key,
      account: who.account,
      position: [
        (place & 0x3fff) * PLACE_STEP_M - REGION_M / 2,
        foot * FOOT_STEP_M + FLOOR_M,
        ((place >>> 14) & 0x3fff) * PLACE_STEP_M - REGION_M / 2,
      ],
      yaw: yawOf((first >>> 21) & 63, isNear ? (view.getUint16(10, true) >>> 6) & 3 : null),
      velocity: [velocityOf(first >>> 27), velocityOf(rest >>> 11)],
      near: isNear ? partsOf(view) : null,
    };
  }
}

/** Without its low bits it is the middle of those that it may be. */
function yawOf(high: number, low: number | null): number {
  return ((high * 4 + (low ?? 1.5)) / 256) * TURN;
}

function velocityOf(code: number): number {
  return (code - 16) * VELOCITY_STEP_MPS;
}

function partsOf(view: DataView): GhostParts {
  const head = view.getUint16(10, true);
  const hands = view.getUint32(12, true);
  const rightZ = ((head >>> 12) << 2) | (hands >>> 30);
  return {
    headHeight: (head & 63) * PART_STEP_M,
    pitch: ((((head >>> 8) & 15) - 8) / 16) * Math.PI,
    left: [sideOf(hands), upOf(hands >>> 6), sideOf(hands >>> 12)],
    right: [sideOf(hands >>> 18), upOf(hands >>> 24), sideOf(rightZ)],
  };
}

function sideOf(code: number): number {
  return ((code & 63) - 32) * PART_STEP_M;
}

function upOf(code: number): number {
  return (code & 63) * PART_STEP_M;
}
