import { BackSide, Mesh, MeshBasicMaterial, type Object3D, SphereGeometry } from 'three';

const BLINK_MS = 120;

/** A short darkness over a snap turn: the eye is spared the jump of the whole world. */
export interface Blink {
  readonly lid: Mesh<SphereGeometry, MeshBasicMaterial>;
  leftMs: number;
}

export function createBlink(parent: Object3D): Blink {
  const lid = new Mesh(
    new SphereGeometry(0.3, 8, 6),
    new MeshBasicMaterial({
      color: 0x000000,
      side: BackSide,
      transparent: true,
      depthTest: false,
      depthWrite: false,
      fog: false,
    }),
  );
  lid.renderOrder = 1000;
  lid.frustumCulled = false;
  lid.visible = false;
  parent.add(lid);
  return { lid, leftMs: 0 };
}

export function startBlink(blink: Blink): void {
  blink.leftMs = BLINK_MS;
}

/** Dark at once, then clear within `BLINK_MS`, around `eye` (world, m). */
export function drawBlink(blink: Blink, eye: Float32Array, elapsedMs: number): void {
  blink.lid.visible = blink.leftMs > 0;
  if (!blink.lid.visible) return;
  blink.lid.position.fromArray(eye);
  blink.lid.material.opacity = Math.min(1, (blink.leftMs / BLINK_MS) * 1.4);
  blink.leftMs = Math.max(0, blink.leftMs - elapsedMs);
}

export function disposeBlink(blink: Blink): void {
  blink.lid.removeFromParent();
  blink.lid.geometry.dispose();
  blink.lid.material.dispose();
}
