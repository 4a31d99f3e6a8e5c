import {
  type BufferGeometry,
  DynamicDrawUsage,
  InstancedBufferAttribute,
  InstancedMesh,
  type Material,
  type Object3D,
} from 'three';

/** One draw call for everything of one kind; grows by doubling, never shrinks. */
export interface Instances {
  mesh: InstancedMesh;
  matrices: Float32Array;
  /** 3 an instance, linear RGB. */
  colors: Float32Array;
  capacity: number;
  count: number;
  readonly parent: Object3D;
}

const FIRST_CAPACITY = 64;

export function createInstances(
  parent: Object3D,
  geometry: BufferGeometry,
  material: Material,
): Instances {
  const mesh = meshOf(geometry, material, FIRST_CAPACITY);
  parent.add(mesh);
  return {
    mesh,
    matrices: mesh.instanceMatrix.array as Float32Array,
    colors: colorsOf(mesh),
    capacity: FIRST_CAPACITY,
    count: 0,
    parent,
  };
}

function meshOf(geometry: BufferGeometry, material: Material, capacity: number): InstancedMesh {
  const mesh = new InstancedMesh(geometry, material, capacity);
  mesh.instanceMatrix.setUsage(DynamicDrawUsage);
  mesh.instanceColor = new InstancedBufferAttribute(new Float32Array(capacity * 3), 3);
  mesh.instanceColor.setUsage(DynamicDrawUsage);
  mesh.castShadow = true;
  mesh.receiveShadow = true;
  // Instances stand all around the player: one sphere over all of them would never be culled.
  mesh.frustumCulled = false;
  mesh.matrixAutoUpdate = false;
  mesh.count = 0;
  return mesh;
}

function colorsOf(mesh: InstancedMesh): Float32Array {
  return mesh.instanceColor?.array as Float32Array;
}

/** Makes room for `count` instances; what was written before is lost when it grows. */
export function reserve(instances: Instances, count: number): void {
  if (count <= instances.capacity) return;
  let capacity = instances.capacity;
  while (capacity < count) capacity *= 2;
  const old = instances.mesh;
  const mesh = meshOf(old.geometry, old.material as Material, capacity);
  mesh.castShadow = old.castShadow;
  mesh.receiveShadow = old.receiveShadow;
  mesh.renderOrder = old.renderOrder;
  instances.parent.remove(old);
  old.dispose();
  instances.parent.add(mesh);
  instances.mesh = mesh;
  instances.matrices = mesh.instanceMatrix.array as Float32Array;
  instances.colors = colorsOf(mesh);
  instances.capacity = capacity;
}

/** Hands what was written to the GPU. */
export function commit(instances: Instances, colorsChanged: boolean): void {
  instances.mesh.count = instances.count;
  instances.mesh.visible = instances.count > 0;
  instances.mesh.instanceMatrix.needsUpdate = true;
  if (colorsChanged && instances.mesh.instanceColor) {
    instances.mesh.instanceColor.needsUpdate = true;
  }
}

export function disposeInstances(instances: Instances): void {
  instances.parent.remove(instances.mesh);
  instances.mesh.geometry.dispose();
  (instances.mesh.material as Material).dispose();
  instances.mesh.dispose();
}

/** Writes scale, then rotation, then position as a column-major matrix at instance `index`. */
export function writeMatrix(
  out: Float32Array,
  index: number,
  position: ArrayLike<number>,
  positionAt: number,
  rotation: ArrayLike<number>,
  rotationAt: number,
  scaleX: number,
  scaleY: number,
  scaleZ: number,
): void {
  const x = rotation[rotationAt] ?? 0;
  const y = rotation[rotationAt + 1] ?? 0;
  const z = rotation[rotationAt + 2] ?? 0;
  const w = rotation[rotationAt + 3] ?? 1;
  const o = index * 16;
  out[o] = (1 - 2 * (y * y + z * z)) * scaleX;
  out[o + 1] = 2 * (x * y + z * w) * scaleX;
  out[o + 2] = 2 * (x * z - y * w) * scaleX;
  out[o + 3] = 0;
  out[o + 4] = 2 * (x * y - z * w) * scaleY;
  out[o + 5] = (1 - 2 * (x * x + z * z)) * scaleY;
  out[o + 6] = 2 * (y * z + x * w) * scaleY;
  out[o + 7] = 0;
  out[o + 8] = 2 * (x * z + y * w) * scaleZ;
  out[o + 9] = 2 * (y * z - x * w) * scaleZ;
  out[o + 10] = (1 - 2 * (x * x + y * y)) * scaleZ;
  out[o + 11] = 0;
  out[o + 12] = position[positionAt] ?? 0;
  out[o + 13] = position[positionAt + 1] ?? 0;
  out[o + 14] = position[positionAt + 2] ?? 0;
  out[o + 15] = 1;
}
