import {
  BackSide,
  BufferAttribute,
  BufferGeometry,
  IcosahedronGeometry,
  Mesh,
  type Object3D,
  Points,
  ShaderMaterial,
  Vector3,
} from 'three';
import type { Sky } from './sky.ts';

const STAR_COUNT = 900;
const RADIUS_M = 500;
/** Where the neighbour planet hangs, and its radius seen from here. */
const PLANET = new Vector3(-0.45, 0.4, -0.8).normalize();
const PLANET_RADIUS = 0.17;

/** Gradient, sun, moon and a ringed neighbour planet in one draw call; stars in another. */
export interface SkyDome {
  readonly dome: Mesh<IcosahedronGeometry, ShaderMaterial>;
  readonly stars: Points<BufferGeometry, ShaderMaterial>;
}

const DOME_VERTEX = `
varying vec3 vAway;
void main() {
  vAway = position;
  // At the far plane: the sky is behind everything and is shaded only where nothing else is.
  gl_Position = (projectionMatrix * modelViewMatrix * vec4(position, 1.0)).xyww;
}
`;

const DOME_FRAGMENT = `
uniform vec3 sun, moon, zenith, horizon, glow, sunColor, planet;
uniform float night;
varying vec3 vAway;

/** Coverage of a disc of angular radius r around axis, one pixel soft. */
float disc(vec3 away, vec3 axis, float r) {
  float d = length(away - axis);
  float soft = fwidth(d) + 0.0005;
  return 1.0 - smoothstep(r - soft, r + soft, d);
}

void main() {
  vec3 away = normalize(vAway);
  float up = max(away.y, 0.0);
  vec3 color = mix(horizon, zenith, 1.0 - pow(1.0 - up, 3.0));
  float near = max(dot(away, sun), 0.0);
  float low = pow(1.0 - up, 5.0);
  color += glow * (0.75 * low * pow(near, 5.0) + 0.22 * pow(near, 40.0));

  // The neighbour: lit by the same sun, banded, its dark side lost in the air.
  vec3 side = normalize(cross(planet, vec3(0.25, 1.0, 0.1)));
  vec3 top = cross(side, planet);
  vec3 off = away - planet;
  vec2 p = vec2(dot(off, side), dot(off, top)) / ${PLANET_RADIUS};
  float inside = dot(p, p);
  float soft = fwidth(p.x) * 1.5 + 0.004;
  float front = step(0.0, dot(away, planet));
  float body = front * (1.0 - smoothstep(1.0 - soft, 1.0 + soft, sqrt(inside)));
  vec3 facing = normalize(side * p.x + top * p.y - planet * sqrt(max(0.0, 1.0 - inside)));
  float lit = smoothstep(-0.15, 0.7, dot(facing, normalize(sun * 0.8 - planet * 0.35)));
  float bands = 0.5 + 0.5 * sin(p.y * 11.0 + 1.6 * sin(p.y * 4.0));
  vec3 skin = mix(vec3(0.62, 0.34, 0.30), vec3(0.86, 0.64, 0.46), bands);
  float air = mix(0.34, 0.95, night);
  color = mix(color, mix(color * mix(0.9, 0.25, night), skin, lit * air), body);

  vec2 q = vec2(p.x, p.y * 4.2 + p.x * 0.55);
  float r = length(q);
  float ring = smoothstep(1.32, 1.38, r) * (1.0 - smoothstep(2.0, 2.1, r));
  ring *= 0.55 + 0.45 * sin(r * 34.0);
  float behind = body * step(0.0, q.y);
  color = mix(color, vec3(0.86, 0.74, 0.66), front * ring * (1.0 - behind) * air * 0.5);

  color = mix(color, vec3(0.78, 0.84, 0.95), disc(away, moon, 0.035) * mix(0.15, 1.0, night));
  color += sunColor * disc(away, sun, 0.045) * 4.0;

  // Below the horizon only fog would be seen.
  color = mix(color, horizon, smoothstep(0.0, -0.12, away.y));
  gl_FragColor = vec4(color, 1.0);
  #include <tonemapping_fragment>
  #include <colorspace_fragment>
}
`;

const STAR_VERTEX = `
attribute float size;
uniform float scale;
varying float vShine;
void main() {
  vShine = clamp(normalize(position).y * 6.0, 0.0, 1.0);
  gl_PointSize = size * scale;
  gl_Position = (projectionMatrix * modelViewMatrix * vec4(position, 1.0)).xyww;
}
`;

