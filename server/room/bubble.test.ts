import { beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { Core } from '../../core-wasm/host/core.ts';
import { BodyKind, ShapeKind, WireFault } from '../../core-wasm/host/types.ts';
import { loadCoreModule } from '../artifacts.ts';
import {
  adopt,
  beginScene,
  type Choice,
  chooseBubble,
  createBubble,
  createScene,
  endScene,
} from './bubble.ts';
import type { InterestLimits } from './interest.ts';

const LIMITS: InterestLimits = {
  playersMax: 2,
  playerRadiusM: 20,
  playerMarginM: 5,
  bodyRadiusM: 10,
  bodyMarginM: 2,
};

let core: Core;
beforeAll(async () => {
  core = await Core.create(await loadCoreModule());
});

const OWN = (1 << 16) | 1;

/** Players at these places along x, and what is loose; one player a metre is three entities. */
class Stage {
  readonly scene = createScene(core.entityCapacity, LIMITS);
  readonly bubble = createBubble(core.entityCapacity);
  #last = 0;
  #adds: (() => boolean)[] = [];

  reserve(): number {
    this.#last = core.nextEntity(this.#last);
    return this.#last;
  }

  player(x: number): number {
    const [entity, leftHand, rightHand] = [this.reserve(), this.reserve(), this.reserve()];
    const foot = [x, 0, 0] as const;
    const player = { entity, leftHand, rightHand, account: entity, foot, yaw: 0 };
    this.#adds.push(() => core.addSpawnPlayer(player));
    return entity;
  }

  crate(x: number, y = 0.3, kind: BodyKind = BodyKind.DYNAMIC): number {
    const entity = this.reserve();
    this.#adds.push(() =>
      core.addSpawnBody({
        entity,
        kind,
        shape: ShapeKind.BOX,
        size: [0.3, 0.3, 0.3],
        position: [x, core.terrainHeight(x, 3) + y, 3],
        rotation: [0, 0, 0, 1],
        linearVelocity: [0, 0, 0],
        angularVelocity: [0, 0, 0],
        density: 500,
        friction: 0.6,
        restitution: 0,
      }),
    );
    return entity;
  }

  command(add: () => boolean): void {
    this.#adds.push(add);
  }

  /** Plays a frame and tells the own player of it. */
  frame(own = OWN): Choice & { start: Uint8Array } {
    const start = core.snapshot();
    core.frameBegin(core.frame, 0n);
    for (const add of this.#adds.splice(0)) add();
    this.#last = 0;
    expect(core.loadFrame(core.frameEnd())).toBe(WireFault.NONE);
    beginScene(this.scene, core);
    for (let tick = 0; tick < 3; tick++) core.step();
    endScene(this.scene, core);
    const choice = chooseBubble(this.scene, this.bubble, own);
    adopt(this.bubble, choice.next);
    return { ...choice, start };
  }

  has(entity: number): boolean {
    return this.bubble.present.subarray(0, this.bubble.count).includes(entity);
  }
}

let stage: Stage;
beforeEach(() => {
  core.reset(7);
  stage = new Stage();
});

describe('a bubble', () => {
  test('begins with the own player, hands and all, in the frame that spawns him', () => {
    const own = stage.player(0);
    const { members, enters, concerned } = stage.frame();
    expect([own, members.length, enters.length]).toEqual([OWN, 0, 0]);
    expect([...concerned]).toContain(OWN & 0xffff);
    expect(stage.bubble.count).toBe(3);
  });

  test('has the nearest players only, and keeps those it has a little longer', () => {
    stage.player(0);
    const [near, nearer, third] = [stage.player(12), stage.player(9), stage.player(-13)];
    const far = stage.player(24);
    stage.frame();
    expect([near, nearer, third, far].map((id) => stage.has(id))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    stage.bubble.near.fill(0);
    stage.frame();
    stage.command(() => core.addDespawn(nearer));
    stage.frame();
    expect([near, third, far].map((id) => stage.has(id))).toEqual([true, true, false]);
  });

  test('has whole groups: a tower of which the foot alone is near', () => {
    stage.player(0);
    const tower = [0.3, 0.9, 1.5].map((y) => stage.crate(9.5, y));
    const beside = stage.crate(13);
    for (let k = 0; k < 30; k++) stage.frame();
    expect(tower.map((id) => stage.has(id))).toEqual([true, true, true]);
    expect(stage.has(beside)).toBe(false);
  });

  test('tells who leaves and who enters, and both are closed', () => {
    stage.player(0);
    const [kept, going] = [stage.crate(3), stage.crate(9)];
    const coming = stage.crate(30);
    for (let k = 0; k < 5; k++) stage.frame();
    expect([kept, going, coming].map((id) => stage.has(id))).toEqual([true, true, false]);
    // Seen from the far crate's side: another player's bubble is the same machinery.
    const other = stage.player(28);
    stage.frame();
    const { enters, leaves, members, start } = stage.frame(other);
    expect([...enters]).toContain(coming);
    expect([...leaves]).toContain(kept);
    expect(core.exportPart(start, enters)).not.toBeNull();
    expect(core.exportPart(start, leaves)).not.toBeNull();
    expect(core.exportPart(start, members)).not.toBeNull();
  });

  test('of everybody has whoever becomes static, or ceases to be', () => {
    stage.player(0);
    const far = stage.crate(40);
    stage.frame();
    stage.frame();
    expect(stage.has(far)).toBe(false);
    stage.command(() => core.addSetKind(far, BodyKind.STATIC));
    const { enters } = stage.frame();
    expect([...enters]).toEqual([far]);
    expect(stage.has(far)).toBe(false);
    stage.frame();
    stage.command(() => core.addSetKind(far, BodyKind.DYNAMIC));
    stage.frame();
    expect(stage.has(far)).toBe(true);
    expect([...stage.frame().leaves]).toEqual([far]);
  });
});
