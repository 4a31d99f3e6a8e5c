import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { Group, Vector3 } from 'three';
import { centreRig, createRig, placeRig, turnAroundHead } from './origin.ts';

const metres = fc.double({ min: -3, max: 3, noNaN: true });
const radians = fc.double({ min: -7, max: 7, noNaN: true });

test('a snap turn leaves the head where it is in the world', () => {
  fc.assert(
    fc.property(
      metres,
      metres,
      metres,
      metres,
      radians,
      radians,
      (x, z, footX, footZ, yaw, turn) => {
        const rig = createRig(new Group());
        centreRig(rig, 0.4, -0.3);
        const foot = [footX, 1, footZ];
        const head = (at: number): Vector3 => {
          placeRig(rig, foot, 0, at);
          rig.group.updateMatrixWorld();
          return new Vector3(x, 1.6, z).applyMatrix4(rig.group.matrixWorld);
        };
        const before = head(yaw);
        turnAroundHead(rig, x, z, turn);
        expect(head(yaw + turn).distanceTo(before)).toBeLessThan(1e-6);
      },
    ),
  );
});

test('centred, the head stands over the foot at any yaw', () => {
  fc.assert(
    fc.property(metres, metres, radians, (x, z, yaw) => {
      const rig = createRig(new Group());
      centreRig(rig, x, z);
      placeRig(rig, [5, 2, -4], 0, yaw);
      rig.group.updateMatrixWorld();
      const head = new Vector3(x, 1.7, z).applyMatrix4(rig.group.matrixWorld);
      expect(head.distanceTo(new Vector3(5, 3.7, -4))).toBeLessThan(1e-6);
    }),
  );
});

test('without a floor the origin is lifted to a standing eye', () => {
  const rig = createRig(new Group());
  rig.floorOffset = 1.65;
  placeRig(rig, [0, 10, 0], 0, 0);
  expect(rig.group.position.y).toBeCloseTo(11.65);
});