const STAR_FRAGMENT = `
uniform float stars;
varying float vShine;
void main() {
  float round = 1.0 - smoothstep(0.25, 0.5, length(gl_PointCoord - 0.5));
  gl_FragColor = vec4(0.9, 0.94, 1.0, round * stars * vShine);
}
`;

export function createSkyDome(parent: Object3D): SkyDome {
  const triple = (): { value: Vector3 } => ({ value: new Vector3() });
  const dome = new Mesh(
    new IcosahedronGeometry(RADIUS_M, 3),
    new ShaderMaterial({
      uniforms: {
        sun: triple(),
        moon: triple(),
        zenith: triple(),
        horizon: triple(),
        glow: triple(),
        sunColor: triple(),
        planet: { value: PLANET },
        night: { value: 0 },
      },
      vertexShader: DOME_VERTEX,
      fragmentShader: DOME_FRAGMENT,
      side: BackSide,
      depthWrite: false,
    }),
  );
  // After everything opaque, so that hidden sky is never shaded.
  dome.renderOrder = 10;
  dome.frustumCulled = false;
  const stars = new Points(
    starGeometry(),
    new ShaderMaterial({
      uniforms: { stars: { value: 0 }, scale: { value: 1 } },
      vertexShader: STAR_VERTEX,
      fragmentShader: STAR_FRAGMENT,
      transparent: true,
      depthWrite: false,
    }),
  );
  stars.renderOrder = 11;
  stars.frustumCulled = false;
  parent.add(dome, stars);
  return { dome, stars };
}

/** Evenly spread by the golden angle, then jittered by a small integer hash: the same for all. */
function starGeometry(): BufferGeometry {
  const positions = new Float32Array(STAR_COUNT * 3);
  const sizes = new Float32Array(STAR_COUNT);
  const away = new Vector3();
  for (let i = 0; i < STAR_COUNT; i++) {
    const a = fraction(i * 0.754877666 + fraction(Math.sin(i * 12.9898) * 43758.5453));
    const y = 1 - 1.02 * fraction(i * 0.569840296 + 0.31 * a);
    const ring = Math.sqrt(Math.max(0, 1 - y * y));
    positions[i * 3] = Math.cos(a * Math.PI * 2) * ring * RADIUS_M;
    positions[i * 3 + 1] = y * RADIUS_M;
    positions[i * 3 + 2] = Math.sin(a * Math.PI * 2) * ring * RADIUS_M;
    away.fromArray(positions, i * 3).normalize();
    // Behind the planet there is nothing to see: down to where the shader hides stars.
    if (away.distanceTo(PLANET) < PLANET_RADIUS) positions[i * 3 + 1] = -RADIUS_M;
    sizes[i] = 1.4 + 2.6 * fraction(i * 0.381966) ** 6;
  }
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(positions, 3));
  geometry.setAttribute('size', new BufferAttribute(sizes, 1));
  return geometry;
}

function fraction(value: number): number {
  return value - Math.floor(value);
}

/** Shows `sky` around `eye` (world, m). `pixelRatio` keeps stars as large on dense screens. */
export function drawSky(view: SkyDome, sky: Sky, eye: Float32Array, pixelRatio: number): void {
  const { uniforms } = view.dome.material;
  set(uniforms.sun?.value, sky.sun);
  set(uniforms.moon?.value, sky.moon);
  set(uniforms.zenith?.value, sky.zenith);
  set(uniforms.horizon?.value, sky.horizon);
  set(uniforms.glow?.value, sky.glow);
  set(uniforms.sunColor?.value, sky.glow);
  if (uniforms.night) uniforms.night.value = sky.stars;
  const starUniforms = view.stars.material.uniforms;
  if (starUniforms.stars) starUniforms.stars.value = sky.stars;
  if (starUniforms.scale) starUniforms.scale.value = pixelRatio;
  view.stars.visible = sky.stars > 0.01;
  view.dome.position.fromArray(eye);
  view.stars.position.copy(view.dome.position);
}

function set(uniform: Vector3 | undefined, from: Float32Array): void {
  uniform?.fromArray(from);
}

export function disposeSkyDome(view: SkyDome): void {
  view.dome.removeFromParent();
  view.stars.removeFromParent();
  view.dome.geometry.dispose();
  view.dome.material.dispose();
  view.stars.geometry.dispose();
  view.stars.material.dispose();
}
