import {
  BufferGeometry,
  Float32BufferAttribute,
  type Material,
  type Object3D,
  Quaternion,
  Vector3,
} from 'three';
import {
  createInstances,
  disposeInstances,
  type Instances,
} from '../../../client/view/instances.ts';
import type { Core } from '../../../core-wasm/host/core.ts';
import type { CompoundPiece } from '../../../core-wasm/host/types.ts';

/** What the world at hand has defined: meshes of its hulls, pieces of its compounds. */
export interface Looks {
  readonly hulls: Map<string, Instances>;
  readonly compounds: Map<number, readonly CompoundPiece[]>;
}

export function createLooks(): Looks {
  return { hulls: new Map(), compounds: new Map() };
}

/** For another world: under the same id may be another look. */
export function forgetLooks({ hulls, compounds }: Looks): void {
  for (const instances of hulls.values()) disposeInstances(instances);
  hulls.clear();
  compounds.clear();
}

export function piecesOf({ compounds }: Looks, core: Core, id: number): readonly CompoundPiece[] {
  const known = compounds.get(id);
  if (known) return known;
  const pieces = core.compoundPieces(id);
  compounds.set(id, pieces);
  return pieces;
}

/** Instances of a hull; `kind` names the material that `make` gives. */
export function hullOf(
  { hulls }: Looks,
  core: Core,
  id: number,
  parent: Object3D,
  kind: string,
  make: () => Material,
): Instances {
  const key = `${kind} ${id}`;
  const known = hulls.get(key);
  if (known) return known;
  const instances = createInstances(parent, geometryOf(core, id), make());
  hulls.set(key, instances);
  return instances;
}

/** Faces as fans, each corner with the normal of its face. */
function geometryOf(core: Core, id: number): BufferGeometry {
  const { vertices, faces } = core.hullMesh(id);
  const corners = faces.flatMap((face) =>
    face.slice(2).flatMap((third, i) => [face[0] as number, face[i + 1] as number, third]),
  );
  const places = corners.flatMap((corner) => [...vertices.subarray(corner * 3, corner * 3 + 3)]);
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new Float32BufferAttribute(places, 3));
  geometry.computeVertexNormals();
  return geometry;
}

export interface PiecePose {
  readonly position: [number, number, number];
  readonly rotation: [number, number, number, number];
}

const turn = new Quaternion();
const own = new Quaternion();
const place = new Vector3();

/** Where a piece of the body of that pose is. */
export function placePiece(
  piece: CompoundPiece,
  position: ArrayLike<number>,
  rotation: ArrayLike<number>,
): PiecePose {
  turn.fromArray(rotation);
  place.fromArray(piece.position).applyQuaternion(turn);
  turn.multiply(own.fromArray(piece.rotation));
  return {
    position: [
      place.x + (position[0] as number),
      place.y + (position[1] as number),
      place.z + (position[2] as number),
    ],
    rotation: [turn.x, turn.y, turn.z, turn.w],
  };
}
