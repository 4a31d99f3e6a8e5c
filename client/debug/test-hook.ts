import type { PlayerColumns } from '../../core-wasm/host/types.ts';
import { rowOfBody } from '../input/held.ts';
import type { FrameLoop } from '../view/frame.ts';

/** What a test in a browser may read; nothing here changes anything. */
export interface TestHook {
  readonly connection: string;
  readonly tick: number;
  readonly frame: number;
  readonly confirmedFrame: number;
  /** Newest frame at whose first tick the server proved the state, −1 before the first. */
  readonly provenFrame: number;
  readonly entity: number;
  readonly rollbacks: number;
  readonly desyncs: number;
  /** Where the own player's foot is drawn, m. */
  readonly position: readonly [number, number, number];
  /** Radians, counter-clockwise. */
  readonly yaw: number;
  /** Radians up. */
  readonly pitch: number;
  /** Entities in the left and the right hand, 0 for none. */
  readonly held: readonly [number, number];
  readonly framesDrawn: number;
  /** Everybody in the world as drawn, oneself included. */
  players(): PlayerSeen[];
  /** Players beyond the bubble as drawn; `entity` is a ghost's key, and holds nothing. */
  ghosts(): PlayerSeen[];
  /** Where a body is drawn, m; null when there is none. */
  bodyPosition(entity: number): readonly [number, number, number] | null;
  /** Entities of all bodies, players and hands included. */
  bodies(): number[];
}

export interface PlayerSeen {
  readonly entity: number;
  /** The foot, m. */
  readonly position: readonly [number, number, number];
  /** Entities in the left and the right hand, 0 for none. */
  readonly held: readonly [number, number];
}

/** Puts `globalThis.spacetime` there; called only for pages opened with `?debug`. */
export function exposeTestHook(loop: FrameLoop): void {
  Object.defineProperty(globalThis, 'spacetime', { value: Object.freeze(hookOf(loop)) });
}

function hookOf(loop: FrameLoop): TestHook {
  const { session, control, held } = loop.stage;
  const { status } = session;
  return {
    get connection() {
      return status.connection;
    },
    get tick() {
      return status.tick;
    },
    get frame() {
      return status.frame;
    },
    get confirmedFrame() {
      return status.confirmedFrame;
    },
    get provenFrame() {
      return status.provenFrame;
    },
    get entity() {
      return status.entity;
    },
    get rollbacks() {
      return status.rollbacks;
    },
    get desyncs() {
      return status.desyncs;
    },
    get position() {
      return triple(loop.players.feet, loop.ownRow);
    },
    get yaw() {
      return control.yaw;
    },
    get pitch() {
      return control.pitch;
    },
    get held(): [number, number] {
      return [held.left, held.right];
    },
    get framesDrawn() {
      return loop.framesDrawn;
    },
    players: () => playersSeen(loop.players),
    ghosts: () => playersSeen(loop.stage.session.ghosts.shown),
    bodyPosition(entity) {
      const row = rowOfBody(loop.bodies, entity);
      return row < 0 ? null : triple(loop.bodies.positions, row);
    },
    bodies: () => [...loop.bodies.ids.subarray(0, loop.bodies.count)],
  };
}

function playersSeen({ count, ids, feet, held }: PlayerColumns): PlayerSeen[] {
  return Array.from({ length: count }, (_, row) => ({
    entity: ids[row] ?? 0,
    position: triple(feet, row),
    held: [held[row * 2] ?? 0, held[row * 2 + 1] ?? 0],
  }));
}

function triple(column: Float32Array, row: number): [number, number, number] {
  if (row < 0) return [0, 0, 0];
  return [column[row * 3] ?? 0, column[row * 3 + 1] ?? 0, column[row * 3 + 2] ?? 0];
}
