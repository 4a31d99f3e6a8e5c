import {
  type Color,
  DirectionalLight,
  FogExp2,
  HemisphereLight,
  PCFShadowMap,
  PerspectiveCamera,
  Scene,
  type WebGLRenderer,
} from 'three';
import type { Core } from '../../core-wasm/host/core.ts';
import { type AvatarView, createAvatarView, disposeAvatarView } from './avatars.ts';
import { type BodyView, createBodyView, disposeBodyView } from './bodies.ts';
import { createFlora, disposeFlora, drawFlora, type Flora } from './flora.ts';
import type { Rung } from './quality.ts';
import { createSky, type Sky } from './sky.ts';
import { createSkyDome, disposeSkyDome, drawSky, type SkyDome } from './sky-dome.ts';
import { createTerrain, disposeTerrain, refineTerrain, type TerrainView } from './terrain.ts';

/** At 250 m half of a thing is left to see, at the rim of the far mountains a tenth. */
const FOG_DENSITY = 0.0026;
const SHADOW_REACH_M = 28;
const KEY_DISTANCE_M = 120;

/** Everything that is drawn of the world. */
export interface WorldScene {
  readonly scene: Scene;
  readonly camera: PerspectiveCamera;
  readonly sky: Sky;
  readonly dome: SkyDome;
  readonly key: DirectionalLight;
  readonly ambient: HemisphereLight;
  readonly fog: FogExp2;
  readonly bodies: BodyView;
  readonly avatars: AvatarView;
  /** Null until the world's seed is known. */
  ground: Ground | null;
  /** Whether plants are drawn. */
  lush: boolean;
}

/** What is drawn of one seed. */
interface Ground {
  readonly seed: number;
  readonly terrain: TerrainView;
  readonly flora: Flora;
}

export function createWorldScene(): WorldScene {
  const scene = new Scene();
  const fog = new FogExp2(0x000000, FOG_DENSITY);
  scene.fog = fog;
  const ambient = new HemisphereLight();
  const key = new DirectionalLight();
  key.shadow.camera.left = -SHADOW_REACH_M;
  key.shadow.camera.right = SHADOW_REACH_M;
  key.shadow.camera.top = SHADOW_REACH_M;
  key.shadow.camera.bottom = -SHADOW_REACH_M;
  key.shadow.camera.near = 1;
  key.shadow.camera.far = KEY_DISTANCE_M * 2;
  key.shadow.bias = -0.0001;
  key.shadow.normalBias = 0.03;
  key.shadow.radius = 1.6;
  scene.add(ambient, key, key.target);
  return {
    scene,
    camera: new PerspectiveCamera(72, 1, 0.05, 1500),
    sky: createSky(),
    dome: createSkyDome(scene),
    key,
    ambient,
    fog,
    bodies: createBodyView(scene),
    avatars: createAvatarView(scene),
    ground: null,
    lush: true,
  };
}

/** Draws the core's ground around `eye` (world, m); builds it when the seed is another one. */
export function drawGround(
  world: WorldScene,
  core: Pick<Core, 'seed' | 'terrain'>,
  eye: Float32Array,
): void {
  const { seed } = core;
  if (world.ground?.seed !== seed) {
    if (world.ground !== null) disposeGround(world.ground);
    const field = core.terrain;
    const terrain = createTerrain(world.scene, field);
    world.ground = { seed, terrain, flora: createFlora(world.scene, field, seed) };
  }
  refineTerrain(world.ground.terrain, eye);
  drawFlora(world.ground.flora, eye, world.sky.stars);
  world.ground.flora.mesh.visible = world.lush;
}

function disposeGround(ground: Ground): void {
  disposeTerrain(ground.terrain);
  disposeFlora(ground.flora);
}

/** Light, fog and sky for `world.sky`, around `eye` (world, m). */
export function drawLight(world: WorldScene, eye: Float32Array, pixelRatio: number): void {
  const { sky, key, ambient, fog } = world;
  setColor(key.color, sky.keyColor);
  key.intensity = sky.keyIntensity;
  aimKey(world, eye);
  setColor(ambient.color, sky.horizon);
  lift(ambient.color, sky.zenith);
  setColor(ambient.groundColor, sky.ground);
  ambient.intensity = sky.ambientIntensity;
  setColor(fog.color, sky.horizon);
  drawSky(world.dome, sky, eye, pixelRatio);
}

function setColor(color: Color, from: Float32Array): void {
  color.setRGB(from[0] ?? 0, from[1] ?? 0, from[2] ?? 0);
}

/** Half horizon, half zenith: what an upward facet sees. */
function lift(color: Color, from: Float32Array): void {
  color.r = (color.r + (from[0] ?? 0)) / 2;
  color.g = (color.g + (from[1] ?? 0)) / 2;
  color.b = (color.b + (from[2] ?? 0)) / 2;
}

/**
 * Points the key light at the player. The light moves in steps of whole metres: shadows that
 * slid with every step of the player would shimmer.
 */
function aimKey(world: WorldScene, eye: Float32Array): void {
  const { key, sky } = world;
  const { position } = key.target;
  position.set(Math.round(eye[0] ?? 0), Math.round(eye[1] ?? 0), Math.round(eye[2] ?? 0));
  key.position.fromArray(sky.key).multiplyScalar(KEY_DISTANCE_M).add(position);
}

/**
 * Applies what a rung says about shadows and plants; a change of shadows recompiles materials, so
 * only on a change of rung.
 */
export function applyRichness(world: WorldScene, renderer: WebGLRenderer, rung: Rung): void {
  const wanted = rung.shadowMapSize > 0;
  world.lush = rung.plants;
  renderer.shadowMap.enabled = true;
  renderer.shadowMap.type = PCFShadowMap;
  world.key.castShadow = wanted;
  const { shadow } = world.key;
  if (!wanted || shadow.mapSize.x === rung.shadowMapSize) return;
  shadow.mapSize.set(rung.shadowMapSize, rung.shadowMapSize);
  shadow.map?.dispose();
  shadow.map = null;
}

export function disposeWorldScene(world: WorldScene): void {
  if (world.ground !== null) disposeGround(world.ground);
  disposeBodyView(world.bodies);
  disposeAvatarView(world.avatars);
  disposeSkyDome(world.dome);
  world.key.dispose();
  world.ambient.dispose();
}
