import type { Color } from 'three';
import type { Core } from '../../../core-wasm/host/core.ts';
import { type BodyColumns, BodyKind, BodyRole } from '../../../core-wasm/host/types.ts';

/** Writes the colour of the body in a row of the columns. */
export type Paint = (bodies: BodyColumns, row: number, color: Color) => void;

/** Of a whole turn: hues of neighbouring numbers are far apart. */
const GOLDEN_TURN = 0.381966;

function hueOf(number: number): number {
  return (number * GOLDEN_TURN) % 1;
}

/** Each body a hue of its own; what never moves is grey, players are white. */
export function paintByEntity(bodies: BodyColumns, row: number, color: Color): void {
  if (bodies.kinds[row] === BodyKind.STATIC) color.setHSL(0.6, 0.1, 0.55);
  else if (bodies.roles[row] !== BodyRole.LOOSE) color.setHSL(0.1, 0.2, 0.85);
  else color.setHSL(hueOf((bodies.ids[row] as number) & 0xffff), 0.45, 0.55);
}

/** Each island of the last tick a hue of its own, sleepers dim. */
export function paintByIsland(core: Core): Paint {
  const islands = core.islands();
  let mover = 0;
  return (bodies, row, color) => {
    // Rows and islands both come in entity order; statics are in no island.
    if (row === 0) mover = 0;
    if (bodies.kinds[row] === BodyKind.STATIC) {
      paintByEntity(bodies, row, color);
      return;
    }
    const hue = hueOf(islands[mover++] as number);
    if (core.isAsleep(bodies.ids[row] as number)) color.setHSL(hue, 0.25, 0.2);
    else color.setHSL(hue, 0.75, 0.55);
  };
}
