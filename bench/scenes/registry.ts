import { crowd } from './crowd.ts';
import { boxPile, spherePile } from './piles.ts';
import type { Scene } from './scene.ts';

export const SCENES: Readonly<Record<string, Scene>> = {
  'sphere-pile': spherePile,
  'box-pile': boxPile,
  crowd,
};
