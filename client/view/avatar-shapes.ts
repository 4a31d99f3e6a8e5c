import {
  BoxGeometry,
  BufferAttribute,
  type BufferGeometry,
  CylinderGeometry,
  IcosahedronGeometry,
  LatheGeometry,
  SphereGeometry,
  TorusGeometry,
  Vector2,
} from 'three';
import { mergeGeometries } from 'three/examples/jsm/utils/BufferGeometryUtils.js';

/** Shades that the suit's colour is multiplied by. */
const SUIT = 1;
const TRIM = 0.45;
const DARK = 0.12;

/** Gives a piece one shade and the plain attributes that merging needs. */
function shaded(piece: BufferGeometry, shade: number): BufferGeometry {
  const flat = piece.index === null ? piece : piece.toNonIndexed();
  flat.deleteAttribute('uv');
  const count = flat.getAttribute('position').count;
  flat.setAttribute('color', new BufferAttribute(new Float32Array(count * 3).fill(shade), 3));
  return flat;
}

function merged(pieces: BufferGeometry[]): BufferGeometry {
  const geometry = mergeGeometries(pieces);
  for (const piece of pieces) piece.dispose();
  return geometry;
}

/** A helmet around the origin, looking along −z. */
export function headGeometry(): BufferGeometry {
  const visor = new SphereGeometry(0.145, 12, 8).scale(0.98, 0.78, 0.8).translate(0, 0.005, -0.075);
  const lamp = new BoxGeometry(0.05, 0.03, 0.05).translate(0.15, 0.08, -0.06);
  return merged([
    shaded(new IcosahedronGeometry(0.17, 2), SUIT),
    shaded(visor, DARK),
    shaded(new CylinderGeometry(0.12, 0.15, 0.07, 16, 1, true).translate(0, -0.155, 0), TRIM),
    shaded(lamp, TRIM),
  ]);
}

/** A suit from the sole (y 0) to the neck (y 1); its height is set by scaling. */
export function torsoGeometry(): BufferGeometry {
  const outline = [
    [0.0, 0.0],
    [0.15, 0.0],
    [0.17, 0.05],
    [0.13, 0.1],
    [0.15, 0.32],
    [0.17, 0.5],
    [0.185, 0.58],
    [0.22, 0.78],
    [0.235, 0.88],
    [0.17, 0.96],
    [0.1, 1.0],
  ].map(([x, y]) => new Vector2(x, y));
  const pack = new BoxGeometry(0.3, 0.34, 0.16).translate(0, 0.76, 0.24);
  const chest = new BoxGeometry(0.16, 0.09, 0.05).translate(0, 0.74, -0.215);
  const belt = new TorusGeometry(0.183, 0.025, 4, 12).rotateX(Math.PI / 2).translate(0, 0.54, 0);
  const boots = new CylinderGeometry(0.175, 0.185, 0.06, 12).translate(0, 0.03, 0);
  return merged([
    shaded(new LatheGeometry(outline, 12), SUIT),
    shaded(pack, TRIM),
    shaded(chest, DARK),
    shaded(belt, DARK),
    shaded(boots, DARK),
  ]);
}

/** A mitten around the palm, fingers along −z, thumb up; the same for both hands. */
export function handGeometry(): BufferGeometry {
  const palm = new IcosahedronGeometry(0.05, 1).scale(0.72, 0.95, 1.25);
  const fingers = new BoxGeometry(0.055, 0.07, 0.07, 1, 1, 1).translate(0, -0.008, -0.062);
  const thumb = new CylinderGeometry(0.014, 0.018, 0.07, 6).rotateX(-0.7).translate(0, 0.05, -0.03);
  const cuff = new CylinderGeometry(0.048, 0.055, 0.07, 10).rotateX(Math.PI / 2);
  return merged([
    shaded(palm, SUIT),
    shaded(fingers, SUIT),
    shaded(thumb, SUIT),
    shaded(cuff.translate(0, 0, 0.075), TRIM),
  ]);
}
