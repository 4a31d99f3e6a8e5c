import {
  CanvasTexture,
  LinearFilter,
  Mesh,
  MeshBasicMaterial,
  type Object3D,
  PlaneGeometry,
  SRGBColorSpace,
} from 'three';

const WIDTH_PX = 1024;
const HEIGHT_PX = 160;
const WIDTH_M = 1.3;
const DISTANCE_M = 1.7;
/** Below eye level, where a glance finds it and it hides nothing. */
const DROP_M = 0.32;
/** Share of the way that it follows the head in a millisecond: lazily, so that it can be read. */
const FOLLOW_RATE = 0.004;

/** One line of text in the world, for players whose page is behind a headset. */
export interface Notice {
  readonly mesh: Mesh<PlaneGeometry, MeshBasicMaterial>;
  readonly texture: CanvasTexture<HTMLCanvasElement>;
  text: string;
}

export function createNotice(parent: Object3D): Notice {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH_PX;
  canvas.height = HEIGHT_PX;
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  texture.minFilter = LinearFilter;
  texture.generateMipmaps = false;
  const mesh = new Mesh(
    new PlaneGeometry(WIDTH_M, (WIDTH_M * HEIGHT_PX) / WIDTH_PX),
    new MeshBasicMaterial({
      map: texture,
      transparent: true,
      depthTest: false,
      depthWrite: false,
      fog: false,
      toneMapped: false,
    }),
  );
  mesh.renderOrder = 900;
  mesh.visible = false;
  parent.add(mesh);
  return { mesh, texture, text: '' };
}

/**
 * Shows `text`, or nothing when it is empty, ahead of `eye` (world, m) in the direction
 * `heading` (radians, counter-clockwise, 0 along −z).
 */
export function drawNotice(
  notice: Notice,
  text: string,
  eye: Float32Array,
  heading: number,
  elapsedMs: number,
): void {
  const { mesh } = notice;
  const appears = !mesh.visible && text !== '';
  mesh.visible = text !== '';
  if (!mesh.visible) return;
  if (notice.text !== text) write(notice, text);
  const share = appears ? 1 : 1 - Math.exp(-FOLLOW_RATE * elapsedMs);
  const { position } = mesh;
  const x = eye[0] ?? 0;
  const y = eye[1] ?? 0;
  const z = eye[2] ?? 0;
  position.x += (x - Math.sin(heading) * DISTANCE_M - position.x) * share;
  position.y += (y - DROP_M - position.y) * share;
  position.z += (z - Math.cos(heading) * DISTANCE_M - position.z) * share;
  mesh.lookAt(x, y, z);
}

function write(notice: Notice, text: string): void {
  notice.text = text;
  const pen = notice.texture.image.getContext('2d');
  if (pen === null) return;
  pen.clearRect(0, 0, WIDTH_PX, HEIGHT_PX);
  pen.fillStyle = 'rgb(20 19 39 / 88%)';
  pen.beginPath();
  pen.roundRect(0, 0, WIDTH_PX, HEIGHT_PX, HEIGHT_PX / 3);
  pen.fill();
  pen.fillStyle = '#f7f1ea';
  pen.font = '52px system-ui, sans-serif';
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(text, WIDTH_PX / 2, HEIGHT_PX / 2, WIDTH_PX * 0.92);
  notice.texture.needsUpdate = true;
}

export function disposeNotice({ mesh, texture }: Notice): void {
  mesh.removeFromParent();
  mesh.geometry.dispose();
  mesh.material.dispose();
  texture.dispose();
}
