import {
  BufferAttribute,
  BufferGeometry,
  DynamicDrawUsage,
  LineBasicMaterial,
  LineSegments,
  type Object3D,
} from 'three';

/** Many straight lines in one draw call; grows by doubling. */
export interface Segments {
  readonly lines: LineSegments<BufferGeometry, LineBasicMaterial>;
  /** 6 a segment: from, to. */
  places: Float32Array;
  count: number;
}

const FIRST_CAPACITY = 256;
const NUMBERS_PER_SEGMENT = 6;

/** `isOnTop` draws through whatever stands before the lines. */
export function createSegments(parent: Object3D, color: number, isOnTop: boolean): Segments {
  const material = new LineBasicMaterial({ color, depthTest: !isOnTop, transparent: isOnTop });
  const lines = new LineSegments(new BufferGeometry(), material);
  lines.frustumCulled = false;
  parent.add(lines);
  const segments: Segments = { lines, places: new Float32Array(0), count: 0 };
  reserveSegments(segments, FIRST_CAPACITY);
  return segments;
}

/** Empties it and makes room for `count` segments. */
export function reserveSegments(segments: Segments, count: number): void {
  segments.count = 0;
  if (segments.places.length >= count * NUMBERS_PER_SEGMENT) return;
  const capacity = 2 ** Math.ceil(Math.log2(count));
  segments.places = new Float32Array(capacity * NUMBERS_PER_SEGMENT);
  const attribute = new BufferAttribute(segments.places, 3).setUsage(DynamicDrawUsage);
  segments.lines.geometry.dispose();
  segments.lines.geometry = new BufferGeometry().setAttribute('position', attribute);
}

export function addSegment(
  segments: Segments,
  fromX: number,
  fromY: number,
  fromZ: number,
  toX: number,
  toY: number,
  toZ: number,
): void {
  const { places } = segments;
  const at = segments.count++ * NUMBERS_PER_SEGMENT;
  places[at] = fromX;
  places[at + 1] = fromY;
  places[at + 2] = fromZ;
  places[at + 3] = toX;
  places[at + 4] = toY;
  places[at + 5] = toZ;
}

/** Hands what was added to the GPU. */
export function commitSegments({ lines, count }: Segments): void {
  lines.visible = count > 0;
  lines.geometry.setDrawRange(0, count * 2);
  const attribute = lines.geometry.getAttribute('position') as BufferAttribute;
  attribute.needsUpdate = true;
}
