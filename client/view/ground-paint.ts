import type { MeshLambertMaterial } from 'three';

/**
 * Colours ground by height and slope in the fragment shader, one flat tone a facet. Computed
 * from the facet instead of stored at vertices: corners stay shared, which keeps the mesh at a
 * sixth of the vertices that separate facets would need.
 */
const GROUND = `
{
  vec3 facet = normalize(cross(dFdx(vGround), dFdy(vGround)));
  // Upright facets are skirts under far chunks: they pass for the ground that they mend.
  float level = abs(facet.y) < 0.05 ? 1.0 : abs(facet.y);
  // Which facet of which 2 m cell: a tone of its own, fading out with distance.
  vec2 cell = floor(vGround.xz * 0.5);
  vec2 within = fract(vGround.xz * 0.5);
  float chance = groundChance(cell + 0.37 * step(within.y, within.x));
  float away = length(vViewPosition);
  float tint = (chance - 0.5) * (1.0 - smoothstep(60.0, 190.0, away));
  // Grit underfoot: without it nothing shows that one moves.
  float grit = 0.0;
  if (away < 26.0) {
    grit = (groundNoise(vGround.xz * 3.1) + 0.6 * groundNoise(vGround.xz * 11.0) - 0.8)
      * (1.0 - smoothstep(8.0, 26.0, away));
  }

  vec3 moss = vec3(0.075, 0.205, 0.185);
  vec3 sand = vec3(0.560, 0.275, 0.150);
  vec3 rock = vec3(0.190, 0.105, 0.185);
  vec3 snow = vec3(0.720, 0.580, 0.560);
  float drift = groundNoise(vGround.xz * 0.055) + 0.5 * groundNoise(vGround.xz * 0.16) - 0.75;
  float height = vGround.y + drift * 5.0 + tint * 0.7;
  vec3 color = mix(moss, sand, smoothstep(-6.0, -1.4, height));
  color = mix(color, vec3(0.47, 0.17, 0.15), smoothstep(3.0, 11.0, height));
  color = mix(color, snow, smoothstep(40.0, 70.0, height));
  color = mix(rock, color, smoothstep(0.80, 0.93, level + tint * 0.05));
  diffuseColor.rgb = color * (1.0 + 0.14 * tint + 0.22 * grit);
}
`;

const NOISE = `
varying vec3 vGround;
float groundChance(vec2 cell) {
  return fract(sin(dot(cell, vec2(12.9898, 78.233))) * 43758.5453);
}
float groundNoise(vec2 p) {
  vec2 i = floor(p);
  vec2 f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  float near = mix(groundChance(i), groundChance(i + vec2(1.0, 0.0)), f.x);
  float far = mix(groundChance(i + vec2(0.0, 1.0)), groundChance(i + vec2(1.0, 1.0)), f.x);
  return mix(near, far, f.y);
}
`;

export function paintGround(material: MeshLambertMaterial): MeshLambertMaterial {
  material.flatShading = true;
  material.onBeforeCompile = (shader) => {
    shader.vertexShader = shader.vertexShader
      .replace('#include <common>', '#include <common>\nvarying vec3 vGround;')
      .replace('#include <begin_vertex>', '#include <begin_vertex>\nvGround = position;');
    shader.fragmentShader = shader.fragmentShader
      .replace('#include <common>', `#include <common>${NOISE}`)
      .replace('#include <color_fragment>', `#include <color_fragment>${GROUND}`);
  };
  material.customProgramCacheKey = () => 'ground';
  return material;
}
