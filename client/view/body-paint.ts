import type { MeshLambertMaterial } from 'three';

/**
 * Surface marks computed in the fragment shader from the place on the body, in metres: they stay
 * equally wide on any size, cost no texture and no draw call, and show how a body turns.
 */

const SHARE_PLACE = `
varying vec3 vPlace;
varying vec3 vHalf;
`;

const WRITE_PLACE = `
#include <begin_vertex>
vHalf = vec3(length(instanceMatrix[0].xyz), length(instanceMatrix[1].xyz),
  length(instanceMatrix[2].xyz));
vPlace = position * vHalf;
`;

function paint(material: MeshLambertMaterial, key: string, fragment: string): MeshLambertMaterial {
  material.onBeforeCompile = (shader) => {
    shader.vertexShader = shader.vertexShader
      .replace('#include <common>', `#include <common>${SHARE_PLACE}`)
      .replace('#include <begin_vertex>', WRITE_PLACE);
    shader.fragmentShader = shader.fragmentShader
      .replace('#include <common>', `#include <common>${SHARE_PLACE}`)
      .replace('#include <color_fragment>', `#include <color_fragment>${fragment}`);
  };
  material.customProgramCacheKey = () => key;
  return material;
}

/** A frame of boards around each face, a brace across it, and a dark seam between. */
const CRATE = `
{
  vec3 fromFace = vHalf - abs(vPlace);
  float least = min(fromFace.x, min(fromFace.y, fromFace.z));
  // The two axes that lie in this face: place on it, half its size, distance to its rim.
  vec2 at = vPlace.xy; vec2 size = vHalf.xy;
  if (fromFace.x == least) { at = vPlace.zy; size = vHalf.zy; }
  else if (fromFace.y == least) { at = vPlace.xz; size = vHalf.xz; }
  vec2 toRim = size - abs(at);
  float rim = min(toRim.x, toRim.y);
  float board = clamp(0.22 * min(size.x, size.y), 0.015, 0.09);
  float soft = max(fwidth(rim), 0.001);
  float frame = 1.0 - smoothstep(board - soft, board + soft, rim);
  float seam = frame * smoothstep(board * 0.72 - soft, board * 0.72 + soft, rim);
  float edge = 1.0 - smoothstep(board * 0.16, board * 0.16 + 2.0 * soft, rim);
  vec2 unit = at / size;
  float across = abs(unit.x + unit.y) * 0.7071 * min(size.x, size.y);
  float brace = (1.0 - smoothstep(board * 0.5 - soft, board * 0.5 + soft, across))
    * step(0.6, min(size.x, size.y) / max(size.x, size.y));
  float raised = max(frame, brace);
  diffuseColor.rgb *= mix(0.62, 1.0, raised);
  diffuseColor.rgb *= 1.0 - 0.45 * seam;
  diffuseColor.rgb = mix(diffuseColor.rgb, diffuseColor.rgb * 1.25 + 0.10, edge);
}
`;

/** A pale band around the middle and two dark seams. */
const BAND = `
{
  float height = vPlace.y / max(vHalf.y, 0.001);
  float soft = max(fwidth(height), 0.002);
  float band = 1.0 - smoothstep(0.16 - soft, 0.16 + soft, abs(height));
  float seam = 1.0 - smoothstep(0.025, 0.025 + soft, abs(abs(height) - 0.19));
  diffuseColor.rgb = mix(diffuseColor.rgb * 0.82, diffuseColor.rgb * 0.4 + 0.55, band);
  diffuseColor.rgb *= 1.0 - 0.5 * seam;
}
`;

export function paintBoxes(material: MeshLambertMaterial): MeshLambertMaterial {
  return paint(material, 'crate', CRATE);
}

export function paintRounds(material: MeshLambertMaterial): MeshLambertMaterial {
  return paint(material, 'band', BAND);
}
