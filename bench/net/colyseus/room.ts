import { type Client, Room } from '@colyseus/core';
import { StateView } from '@colyseus/schema';
import { Button, YAW_UNITS_PER_TURN } from '../../../core-wasm/host/types.ts';
import { arrivalPlace } from '../../../server/room/arrival-place.ts';
import { eachIntent, INPUT_BYTES, POSE_BYTES, packAvatar, poseOf, type Stance } from '../avatar.ts';
import { FRAME_MS } from '../crowd.ts';
import { fillGrid, nearestTo } from './nearest.ts';
import { Arena, Avatar, INPUT } from './state.ts';

const VIEW_PLAYERS = 32;
/** A view is looked at once a second, another part of them in each patch. */
const VIEW_PATCHES = 20;
const MILLIMETRES_PER_TICK = { walk: 3500 / 60, sprint: 6500 / 60 } as const;

interface Walker {
  readonly stance: Stance;
  readonly avatar: Avatar;
  readonly view: StateView;
  /** Who is in the view. */
  seen: Set<Walker>;
}

export interface ArenaOptions {
  /** Half side of the square over which newcomers are spread, m. */
  readonly spreadM: number;
}

/**
 * Everybody walks where his intents take him, on a plane and through each other: less than our
 * server computes. What is sent of it is packed, and only to those who are near.
 */
export class ArenaRoom extends Room<InstanceType<typeof Arena>> {
  override state = new Arena();
  override patchRate = FRAME_MS;
  override autoDispose = false;

  readonly #walkers = new Map<string, Walker>();
  #spreadM = 0;
  #arrivals = 0;
  #patches = 0;

  onCreate({ spreadM }: ArenaOptions): void {
    this.#spreadM = spreadM;
    this.onMessageBytes(INPUT, (client, bytes) => this.#walk(client, bytes));
  }

  onJoin(client: Client): void {
    const { x, z, yaw } = arrivalPlace(++this.#arrivals, this.#spreadM);
    const stance = { xMm: Math.round(x * 1000), yMm: 0, zMm: Math.round(z * 1000), yaw };
    const avatar = new Avatar();
    avatar.packed = packAvatar(stance, new Uint8Array(POSE_BYTES));
    this.state.avatars.set(client.sessionId, avatar);
    const view = new StateView();
    client.view = view;
    this.#walkers.set(client.sessionId, { stance, avatar, view, seen: new Set() });
  }

  onLeave(client: Client): void {
    const left = this.#walkers.get(client.sessionId);
    if (left === undefined) return;
    this.#walkers.delete(client.sessionId);
    for (const { seen } of this.#walkers.values()) seen.delete(left);
    left.view.dispose();
    this.state.avatars.delete(client.sessionId);
  }

  override onBeforePatch(): void {
    const grid = fillGrid(this.#walkers.values());
    const turn = this.#patches++ % VIEW_PATCHES;
    let row = 0;
    for (const walker of this.#walkers.values()) {
      const isTurn = row++ % VIEW_PATCHES === turn;
      if (!isTurn && walker.seen.size > 0) continue;
      const { seen, view } = walker;
      const near = new Set(nearestTo(grid, walker, VIEW_PLAYERS, seen, this.#walkers.size));
      for (const one of seen) if (!near.has(one)) view.remove(one.avatar);
      for (const one of near) if (!seen.has(one)) view.add(one.avatar);
      walker.seen = near;
    }
  }

  #walk({ sessionId }: Client, input: Uint8Array): void {
    const walker = this.#walkers.get(sessionId);
    if (walker === undefined || input.length !== INPUT_BYTES) return;
    const { stance, avatar } = walker;
    eachIntent(input, (moveX, moveZ, yaw, buttons) => {
      const speed =
        (buttons & Button.SPRINT) !== 0 ? MILLIMETRES_PER_TICK.sprint : MILLIMETRES_PER_TICK.walk;
      const angle = (yaw / YAW_UNITS_PER_TURN) * 2 * Math.PI;
      const [aside, ahead] = [(moveX / 127) * speed, (moveZ / 127) * speed];
      stance.xMm += Math.round(aside * Math.cos(angle) - ahead * Math.sin(angle));
      stance.zMm -= Math.round(aside * Math.sin(angle) + ahead * Math.cos(angle));
      stance.yaw = yaw;
    });
    avatar.packed = packAvatar(stance, poseOf(input));
  }
}
