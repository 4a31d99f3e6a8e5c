import { Body, Shape } from '../body/body';
import { sub3 } from '../math/vec3';
import { collideBoxes } from './box-box';
import { collideHulls } from './hull-hull';
import { collideCapsuleHull, collideSphereHull } from './hull-round';
import { beginManifold, flipManifold } from './manifold';
import {
  collideCapsuleBox,
  collideCapsules,
  collideSphereBox,
  collideSphereCapsule,
  collideSpheres,
} from './round';

/** Fills the manifold for A and B, no compounds. Each routine takes the simpler shape first. */
export function collide(a: Body, b: Body): void {
  beginManifold(sub3(b.linearVelocity, a.linearVelocity));
  if (a.shape <= b.shape) {
    collideOrdered(a, b);
  } else {
    collideOrdered(b, a);
    flipManifold();
  }
}

function collideOrdered(a: Body, b: Body): void {
  if (a.shape == Shape.SPHERE) {
    if (b.shape == Shape.SPHERE) collideSpheres(a, b);
    else if (b.shape == Shape.CAPSULE) collideSphereCapsule(a, b);
    else if (b.shape == Shape.BOX) collideSphereBox(a, b);
    else collideSphereHull(a, b);
  } else if (a.shape == Shape.CAPSULE) {
    if (b.shape == Shape.CAPSULE) collideCapsules(a, b);
    else if (b.shape == Shape.BOX) collideCapsuleBox(a, b);
    else collideCapsuleHull(a, b);
  } else if (b.shape == Shape.BOX) {
    collideBoxes(a, b);
  } else {
    collideHulls(a, b);
  }
}
