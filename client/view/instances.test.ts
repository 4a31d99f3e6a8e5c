import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { BoxGeometry, Group, Matrix4, MeshBasicMaterial, Quaternion, Vector3 } from 'three';
import { commit, createInstances, reserve, writeMatrix } from './instances.ts';

test('writes the matrix that three would compose', () => {
  const number = fc.double({ min: -5, max: 5, noNaN: true });
  const triple = fc.tuple(number, number, number);
  const four = fc.tuple(number, number, number, number);
  fc.assert(
    fc.property(triple, four, triple, (position, turn, scale) => {
      fc.pre(Math.hypot(...turn) > 0.1);
      const rotation = new Quaternion(...turn).normalize();
      const expected = new Matrix4();
      expected.compose(new Vector3(...position), rotation, new Vector3(...scale));
      const out = new Float32Array(32);
      writeMatrix(out, 1, [9, ...position], 1, rotation.toArray(), 0, ...scale);
      expected.elements.forEach((element, i) => {
        expect(out[16 + i]).toBeCloseTo(element, 3);
      });
    }),
  );
});

test('grows by doubling, keeps its place in the scene, and draws what was counted', () => {
  const parent = new Group();
  const instances = createInstances(parent, new BoxGeometry(), new MeshBasicMaterial());
  const first = instances.mesh;
  reserve(instances, 10);
  expect(instances.mesh).toBe(first);
  reserve(instances, instances.capacity * 2 + 1);
  expect(instances.capacity).toBe(256);
  expect(parent.children).toEqual([instances.mesh]);
  instances.count = 3;
  commit(instances, true);
  expect(instances.mesh.count).toBe(3);
  instances.count = 0;
  commit(instances, false);
  expect(instances.mesh.visible).toBe(false);
});
