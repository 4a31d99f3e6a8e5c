import { crowd } from './crowd.ts';
import { boxPile, hullPile, spherePile } from './piles.ts';
import type { Scene } from './scene.ts';

export const SCENES: Readonly<Record<string, Scene>> = {
  'sphere-pile': spherePile,
  'box-pile': boxPile,
  'hull-pile': hullPile,
  crowd,
};
