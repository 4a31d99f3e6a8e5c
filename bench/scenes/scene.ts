import type { Core } from '../../core-wasm/host/core.ts';
import { BodyKind, ShapeKind, type SpawnBody } from '../../core-wasm/host/types.ts';

/** A world that is always the same, for figures and for hashes. */
export interface Scene {
  readonly about: string;
  /** Makes `core` the scene at its first frame. */
  build(core: Core): void;
  /** The frame that `core` needs next: a function of the core's state alone. */
  nextFrame(core: Core): Uint8Array;
}

export const SCENE_SEED = 7;

/** Applies `write`'s commands in one frame; steps three ticks. */
export function command(core: Core, write: () => void): void {
  core.frameBegin(core.frame, core.stateHash());
  write();
  const { wire, faults } = core.stepFrame(core.frameEnd());
  if (wire !== 0 || faults !== 0) throw new Error(`scene refused: wire ${wire}, faults ${faults}`);
}

/** A frame in which nobody does anything. */
export function idleFrame(core: Core): Uint8Array {
  core.frameBegin(core.frame, core.stateHash());
  return core.frameEnd();
}

type Vector = readonly [number, number, number];

/** A body at rest with the usual material. */
export function bodyAt(
  entity: number,
  shape: ShapeKind,
  size: Vector,
  position: Vector,
  kind: BodyKind = BodyKind.DYNAMIC,
): SpawnBody {
  return {
    entity,
    kind,
    shape,
    size,
    position,
    rotation: [0, 0, 0, 1],
    linearVelocity: [0, 0, 0],
    angularVelocity: [0, 0, 0],
    density: 400,
    friction: 0.6,
    restitution: 0.1,
  };
}

const WALL_HEIGHT_M = 4;

/** A static floor with four walls around the origin of the region, `half` metres to each side. */
export function addPen(core: Core, half: number, floor: number, after: number): number {
  const walls: ReadonlyArray<readonly [size: Vector, position: Vector]> = [
    [
      [half, 0.5, half],
      [0, floor - 0.5, 0],
    ],
    [
      [half, WALL_HEIGHT_M, 0.5],
      [0, floor + WALL_HEIGHT_M, half + 0.5],
    ],
    [
      [half, WALL_HEIGHT_M, 0.5],
      [0, floor + WALL_HEIGHT_M, -half - 0.5],
    ],
    [
      [0.5, WALL_HEIGHT_M, half],
      [half + 0.5, floor + WALL_HEIGHT_M, 0],
    ],
    [
      [0.5, WALL_HEIGHT_M, half],
      [-half - 0.5, floor + WALL_HEIGHT_M, 0],
    ],
  ];
  let entity = after;
  for (const [size, position] of walls) {
    entity = core.nextEntity(entity);
    core.addSpawnBody(bodyAt(entity, ShapeKind.BOX, size, position, BodyKind.STATIC));
  }
  return entity;
}
