import {
  Box3,
  Color,
  DirectionalLight,
  HemisphereLight,
  PerspectiveCamera,
  Scene,
  Vector3,
  WebGLRenderer,
} from 'three';
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js';
import { type BodyColumns, BodyKind } from '../../../core-wasm/host/types.ts';

const PANEL_PX = 260;

/** Renderer, light and a camera that the pointer turns about the scene. */
export interface Stage {
  readonly scene: Scene;
  readonly camera: PerspectiveCamera;
  readonly orbit: OrbitControls;
  readonly renderer: WebGLRenderer;
}

export function createStage(canvas: HTMLCanvasElement): Stage {
  const renderer = new WebGLRenderer({ canvas, antialias: true, preserveDrawingBuffer: true });
  const scene = new Scene();
  scene.background = new Color(0x14171c);
  scene.add(new HemisphereLight(0xdfe9f5, 0x39322b, 2));
  const sun = new DirectionalLight(0xffffff, 2.2);
  sun.position.set(0.5, 1, 0.3);
  scene.add(sun);
  const camera = new PerspectiveCamera(50, 1, 0.05, 2000);
  return { scene, camera, orbit: new OrbitControls(camera, canvas), renderer };
}

/** Looks at everything that is not static, from a corner above. */
export function frameBodies({ camera, orbit }: Stage, bodies: BodyColumns): void {
  const box = new Box3();
  const place = new Vector3();
  for (let i = 0; i < bodies.count; i++) {
    if (bodies.kinds[i] === BodyKind.STATIC) continue;
    box.expandByPoint(place.fromArray(bodies.positions, i * 3));
  }
  if (box.isEmpty()) return;
  box.getCenter(orbit.target);
  const distance = Math.max(2.5, box.getSize(place).length() * 1.15);
  camera.position.set(0.55, 0.5, 0.8).normalize().multiplyScalar(distance).add(orbit.target);
  orbit.update();
}

export function drawStage({ renderer, scene, camera, orbit }: Stage): void {
  const { clientWidth, clientHeight, width, height } = renderer.domElement;
  const ratio = Math.min(window.devicePixelRatio, 2);
  if (width !== Math.floor(clientWidth * ratio) || height !== Math.floor(clientHeight * ratio)) {
    renderer.setPixelRatio(ratio);
    renderer.setSize(clientWidth, clientHeight, false);
    camera.aspect = clientWidth / clientHeight;
    // The scene stands in the middle of what the panel leaves free.
    const shift = clientWidth > 2 * PANEL_PX ? -PANEL_PX / 2 : 0;
    camera.setViewOffset(clientWidth, clientHeight, shift, 0, clientWidth, clientHeight);
    camera.updateProjectionMatrix();
  }
  orbit.update();
  renderer.render(scene, camera);
}
