import { IcosahedronGeometry, MeshBasicMaterial, type Object3D } from 'three';
import {
  commit,
  createInstances,
  type Instances,
  reserve,
  writeMatrix,
} from '../../../client/view/instances.ts';
import type { ContactPoints } from '../../../core-wasm/host/debug-view.ts';
import {
  addSegment,
  commitSegments,
  createSegments,
  reserveSegments,
  type Segments,
} from './segments.ts';

/** Each point a dot, its normal a line as long as its impulse is great. */
export interface ContactDrawing {
  readonly dots: Instances;
  readonly normals: Segments;
}

const DOT_M = 0.022;
const NORMAL_MIN_M = 0.04;
const NORMAL_MAX_M = 0.7;

export function createContactDrawing(parent: Object3D): ContactDrawing {
  const material = new MeshBasicMaterial({ depthTest: false, transparent: true });
  return {
    dots: createInstances(parent, new IcosahedronGeometry(1, 1), material),
    normals: createSegments(parent, 0xffd166, true),
  };
}

/** The greatest impulse has the longest line; a new point, without an impulse, is red. */
export function drawContacts({ dots, normals }: ContactDrawing, contacts: ContactPoints): void {
  const { count, positions, impulses } = contacts;
  reserve(dots, count);
  reserveSegments(normals, count);
  const greatest = impulses.subarray(0, count).reduce((most, one) => Math.max(most, one), 1e-9);
  for (let i = 0; i < count; i++) {
    const impulse = impulses[i] as number;
    writeMatrix(dots.matrices, i, positions, i * 3, UPRIGHT, 0, DOT_M, DOT_M, DOT_M);
    dots.colors.set(impulse > 0 ? PRESSED : NEW, i * 3);
    const length = NORMAL_MIN_M + (NORMAL_MAX_M - NORMAL_MIN_M) * (impulse / greatest);
    const [x, y, z] = positions.subarray(i * 3, i * 3 + 3) as unknown as Vector;
    const [nx, ny, nz] = contacts.normals.subarray(i * 3, i * 3 + 3) as unknown as Vector;
    addSegment(normals, x, y, z, x + nx * length, y + ny * length, z + nz * length);
  }
  dots.count = count;
  commit(dots, true);
  commitSegments(normals);
}

type Vector = readonly [number, number, number];
const UPRIGHT = [0, 0, 0, 1];
const PRESSED = [1, 0.6, 0.1];
const NEW = [1, 0.05, 0.05];

export function hideContacts({ dots, normals }: ContactDrawing): void {
  dots.mesh.visible = false;
  normals.lines.visible = false;
}
