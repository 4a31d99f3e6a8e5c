import type { BubbleFrame, BubbleReader } from '../../host/bubble-reader.ts';
import { type Core, emptyPlayers } from '../../host/core.ts';
import { ghostKeyOf } from '../../host/ghost.ts';
import { type Pose, TICKS_PER_FRAME, WireFault, YAW_UNITS_PER_TURN } from '../../host/types.ts';
import { between, type Random } from '../random.ts';
import { UPRIGHT, type Vec3 } from '../world.ts';
import { live, type Town } from './town.ts';

/** A frame of the town as an observer's message tells of it, and the message's length. */
export function tell(
  town: Town,
  observer: number,
  reader: BubbleReader,
): BubbleFrame & { readonly length: number } {
  const { core } = town.world;
  const start = core.snapshot();
  let forced = new Uint16Array(0);
  live(town, false, (_, frame) => {
    if (core.loadFrame(frame) !== WireFault.NONE) throw new Error('the frame is refused');
    forced = core.openFrame().slice();
    for (let tick = 0; tick < TICKS_PER_FRAME; tick++) core.step();
  });
  if (!core.openSnapshot(start)) throw new Error('a state is none');
  core.bubbles.order(observer, null, 0n);
  if (!core.bubbles.write(forced)) throw new Error('interest was not computed');
  const message = core.bubbles.message(observer)?.slice();
  if (message === undefined) throw new Error('who ordered a message got none');
  const read = reader.read(message);
  if (!read.ok) throw new Error(`a message cannot be read: ${read.fault}`);
  return { ...read.frame, length: message.length };
}

/** A head that leans and hands anywhere about it. */
export function gesture(random: Random): Pose {
  const around = (x: number, y: number, z: number, reach: number): Vec3 => [
    x + between(random, -reach, reach),
    y + between(random, -reach, reach),
    z + between(random, -reach, reach),
  ];
  return {
    head: { position: around(0, 1500, 0, 400), rotation: UPRIGHT },
    left: { position: around(-250, 1100, -200, 700), rotation: UPRIGHT },
    right: { position: around(250, 1100, -200, 700), rotation: UPRIGHT },
  };
}

/** What can be seen of a player; hands from below his head, in his own axes. */
export interface Look {
  readonly account: number;
  readonly foot: Vec3;
  readonly head: Vec3;
  readonly left: Vec3;
  readonly right: Vec3;
  readonly velocity: Vec3;
  /** Radians. */
  readonly yaw: number;
  readonly pitch: number;
}

const RADIANS_PER_UNIT = (2 * Math.PI) / YAW_UNITS_PER_TURN;

/** Everybody by the key that his ghost has. */
export function looksOf(core: Core): Map<number, Look> {
  const players = emptyPlayers();
  core.readPlayers(players);
  const looks = new Map<number, Look>();
  const triple = (column: Float32Array, at: number) =>
    [...column.subarray(at, at + 3)] as unknown as Vec3;
  for (let row = 0; row < players.count; row++) {
    const foot = triple(players.feet, row * 3);
    const head = triple(players.heads, row * 7);
    const yaw = (players.yaws[row] as number) * RADIANS_PER_UNIT;
    const velocity = new Float32Array(3);
    core.bodyVelocity(players.ids[row] as number, velocity);
    const inOwnAxes = ([x, y, z]: Vec3): Vec3 => {
      const [dx, dz] = [x - head[0], z - head[2]];
      const [sin, cos] = [Math.sin(yaw), Math.cos(yaw)];
      return [dx * cos - dz * sin, y - foot[1], dx * sin + dz * cos];
    };
    looks.set(ghostKeyOf(players.ids[row] as number), {
      account: players.accounts[row] as number,
      foot,
      head,
      left: inOwnAxes(triple(players.lefts, row * 7)),
      right: inOwnAxes(triple(players.rights, row * 7)),
      velocity: triple(velocity, 0),
      yaw,
      pitch: (players.pitches[row] as number) * RADIANS_PER_UNIT,
    });
  }
  return looks;
}
