import { beforeAll, describe, expect, test } from 'bun:test';
import {
  Core,
  type CoreModule,
  compileCore,
  emptyBodies,
  emptyPlayers,
} from '../../core-wasm/host/core.ts';
import { BodyKind, ShapeKind, TICK_DURATION_MS } from '../../core-wasm/host/types.ts';
import { type DeviceActions, idleActions } from './actions.ts';
import { createControl, EYE_HEIGHT_M } from './control.ts';
import { createFlatPlayer, readFlatPlayer } from './flat-player.ts';
import { readHeld } from './held.ts';
import { sampleIntent, samplePose } from './sample.ts';
import { createSight } from './sight.ts';

let module: CoreModule;
beforeAll(async () => {
  module = await compileCore(await Bun.file('build/core.wasm').bytes());
});

/** A flat player, alone in a real world with one crate; one drawn frame is one tick. */
class FlatWorld {
  readonly control = createControl();
  readonly wanted: DeviceActions = idleActions();
  readonly held = { left: 0, right: 0 };
  readonly shown = {
    bodies: emptyBodies(),
    players: emptyPlayers(),
    ownRow: 0,
    eye: new Float32Array(3),
  };
  readonly #player = createFlatPlayer([
    { actions: this.wanted, read() {}, release() {}, dispose() {} },
  ]);

  private constructor(
    readonly core: Core,
    readonly entity: number,
    readonly crate: number,
  ) {}

  static async create(crateDistance: number): Promise<FlatWorld> {
    const core = await Core.create(module);
    core.reset(3);
    const crate = core.nextEntity(0);
    const entity = core.nextEntity(crate);
    const leftHand = core.nextEntity(entity);
    const rightHand = core.nextEntity(leftHand);
    const rest = [0, 0, 0] as const;
    core.frameBegin(0, core.stateHash());
    core.addSpawnBody({
      entity: crate,
      kind: BodyKind.DYNAMIC,
      shape: ShapeKind.BOX,
      size: [0.3, 0.3, 0.3],
      position: [0, core.terrainHeight(0, -crateDistance) + 0.3, -crateDistance],
      rotation: [0, 0, 0, 1],
      linearVelocity: rest,
      angularVelocity: rest,
      density: 100,
      friction: 0.6,
      restitution: 0,
    });
    const foot = [0, core.terrainHeight(0, 0), 0] as const;
    core.addSpawnPlayer({ entity, leftHand, rightHand, account: 1, foot, yaw: 0 });
    core.stepFrame(core.frameEnd());
    const world = new FlatWorld(core, entity, crate);
    world.look();
    world.control.pitch = Math.atan2(0.3 - EYE_HEIGHT_M, crateDistance);
    return world;
  }

  look(): void {
    this.core.readBodies(this.shown.bodies);
    this.core.readPlayers(this.shown.players);
    const { feet } = this.shown.players;
    this.shown.eye.set([feet[0] ?? 0, (feet[1] ?? 0) + EYE_HEIGHT_M, feet[2] ?? 0]);
    readHeld(this.shown.players, 0, this.held);
  }

  /** Ticks until `done`, at most `limit`; gives how many it took. */
  run(limit: number, done: () => boolean): number {
    const { core, control } = this;
    const session = { core, status: { entity: this.entity } };
    const sight = createSight(this.shown, session as never, control);
    for (let tick = 0; tick < limit; tick++) {
      if (done()) return tick;
      readFlatPlayer(this.#player, control, sight, this.held, TICK_DURATION_MS);
      const intent = sampleIntent(control);
      if (core.tick % 3 === 0) {
        core.frameBegin(core.frame, core.stateHash());
        const entry = { intents: [intent, intent, intent], pose: samplePose(control) } as const;
        core.addInput(this.entity, core.encodeEntry(entry));
        core.loadFrame(core.frameEnd());
      }
      core.step();
      this.look();
    }
    return limit;
  }
}

const never = (): boolean => false;

describe('a flat player', () => {
  test('takes what stands ahead within half a second of pressing', async () => {
    const world = await FlatWorld.create(2.6);
    world.run(20, never);
    world.wanted.gripRight = true;
    const ticks = world.run(60, () => world.held.right === world.crate);
    expect(ticks).toBeLessThan(30);
    expect(world.held.left).toBe(0);
  });

  test('holds it for as long as the button is down, and lets go with it', async () => {
    const world = await FlatWorld.create(2);
    world.wanted.gripLeft = true;
    world.run(60, () => world.held.left !== 0);
    world.run(120, () => world.held.left === 0);
    expect(world.held.left).toBe(world.crate);
    world.wanted.gripLeft = false;
    expect(world.run(30, () => world.held.left === 0)).toBeLessThan(10);
  });

  test('cannot take what is out of reach', async () => {
    const world = await FlatWorld.create(5);
    world.wanted.gripRight = true;
    world.run(120, never);
    expect(world.held.right).toBe(0);
  });

  test('may press first and sweep the view over the thing then', async () => {
    const world = await FlatWorld.create(2.4);
    world.control.yaw = 0.9;
    world.wanted.gripRight = true;
    world.run(60, never);
    expect(world.held.right).toBe(0);
    world.control.yaw = 0;
    world.run(60, () => world.held.right !== 0);
    expect(world.held.right).toBe(world.crate);
  });
});
