import { type Core, emptyBodies, emptyPlayers } from '../../core-wasm/host/core.ts';
import type { BodyColumns, PlayerColumns } from '../../core-wasm/host/types.ts';
import { Correction, type OnMoved, type PoseRows, type RowLayout } from './correction.ts';

/** The part of the core that can be looked at. */
export type ShownCore = Pick<Core, 'readBodies' | 'readPlayers'>;

interface Ticks<T> {
  previous: T;
  current: T;
}

type PartColumn = 'feet' | 'heads' | 'lefts' | 'rights';

const BODY_LAYOUT: RowLayout = { positionStride: 3, rotationStride: 4, rotationStart: 0 };
const FOOT_LAYOUT: RowLayout = { positionStride: 3, rotationStride: 0, rotationStart: 0 };
const PART_LAYOUT: RowLayout = { positionStride: 7, rotationStride: 7, rotationStart: 3 };

const NOBODY: readonly number[] = [];

/** What the player gets to see: the last two ticks, with the traces of rollbacks smoothed away. */
export class ShownWorld {
  readonly bodies: Ticks<BodyColumns> = { previous: emptyBodies(), current: emptyBodies() };
  readonly players: Ticks<PlayerColumns> = { previous: emptyPlayers(), current: emptyPlayers() };

  readonly #trueBodies = emptyBodies();
  readonly #truePlayers = emptyPlayers();
  readonly #bodyCorrection: Correction;
  readonly #partCorrections: ReadonlyArray<{ column: PartColumn; correction: Correction }>;
  readonly #shownRows = new ColumnRows();
  readonly #trueRows = new ColumnRows();
  readonly #ownParts = [0];
  readonly #ownHands = [0, 0];

  /** `onMoved` hears of bodies and of the feet of players, by entity. */
  constructor(onMoved?: OnMoved) {
    this.#bodyCorrection = new Correction(BODY_LAYOUT, onMoved);
    this.#partCorrections = [
      { column: 'feet', correction: new Correction(FOOT_LAYOUT, onMoved) },
      { column: 'heads', correction: new Correction(PART_LAYOUT) },
      { column: 'lefts', correction: new Correction(PART_LAYOUT) },
      { column: 'rights', correction: new Correction(PART_LAYOUT) },
    ];
  }

  /** The core made a tick: it is the current one now. */
  advance(core: ShownCore): void {
    swap(this.bodies);
    swap(this.players);
    core.readBodies(this.bodies.current);
    core.readPlayers(this.players.current);
    this.#bodyCorrection.apply(this.bodies.current);
    for (const { column, correction } of this.#partCorrections) {
      correction.apply(this.#trueRows.of(this.players.current, column));
    }
  }

  /**
   * The core's present tick turned out otherwise than shown. Own hands and head are not blended:
   * they are where the devices are. The own foot is, because the camera stands on it.
   */
  correct(core: ShownCore, ownEntity: number): void {
    core.readBodies(this.#trueBodies);
    core.readPlayers(this.#truePlayers);
    this.#findOwn(ownEntity);
    this.#bodyCorrection.rebase(this.bodies.current, this.#trueBodies, this.#ownHands);
    for (const { column, correction } of this.#partCorrections) {
      correction.rebase(
        this.#shownRows.of(this.players.current, column),
        this.#trueRows.of(this.#truePlayers, column),
        column === 'feet' ? NOBODY : this.#ownParts,
      );
    }
  }

  /** Where the own foot is shown, `alpha` 0…1 from the previous to the current tick, m. */
  readOwnFoot(ownEntity: number, alpha: number, foot: Float32Array): void {
    const { previous, current } = this.players;
    const row = rowOf(current, ownEntity);
    const from = rowOf(previous, ownEntity);
    for (let axis = 0; axis < 3; axis++) {
      const to = row < 0 ? 0 : (current.feet[row * 3 + axis] as number);
      const start = from < 0 ? to : (previous.feet[from * 3 + axis] as number);
      foot[axis] = start + (to - start) * alpha;
    }
  }

  #findOwn(ownEntity: number): void {
    const { count, ids, leftHands, rightHands } = this.#truePlayers;
    this.#ownParts[0] = ownEntity;
    this.#ownHands.fill(0);
    for (let row = 0; row < count; row++) {
      if (ids[row] !== ownEntity) continue;
      this.#ownHands[0] = leftHands[row] as number;
      this.#ownHands[1] = rightHands[row] as number;
      return;
    }
  }
}

/** One column of a player table seen as rows of poses; one object, pointed anew each time. */
class ColumnRows implements PoseRows {
  count = 0;
  ids: Uint32Array = new Uint32Array(0);
  positions: Float32Array = new Float32Array(0);
  rotations: Float32Array | null = null;

  of(players: PlayerColumns, column: PartColumn): PoseRows {
    this.count = players.count;
    this.ids = players.ids;
    this.positions = players[column];
    this.rotations = column === 'feet' ? null : players[column];
    return this;
  }
}

function rowOf({ ids, count }: PlayerColumns, entity: number): number {
  for (let row = 0; row < count; row++) if (ids[row] === entity) return row;
  return -1;
}

function swap<T>(ticks: Ticks<T>): void {
  const { previous } = ticks;
  ticks.previous = ticks.current;
  ticks.current = previous;
}
