import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { Intent, Pose } from '../../core-wasm/host/types.ts';
import { createWanderer } from '../swarm/wander.ts';
import {
  AVATAR_BYTES,
  eachIntent,
  INPUT_BYTES,
  packAvatar,
  packInput,
  poseOf,
  poseOfAvatar,
} from './avatar.ts';

const FRAMES = fc.integer({ min: 0, max: 100_000 });
const BOTS = fc.integer({ min: 0, max: 5000 });

function inputOf(bot: number, frame: number): { intents: [Intent, Intent, Intent]; pose: Pose } {
  const wanderer = createWanderer(bot, true);
  const tick = frame * 3;
  const intents = [tick, tick + 1, tick + 2].map((at) => wanderer.intentAt(at));
  return { intents: intents as [Intent, Intent, Intent], pose: wanderer.poseAt(tick) as Pose };
}

test('intents and pose come out as they went in', () => {
  fc.assert(
    fc.property(BOTS, FRAMES, (bot, frame) => {
      const { intents, pose } = inputOf(bot, frame);
      const input = packInput(intents, pose, frame);
      expect(input.length).toBe(INPUT_BYTES);
      const read: number[][] = [];
      eachIntent(input, (...intent) => read.push(intent));
      expect(read).toEqual(
        // A byte has no −0, which a wanderer may well say.
        intents.map(({ moveX, moveZ, yaw, buttons }) => [moveX + 0, moveZ + 0, yaw, buttons]),
      );
      const avatar = packAvatar({ xMm: -5, yMm: 0, zMm: 70_000, yaw: 65_535 }, poseOf(input));
      expect(avatar.length).toBe(AVATAR_BYTES);
      expect(poseOfAvatar(avatar)).toEqual(poseOf(input));
    }),
  );
});

test('a bot never says the same twice within what is remembered', () => {
  fc.assert(
    fc.property(BOTS, FRAMES, (bot, first) => {
      const said = Array.from({ length: 15 }, (_, i) => {
        const { intents, pose } = inputOf(bot, first + i);
        return poseOf(packInput(intents, pose, first + i)).join();
      });
      expect(new Set(said).size).toBe(15);
    }),
  );
});

test('a millimetre and a hundredth of a turn are told apart', () => {
  const { intents, pose } = inputOf(1, 0);
  const { position, rotation } = pose.head;
  const moved = { ...pose.head, position: [position[0] + 1, position[1], position[2]] as const };
  const turned = { ...pose.head, rotation: [0.06, 0, 0, Math.sqrt(1 - 0.06 ** 2)] as const };
  const negated = { ...pose.head, rotation: rotation.map((one) => -one) as never };
  const packed = (head: Pose['head']) => packInput(intents, { ...pose, head }, 0).join();
  expect(packed(moved)).not.toBe(packed(pose.head));
  expect(packed(turned)).not.toBe(packed(pose.head));
  expect(packed(negated)).toBe(packed(pose.head));
});
