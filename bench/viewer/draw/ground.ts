import { BufferAttribute, BufferGeometry, Mesh, MeshLambertMaterial } from 'three';
import type { Terrain } from '../../../core-wasm/host/core.ts';

/** Vertices to each side of the origin: as far as a scene reaches. */
const REACH = 32;

/** The middle of the terrain. */
export function createGround({ verticesPerSide, spacing, heights }: Terrain): Mesh {
  const middle = (verticesPerSide - 1) / 2;
  const side = REACH * 2 + 1;
  const places = new Float32Array(side * side * 3);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const [x, z] = [column - REACH, row - REACH];
      const height = heights[(z + middle) * verticesPerSide + x + middle] as number;
      places.set([x * spacing, height, z * spacing], (row * side + column) * 3);
    }
  }
  const indices: number[] = [];
  for (let row = 0; row + 1 < side; row++) {
    for (let column = 0; column + 1 < side; column++) {
      const at = row * side + column;
      indices.push(at, at + side, at + 1, at + 1, at + side, at + side + 1);
    }
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(places, 3));
  geometry.setIndex(indices);
  geometry.computeVertexNormals();
  return new Mesh(geometry, new MeshLambertMaterial({ color: 0x4a5a45 }));
}
