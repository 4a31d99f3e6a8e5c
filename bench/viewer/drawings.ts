import type { Mesh } from 'three';
import { type Core, emptyBodies, emptyBoxes, emptyContacts } from '../../core-wasm/host/core.ts';
import { createBodyDrawing, drawBodies, forgetBodies } from './draw/bodies.ts';
import { drawBoxes } from './draw/boxes.ts';
import { createContactDrawing, drawContacts, hideContacts } from './draw/contacts.ts';
import { createGround } from './draw/ground.ts';
import { paintByEntity, paintByIsland } from './draw/paint.ts';
import { createSegments } from './draw/segments.ts';
import { createStage, drawStage, frameBodies } from './draw/stage.ts';

/** What of a world is drawn beside its bodies, and whether they are coloured by island. */
export interface Shown {
  readonly contacts: boolean;
  readonly islands: boolean;
  readonly bounds: boolean;
}

/** Draws the world of a core; `look` points the camera at a new one. */
export interface Drawings {
  look(core: Core): void;
  draw(core: Core, shown: Shown): void;
}

/** Scenes with a floor of their own stand above all terrain. */
const HIGHEST_GROUND_M = 120;

export function openDrawings(canvas: HTMLCanvasElement): Drawings {
  const stage = createStage(canvas);
  const solids = createBodyDrawing(stage.scene);
  const dots = createContactDrawing(stage.scene);
  const edges = createSegments(stage.scene, 0x6ec6ff, false);
  const [bodies, contacts, bounds] = [emptyBodies(), emptyContacts(), emptyBoxes()];
  let ground: Mesh | null = null;
  return {
    look(core) {
      forgetBodies(solids);
      core.readBodies(bodies);
      frameBodies(stage, bodies);
      if (ground !== null) {
        stage.scene.remove(ground);
        ground.geometry.dispose();
        ground = null;
      }
      if (stage.orbit.target.y > HIGHEST_GROUND_M) return;
      ground = createGround(core.terrain);
      stage.scene.add(ground);
    },
    draw(core, shown) {
      core.readBodies(bodies);
      drawBodies(solids, core, bodies, shown.islands ? paintByIsland(core) : paintByEntity);
      if (shown.contacts) {
        core.readContacts(contacts);
        drawContacts(dots, contacts);
      } else {
        hideContacts(dots);
      }
      if (shown.bounds) {
        core.readBounds(bounds);
        drawBoxes(edges, bounds);
      }
      edges.lines.visible = shown.bounds;
      drawStage(stage);
    },
  };
}
