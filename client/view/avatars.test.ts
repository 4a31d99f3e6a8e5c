import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { Core, compileCore, emptyPlayers } from '../../core-wasm/host/core.ts';
import type { Pose } from '../../core-wasm/host/types.ts';
import { createControl } from '../input/control.ts';
import { sampleIntent, samplePose } from '../input/sample.ts';
import { partInWorld } from './avatars.ts';

/** Smallest-three rotations keep about ten bits a component. */
const ROTATION_ERROR = 0.004;
const POSITION_ERROR_M = 0.002;

test('own hands are drawn where the core puts them once the pose has arrived', async () => {
  const core = await Core.create(await compileCore(await Bun.file('build/core.wasm').bytes()));
  const metres = fc.double({ min: -0.5, max: 0.5, noNaN: true });
  const angle = fc.double({ min: -3, max: 3, noNaN: true });
  fc.assert(
    fc.property(metres, metres, metres, angle, angle, (x, y, z, yaw, roll) => {
      const control = createControl();
      control.posed = true;
      control.yaw = yaw;
      control.right.position.set([x, 1.2 + y, z]);
      control.right.rotation.set([Math.sin(roll / 2), 0, 0, Math.cos(roll / 2)]);
      const players = stand(core, control);
      const place = new Float32Array(3);
      const turn = new Float32Array(4);
      partInWorld(control.right, control.yaw, players.feet, 0, place, turn);
      for (let k = 0; k < 3; k++) {
        expect(Math.abs((players.rights[k] ?? 9) - (place[k] ?? 0))).toBeLessThan(POSITION_ERROR_M);
      }
      const along = [3, 4, 5, 6].reduce(
        (sum, k) => sum + (players.rights[k] ?? 0) * (turn[k - 3] ?? 0),
        0,
      );
      expect(1 - Math.abs(along)).toBeLessThan(ROTATION_ERROR);
    }),
    { numRuns: 40 },
  );
});

/** A player who holds still as `control` says for three frames. */
function stand(core: Core, control: ReturnType<typeof createControl>) {
  core.reset(1);
  const entity = core.nextEntity(0);
  const leftHand = core.nextEntity(entity);
  const rightHand = core.nextEntity(leftHand);
  const foot = [0, core.terrainHeight(0, 0), 0] as const;
  core.frameBegin(0, core.stateHash());
  core.addSpawnPlayer({ entity, leftHand, rightHand, account: 1, foot, yaw: 0 });
  core.stepFrame(core.frameEnd());
  const intent = sampleIntent(control);
  const pose = samplePose(control) as Pose;
  for (let frame = 0; frame < 3; frame++) {
    core.frameBegin(core.frame, core.stateHash());
    core.addInput(entity, core.encodeEntry({ intents: [intent, intent, intent], pose }));
    core.stepFrame(core.frameEnd());
  }
  const players = emptyPlayers();
  core.readPlayers(players);
  return players;
}
